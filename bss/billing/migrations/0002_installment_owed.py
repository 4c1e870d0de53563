from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="installment", name="installment_payer"),
        migrations.AddIndex(
            model_name="installment",
            index=models.Index(
                fields=["payer", "currency", "state"], include=("price",), name="installment_owed"
            ),
        ),
    ]
