import bss.core.clock
import bss.core.db
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('adobe3yc', '0002_customers_commitments_orders'),
        ('servicemanager', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='pricefile',
            name='month',
            field=models.DateField(null=True, verbose_name='Month'),
        ),
        migrations.CreateModel(
            name='PriceUpload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('source', bss.core.db.CodeField(max_length=32, verbose_name='Source')),
                ('kind', bss.core.db.CodeField(max_length=32, verbose_name='Kind')),
                ('name', models.CharField(max_length=200, verbose_name='File')),
                ('month', models.DateField(null=True, verbose_name='Month')),
                ('currency', bss.core.db.CurrencyField(max_length=3, verbose_name='Currency')),
                ('dates', bss.core.db.CodeField(blank=True, max_length=32, verbose_name='Dates')),
                ('content', models.BinaryField(null=True)),
                ('created_by_label', models.CharField(max_length=200, verbose_name='By')),
                ('created_at', models.DateTimeField(default=bss.core.clock.now, verbose_name='Uploaded')),
                ('file', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='upload', to='adobe3yc.pricefile')),
                ('instance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='price_uploads', to='servicemanager.instance')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.CheckConstraint(condition=models.Q(('source__in', ['file', 'adobe'])), name='price_upload_source_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['COM', 'EDU', 'GOV', '3YC'])), name='price_upload_kind_known')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='PriceFault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', bss.core.db.CodeField(max_length=32, verbose_name='Fault')),
                ('row', models.PositiveIntegerField(default=0, verbose_name='Row')),
                ('cell', models.CharField(blank=True, max_length=20, verbose_name='Cell')),
                ('column', models.CharField(blank=True, max_length=200, verbose_name='Column')),
                ('value', models.CharField(blank=True, max_length=200, verbose_name='Value')),
                ('other_row', models.PositiveIntegerField(default=0, verbose_name='Beside row')),
                ('upload', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='faults', to='adobe3yc.priceupload')),
            ],
        ),
    ]
