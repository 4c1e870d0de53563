import bss.core.db
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('catalog', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PaymentPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('frequency', bss.core.db.CodeField(max_length=32, verbose_name='Frequency')),
                ('count', models.PositiveSmallIntegerField(verbose_name='Installments')),
                ('is_active', models.BooleanField(default=True, verbose_name='Offered')),
                ('version', models.PositiveIntegerField(default=1)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['count'],
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.CheckConstraint(condition=models.Q(('frequency__in', ['monthly', 'quarterly', 'semi_annual', 'annual'])), name='payment_plan_frequency_known'), models.CheckConstraint(condition=models.Q(('count__gte', 2), ('count__lte', 60)), name='payment_plan_count'), models.UniqueConstraint(fields=('organization', 'frequency', 'count'), name='payment_plan_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='PaymentPlanAccess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', db_index=True, max_length=64)),
                ('is_enabled', models.BooleanField(default=False, verbose_name='May pay by installments')),
                ('extra_charge', models.DecimalField(decimal_places=4, default=0, max_digits=9, verbose_name='Extra charge, per cent')),
                ('version', models.PositiveIntegerField(default=1)),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='payment_plan_access', to='accounts.account')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.CheckConstraint(condition=models.Q(('extra_charge__gte', 0), ('extra_charge__lte', 1000)), name='payment_plan_extra_charge')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='PaymentPlanOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', bss.core.db.CodeField(max_length=32, verbose_name='Unit')),
                ('is_active', models.BooleanField(default=True, verbose_name='Offered')),
                ('overridden', models.BooleanField(default=False)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='installments.paymentplan')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='payment_plan_offers', to='catalog.product')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.CheckConstraint(condition=models.Q(('unit__in', ['P1M', 'P3M', 'P6M', 'P1Y', 'P2Y', 'P3Y', 'P5Y'])), name='payment_plan_offer_unit_known'), models.UniqueConstraint(fields=('product', 'unit', 'plan'), name='payment_plan_offer_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
    ]
