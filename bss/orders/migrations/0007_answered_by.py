from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_order_payer_terms")]

    operations = [
        migrations.AddField(
            model_name="orderline",
            name="answered_by",
            field=models.JSONField(null=True),
        ),
    ]
