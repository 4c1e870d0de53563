import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('servicemanager', '0002_attempts'),
    ]

    operations = [
        migrations.AddField(
            model_name='accountlink',
            name='claimed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='account_claims', to='servicemanager.provisioningjob'),
        ),
        migrations.AlterField(
            model_name='accountlink',
            name='external_id',
            field=models.CharField(blank=True, max_length=200),
        ),
    ]
