from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0003_plans_drafts_and_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="basket",
            name="uses_draft",
            field=models.BooleanField(default=False),
        ),
    ]
