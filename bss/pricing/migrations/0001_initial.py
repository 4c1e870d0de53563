import bss.core.db
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='TaxRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('country', models.CharField(max_length=2, verbose_name='Country')),
                ('tax_class', models.CharField(default='standard', max_length=30, verbose_name='Tax class')),
                ('percent', models.DecimalField(decimal_places=4, max_digits=7, verbose_name='Per cent')),
                ('valid_from', models.DateField(verbose_name='Valid from')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='Valid until')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organization', 'country', 'tax_class', 'valid_from'), name='tax_rate_once'), models.CheckConstraint(condition=models.Q(('percent__gte', 0), ('percent__lte', 100)), name='tax_rate_percent'), models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='tax_rate_validity')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='TaxRegistration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('country', models.CharField(max_length=2, verbose_name='Country')),
                ('number', models.CharField(max_length=30, verbose_name='Tax number')),
                ('valid_from', models.DateField(verbose_name='Valid from')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='Valid until')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organization', 'country', 'valid_from'), name='tax_registration_once'), models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='tax_registration_validity')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
    ]
