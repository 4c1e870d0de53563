from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="bank_details",
            field=models.TextField(blank=True, default="", max_length=400, verbose_name="Bank details"),
            preserve_default=False,
        ),
    ]
