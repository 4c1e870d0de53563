import bss.core.clock
import bss.core.db
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('adobe3yc', '0001_initial'),
        ('orders', '0001_initial'),
        ('servicemanager', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AdobeCustomer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', db_index=True, max_length=64)),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('draft_reference', models.CharField(blank=True, max_length=20)),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='Company name')),
                ('adobe_id', models.CharField(blank=True, max_length=40, verbose_name='Adobe id')),
                ('status', models.CharField(blank=True, max_length=10, verbose_name='Status at Adobe')),
                ('market_segment', bss.core.db.CodeField(default='COM', max_length=32, verbose_name='Market segment')),
                ('coterm_on', models.DateField(null=True, verbose_name='Anniversary')),
                ('level_licenses', models.CharField(blank=True, max_length=4, verbose_name='Level of licences')),
                ('level_consumables', models.CharField(blank=True, max_length=4, verbose_name='Level of transactions')),
                ('synced_at', models.DateTimeField(null=True, verbose_name='Last asked')),
                ('problem', models.TextField(blank=True)),
                ('problem_key', models.CharField(blank=True, max_length=80)),
                ('created_at', models.DateTimeField(default=bss.core.clock.now)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='adobe_customers', to='accounts.account')),
                ('instance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adobe_customers', to='servicemanager.instance')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('reseller', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.account')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['instance', 'adobe_id'], name='adobe_customer_by_id'), models.Index(fields=['instance', 'synced_at'], name='adobe_customer_by_sync')],
                'constraints': [models.CheckConstraint(condition=models.Q(('market_segment__in', ['COM', 'EDU', 'GOV'])), name='adobe_customer_segment_known'), models.CheckConstraint(condition=models.Q(('account__isnull', False), models.Q(('draft_reference', ''), _negated=True), _connector='OR'), name='adobe_customer_of_somebody'), models.UniqueConstraint(condition=models.Q(('account__isnull', False)), fields=('instance', 'account'), name='adobe_customer_once'), models.UniqueConstraint(condition=models.Q(('draft_reference', ''), _negated=True), fields=('instance', 'draft_reference'), name='adobe_customer_draft_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Commitment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', db_index=True, max_length=64)),
                ('kind', bss.core.db.CodeField(max_length=32, verbose_name='Kind')),
                ('status', models.CharField(blank=True, max_length=40, verbose_name='Status')),
                ('starts_on', models.DateField(null=True, verbose_name='Starts')),
                ('ends_on', models.DateField(null=True, verbose_name='Ends')),
                ('licenses', models.PositiveIntegerField(default=0, verbose_name='Minimum of licences')),
                ('consumables', models.PositiveIntegerField(default=0, verbose_name='Minimum of transactions')),
                ('requested_at', models.DateTimeField(null=True, verbose_name='Requested')),
                ('accepted_at', models.DateTimeField(null=True, verbose_name='Accepted')),
                ('reminded_at', models.DateTimeField(null=True)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='commitments', to='adobe3yc.adobecustomer')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['commitment', 'request', 'recommitment'])), name='commitment_kind_known'), models.UniqueConstraint(fields=('customer', 'kind'), name='commitment_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='AdobeOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', db_index=True, max_length=64)),
                ('key', models.CharField(max_length=80, unique=True)),
                ('currency', bss.core.db.CurrencyField(max_length=3)),
                ('lines', models.JSONField(default=list)),
                ('adobe_id', models.CharField(blank=True, max_length=40, verbose_name='Adobe id')),
                ('status', models.CharField(blank=True, max_length=10, verbose_name='Status at Adobe')),
                ('created_at', models.DateTimeField(default=bss.core.clock.now)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='adobe3yc.adobecustomer')),
                ('instance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='servicemanager.instance')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adobe_orders', to='orders.order')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['instance', 'order'], name='adobe_order_of_order')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
    ]
