from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_answered_by")]

    operations = [
        migrations.AddField(
            model_name="basket",
            name="asks_again",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
