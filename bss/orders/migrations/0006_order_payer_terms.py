import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_coterm")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="payer_terms",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="orders.termsversion",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="payer_terms_accepted_at",
            field=models.DateTimeField(null=True),
        ),
    ]
