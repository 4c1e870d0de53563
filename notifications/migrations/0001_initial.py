import bss.core.clock
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
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', db_index=True, max_length=64)),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('kind', models.CharField(max_length=80)),
                ('key', models.CharField(max_length=250, unique=True)),
                ('recipient', models.EmailField(max_length=254)),
                ('recipient_name', models.CharField(blank=True, max_length=200)),
                ('language', bss.core.db.CodeField(default='en', max_length=10)),
                ('subject', models.CharField(max_length=300)),
                ('text', models.TextField(blank=True)),
                ('html', models.TextField(blank=True)),
                ('sealed', models.TextField(blank=True)),
                ('storefront_id', models.BigIntegerField(null=True)),
                ('subject_type', models.CharField(blank=True, max_length=50)),
                ('subject_id', models.BigIntegerField(null=True)),
                ('context', models.JSONField(blank=True, default=dict)),
                ('resends', models.PositiveIntegerField(default=0)),
                ('state', bss.core.db.StateField(default='queued', max_length=32)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('last_error', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(default=bss.core.clock.now)),
                ('sent_at', models.DateTimeField(null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['subject_type', 'subject_id', '-id'], name='delivery_subject'), models.Index(fields=['organization', 'state', '-id'], name='delivery_state')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'sent', 'failed'])), name='delivery_state_known'), models.CheckConstraint(condition=models.Q(('recipient', ''), _negated=True), name='delivery_recipient_given')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
    ]
