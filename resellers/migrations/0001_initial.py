import bss.core.clock
import bss.core.db
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('catalog', '0001_initial'),
        ('subscriptions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('code', bss.core.db.CodeField(max_length=32)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('capabilities', models.JSONField(default=list, verbose_name='Includes')),
                ('version', models.PositiveIntegerField(default=1)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('product', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reseller_plan', to='catalog.product')),
            ],
            options={
                'ordering': ['position'],
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organization', 'code'), name='plan_once'), models.CheckConstraint(condition=models.Q(models.Q(('code', 'basic'), _negated=True), ('product__isnull', True), _connector='OR'), name='plan_basic_without_product')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ResellerProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', db_index=True, max_length=64)),
                ('alias', models.CharField(blank=True, max_length=63)),
                ('reserved_until', models.DateTimeField(blank=True, null=True)),
                ('updated_at', models.DateTimeField(default=bss.core.clock.now)),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reseller_profile', to='accounts.account')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='profiles', to='resellers.plan')),
                ('storefront', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reseller_profile', to='accounts.storefront')),
                ('subscription', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reseller_profile', to='subscriptions.subscription')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(models.F('organization'), django.db.models.functions.text.Lower('alias'), condition=models.Q(('alias', ''), _negated=True), name='reseller_alias_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
    ]
