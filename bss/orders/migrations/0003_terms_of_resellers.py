import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('orders', '0002_quotes'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='termsversion',
            name='terms_once',
        ),
        migrations.AddField(
            model_name='termsversion',
            name='seller',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.account'),
        ),
        migrations.AddConstraint(
            model_name='termsversion',
            constraint=models.UniqueConstraint(fields=('organization', 'seller', 'version'), name='terms_once', nulls_distinct=False),
        ),
    ]
