from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0002_coterm")]

    operations = [
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                fields=["ends_at"],
                condition=models.Q(("state__in", ["active", "suspended"])),
                name="subscription_renewing",
            ),
        ),
        migrations.RemoveIndex(model_name="subscription", name="subscription_ends"),
    ]
