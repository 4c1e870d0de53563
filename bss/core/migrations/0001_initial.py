import bss.core.clock
import bss.core.db
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organization_id', models.BigIntegerField()),
                ('kind', models.CharField(max_length=20)),
                ('year', models.PositiveIntegerField(default=0)),
                ('value', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organization_id', 'kind', 'year'), name='counter_once')],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('organization_id', models.BigIntegerField(null=True)),
                ('scope', models.CharField(blank=True, db_collation='C', max_length=64)),
                ('subject_type', models.CharField(max_length=50)),
                ('subject_id', models.BigIntegerField(null=True)),
                ('payload', models.JSONField(default=dict)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_label', models.CharField(max_length=200)),
                ('at', models.DateTimeField(default=bss.core.clock.now)),
            ],
            options={
                'indexes': [models.Index(fields=['subject_type', 'subject_id'], name='event_subject'), models.Index(fields=['name', 'at'], name='event_name')],
            },
        ),
        migrations.CreateModel(
            name='HistoryEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organization_id', models.BigIntegerField(null=True)),
                ('scope', models.CharField(blank=True, db_collation='C', max_length=64)),
                ('subject_type', models.CharField(max_length=50)),
                ('subject_id', models.BigIntegerField()),
                ('at', models.DateTimeField(default=bss.core.clock.now)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_label', models.CharField(max_length=200)),
                ('action', models.CharField(max_length=80)),
                ('from_state', models.CharField(blank=True, max_length=32)),
                ('to_state', models.CharField(blank=True, max_length=32)),
                ('reason', models.TextField(blank=True)),
                ('changes', models.JSONField(default=dict)),
            ],
            options={
                'indexes': [models.Index(fields=['subject_type', 'subject_id', '-at'], name='history_subject')],
            },
        ),
        migrations.CreateModel(
            name='IdempotencyRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('actor', models.CharField(max_length=80)),
                ('key', models.CharField(max_length=255)),
                ('method', models.CharField(max_length=10)),
                ('path', models.CharField(max_length=500)),
                ('body_sha256', models.CharField(max_length=64)),
                ('status', models.PositiveIntegerField(null=True)),
                ('answer', models.JSONField(null=True)),
                ('created_at', models.DateTimeField(db_index=True, default=bss.core.clock.now)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('actor', 'key'), name='idempotency_once')],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=80)),
                ('key', models.CharField(max_length=200)),
                ('organization_id', models.BigIntegerField(null=True)),
                ('scope', models.CharField(blank=True, db_collation='C', max_length=64)),
                ('subject_type', models.CharField(blank=True, max_length=50)),
                ('subject_id', models.BigIntegerField(null=True)),
                ('payload', models.JSONField(default=dict)),
                ('state', bss.core.db.StateField(default='ready', max_length=32)),
                ('due_at', models.DateTimeField(default=bss.core.clock.now)),
                ('lane', models.CharField(default='default', max_length=64)),
                ('serial_key', models.CharField(blank=True, max_length=120)),
                ('lease_until', models.DateTimeField(null=True)),
                ('lease_token', models.CharField(blank=True, max_length=20)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('last_error', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(default=bss.core.clock.now)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'ready')), fields=['lane', 'due_at'], name='job_ready'), models.Index(condition=models.Q(('state', 'running')), fields=['lease_until'], name='job_leased'), models.Index(condition=models.Q(('state', 'ready')), fields=['serial_key', 'id'], name='job_queue'), models.Index(condition=models.Q(('state', 'done')), fields=['finished_at'], name='job_done'), models.Index(fields=['subject_type', 'subject_id'], name='job_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['ready', 'running', 'done', 'dead'])), name='job_state_known'), models.UniqueConstraint(fields=('kind', 'key'), name='job_once'), models.UniqueConstraint(condition=models.Q(('state', 'running'), models.Q(('serial_key', ''), _negated=True)), fields=('serial_key',), name='job_serial')],
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('kind', models.CharField(max_length=80)),
                ('title', models.CharField(max_length=200)),
                ('organization_id', models.BigIntegerField(null=True)),
                ('scope', models.CharField(db_collation='C', db_index=True, max_length=64)),
                ('subject_type', models.CharField(blank=True, max_length=50)),
                ('subject_id', models.BigIntegerField(null=True)),
                ('payload', models.JSONField(default=dict)),
                ('result', models.JSONField(default=dict)),
                ('state', bss.core.db.StateField(default='queued', max_length=32)),
                ('step', models.CharField(blank=True, max_length=120)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('cancellable', models.BooleanField(default=False)),
                ('cancel_requested', models.BooleanField(default=False)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_label', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField(default=bss.core.clock.now)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('error', models.TextField(blank=True)),
            ],
            options={
                'indexes': [models.Index(fields=['subject_type', 'subject_id', '-created_at'], name='run_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'succeeded', 'failed', 'cancelled'])), name='run_state_known')],
            },
        ),
        migrations.CreateModel(
            name='RunLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=bss.core.clock.now)),
                ('level', bss.core.db.CodeField(default='info', max_length=32)),
                ('row', models.PositiveIntegerField(null=True)),
                ('text', models.TextField()),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='core.run')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
    ]
