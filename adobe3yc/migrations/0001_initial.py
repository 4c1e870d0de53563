import bss.core.clock
import bss.core.db
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('servicemanager', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PriceFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('kind', bss.core.db.CodeField(max_length=32, verbose_name='Kind')),
                ('name', models.CharField(max_length=200, verbose_name='File')),
                ('state', bss.core.db.StateField(default='checked', max_length=32)),
                ('row_count', models.PositiveIntegerField(default=0, verbose_name='Rows')),
                ('warnings', models.JSONField(blank=True, default=list)),
                ('in_force_at', models.DateTimeField(null=True, verbose_name='In force since')),
                ('created_at', models.DateTimeField(default=bss.core.clock.now, verbose_name='Uploaded')),
                ('instance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='price_files', to='servicemanager.instance')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['checked', 'in_force', 'replaced', 'discarded'])), name='price_file_state_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['COM', 'EDU', 'GOV', '3YC'])), name='price_file_kind_known'), models.UniqueConstraint(condition=models.Q(('state', 'in_force')), fields=('instance', 'kind'), name='price_file_one_in_force')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='PriceRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('offer_id', models.CharField(max_length=20)),
                ('family', models.CharField(blank=True, max_length=200)),
                ('currency', bss.core.db.CurrencyField(max_length=3)),
                ('price', bss.core.db.UnitPriceField(decimal_places=10, max_digits=24)),
                ('street_price', bss.core.db.UnitPriceField(decimal_places=10, max_digits=24, null=True)),
                ('first_on', models.DateField(null=True)),
                ('last_on', models.DateField(null=True)),
                ('code', models.CharField(blank=True, max_length=40)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='adobe3yc.pricefile')),
            ],
            options={
                'indexes': [models.Index(fields=['file', 'offer_id', 'currency'], name='price_row_lookup')],
                'constraints': [models.CheckConstraint(condition=models.Q(('price__gte', 0)), name='price_row_not_negative'), models.CheckConstraint(condition=models.Q(('first_on__isnull', True), ('last_on__gte', models.F('first_on')), ('last_on__isnull', True), _connector='OR'), name='price_row_begins_before_it_ends')],
            },
        ),
    ]
