import bss.core.clock
import bss.core.db
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('subscriptions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Instance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('manager', models.CharField(max_length=50, verbose_name='Service manager')),
                ('name', models.CharField(max_length=100, verbose_name='Name')),
                ('state', bss.core.db.StateField(default='inactive', max_length=32)),
                ('settings', models.JSONField(blank=True, default=dict)),
                ('sealed', models.TextField(blank=True)),
                ('defined_at', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=bss.core.clock.now)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['inactive', 'active'])), name='instance_state_known'), models.UniqueConstraint(fields=('organization', 'manager', 'name'), name='instance_name_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ProvisioningJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', db_index=True, max_length=64)),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('operation', bss.core.db.CodeField(max_length=32)),
                ('idempotency_key', models.CharField(max_length=80, unique=True)),
                ('target', models.JSONField(default=dict)),
                ('state', bss.core.db.StateField(default='queued', max_length=32)),
                ('reference', models.CharField(blank=True, max_length=200)),
                ('code', models.CharField(blank=True, max_length=60)),
                ('text', models.TextField(blank=True)),
                ('vendor_code', models.CharField(blank=True, max_length=100)),
                ('vendor_text', models.TextField(blank=True)),
                ('field', models.CharField(blank=True, max_length=80)),
                ('percent', models.PositiveSmallIntegerField(default=0)),
                ('calls', models.PositiveIntegerField(default=0)),
                ('polls', models.PositiveIntegerField(default=0)),
                ('attempts', models.PositiveIntegerField(default=1)),
                ('attempted_at', models.DateTimeField(default=bss.core.clock.now)),
                ('first_called_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(default=bss.core.clock.now)),
                ('change', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='provisioning_jobs', to='subscriptions.scheduledchange')),
                ('instance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='provisioning_jobs', to='servicemanager.instance')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('subscription', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='provisioning_jobs', to='subscriptions.subscription')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['organization', 'state', '-id'], include=('scope',), name='provisioning_by_state'), models.Index(fields=['subscription', '-id'], name='provisioning_subscription')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'calling', 'in_progress', 'unknown', 'succeeded', 'failed', 'abandoned'])), name='provisioning_state_known'), models.UniqueConstraint(condition=models.Q(('state__in', ['queued', 'calling', 'in_progress', 'unknown'])), fields=('subscription',), name='provisioning_open_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Exchange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', db_index=True, max_length=64)),
                ('at', models.DateTimeField(db_index=True, default=bss.core.clock.now)),
                ('method', models.CharField(max_length=10)),
                ('path', models.CharField(max_length=500)),
                ('request', models.JSONField(null=True)),
                ('status', models.PositiveIntegerField(null=True)),
                ('answer', models.JSONField(null=True)),
                ('outcome', models.CharField(max_length=40)),
                ('milliseconds', models.PositiveIntegerField(default=0)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('instance', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='servicemanager.instance')),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='exchanges', to='servicemanager.provisioningjob')),
            ],
            options={
                'ordering': ['id'],
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='AccountLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', db_index=True, max_length=64)),
                ('external_id', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(default=bss.core.clock.now)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.account')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('instance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='account_links', to='servicemanager.instance')),
                ('claimed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='account_claims', to='servicemanager.provisioningjob')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('instance', 'account'), name='account_link_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
    ]
