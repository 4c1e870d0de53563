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
    ]

    operations = [
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='Name')),
                ('slug', models.SlugField(max_length=100)),
                ('position', models.PositiveIntegerField(default=0, verbose_name='Position')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='catalog.category')),
            ],
            options={
                'verbose_name_plural': 'categories',
                'ordering': ['position', 'name'],
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organization', 'slug'), name='category_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Industry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='Name')),
                ('slug', models.SlugField(max_length=100)),
                ('position', models.PositiveIntegerField(default=0, verbose_name='Position')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'verbose_name_plural': 'industries',
                'ordering': ['position', 'name'],
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organization', 'slug'), name='industry_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='PriceList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('name', models.CharField(max_length=100, verbose_name='Name')),
                ('currency', bss.core.db.CurrencyField(max_length=3, verbose_name='Currency')),
                ('valid_from', models.DateField(verbose_name='Valid from')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='Valid until')),
                ('is_active', models.BooleanField(default=True, verbose_name='Active')),
                ('is_default', models.BooleanField(default=False, verbose_name='For whoever has none of its own')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=bss.core.clock.now)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='price_lists', to='accounts.account')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(models.F('organization'), models.F('owner'), django.db.models.functions.text.Lower('name'), name='price_list_name_once', nulls_distinct=False), models.UniqueConstraint(condition=models.Q(('is_active', True), ('is_default', True)), fields=('organization', 'owner', 'currency'), name='price_list_default_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='price_list_validity')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='PriceListAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', db_index=True, max_length=64)),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='price_list_assignment', to='accounts.account')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('price_list', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='catalog.pricelist')),
            ],
            options={
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
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('kind', bss.core.db.CodeField(default='primary', max_length=32, verbose_name='Kind')),
                ('code', models.CharField(max_length=80, verbose_name='Code')),
                ('name', models.CharField(max_length=200, verbose_name='Name')),
                ('summary', models.CharField(blank=True, max_length=300, verbose_name='One line')),
                ('description', models.TextField(blank=True, verbose_name='Description')),
                ('vendor', models.CharField(blank=True, max_length=100, verbose_name='Vendor')),
                ('image', models.ImageField(blank=True, upload_to='products/', verbose_name='Picture')),
                ('is_active', models.BooleanField(default=True, verbose_name='On sale')),
                ('is_featured', models.BooleanField(default=False, verbose_name='Featured')),
                ('is_promoted', models.BooleanField(default=False, verbose_name='Promoted')),
                ('popularity', models.PositiveIntegerField(default=0)),
                ('search_language', bss.core.db.CodeField(default='simple', max_length=32)),
                ('taxable', models.BooleanField(default=True, verbose_name='Taxable')),
                ('tax_country', models.CharField(blank=True, max_length=2, verbose_name='Tax country')),
                ('tax_class', models.CharField(default='standard', max_length=30, verbose_name='Tax class')),
                ('external_id', models.CharField(blank=True, max_length=200)),
                ('characteristics', models.JSONField(blank=True, default=dict)),
                ('overridden', models.JSONField(blank=True, default=list)),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=bss.core.clock.now)),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='products', to='catalog.category')),
                ('industries', models.ManyToManyField(blank=True, related_name='products', to='catalog.industry')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
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
            name='PriceListItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', bss.core.db.CodeField(blank=True, max_length=32, verbose_name='Unit')),
                ('rule', bss.core.db.CodeField(default='list', max_length=32, verbose_name='Rule')),
                ('percent', models.DecimalField(decimal_places=4, default=0, max_digits=9, verbose_name='Percent')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('price_list', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='catalog.pricelist')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='price_list_items', to='catalog.product')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.CheckConstraint(condition=models.Q(('rule__in', ['list', 'discount', 'markup', 'margin'])), name='price_list_rule_known'), models.UniqueConstraint(fields=('price_list', 'product', 'unit'), name='price_list_item_once'), models.CheckConstraint(condition=models.Q(('percent__gte', 0)), name='price_list_percent_positive'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('rule', 'discount'), _negated=True), ('percent__lte', 100), _connector='OR'), models.Q(models.Q(('rule', 'margin'), _negated=True), ('percent__lt', 100), _connector='OR')), name='price_list_percent_below_100')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ListPrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', bss.core.db.CodeField(max_length=32, verbose_name='Unit')),
                ('currency', bss.core.db.CurrencyField(max_length=3, verbose_name='Currency')),
                ('price', bss.core.db.UnitPriceField(decimal_places=10, max_digits=24, verbose_name='List price')),
                ('cost', bss.core.db.UnitPriceField(decimal_places=10, max_digits=24, verbose_name='Cost')),
                ('is_active', models.BooleanField(default=True, verbose_name='On sale')),
                ('overridden', models.BooleanField(default=False)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='list_prices', to='catalog.product')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.CheckConstraint(condition=models.Q(('unit__in', ['P1M', 'P3M', 'P6M', 'P1Y', 'P2Y', 'P3Y', 'P5Y'])), name='list_price_unit_known'), models.UniqueConstraint(fields=('product', 'unit', 'currency'), name='list_price_once'), models.CheckConstraint(condition=models.Q(('cost__gte', 0), ('price__gte', 0)), name='list_price_positive')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Listing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', db_index=True, max_length=64)),
                ('is_listed', models.BooleanField(default=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('reseller', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.account')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.product')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('reseller', 'product'), name='listing_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='AddOn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('max_quantity', models.PositiveIntegerField(blank=True, null=True, verbose_name='Largest quantity')),
                ('is_active', models.BooleanField(default=True, verbose_name='Offered')),
                ('overridden', models.BooleanField(default=False)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('add_on', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='add_on_of', to='catalog.product')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='add_ons', to='catalog.product')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('product', 'add_on'), name='add_on_once'), models.CheckConstraint(condition=models.Q(('product', models.F('add_on')), _negated=True), name='add_on_of_another')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ProductType',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('code', models.CharField(max_length=80, verbose_name='Code')),
                ('name', models.CharField(max_length=200, verbose_name='Name')),
                ('description', models.TextField(blank=True, verbose_name='Description')),
                ('vendor', models.CharField(blank=True, max_length=100, verbose_name='Vendor')),
                ('managed_by', models.CharField(blank=True, max_length=20)),
                ('external_id', models.CharField(blank=True, max_length=200)),
                ('characteristics', models.JSONField(blank=True, default=list)),
                ('automatic', models.BooleanField(default=True, verbose_name='Ordered automatically')),
                ('audience', bss.core.db.CodeField(default='anyone', max_length=32, verbose_name='Who may buy')),
                ('max_quantity', models.PositiveIntegerField(blank=True, null=True, verbose_name='Largest quantity')),
                ('one_per_account', models.BooleanField(default=False, verbose_name='One subscription per account')),
                ('cancellable', models.BooleanField(default=True, verbose_name='Customers may cancel')),
                ('switchable', models.BooleanField(default=True, verbose_name='Products may be exchanged')),
                ('refund_days', models.PositiveSmallIntegerField(blank=True, default=7, null=True, verbose_name='Days to give seats back')),
                ('refund', bss.core.db.CodeField(default='unused', max_length=32, verbose_name='What is given back')),
                ('overridden', models.JSONField(blank=True, default=list)),
                ('version', models.PositiveIntegerField(default=1)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organization', 'code'), name='product_type_code_once'), models.UniqueConstraint(condition=models.Q(('managed_by', ''), _negated=True), fields=('organization', 'managed_by', 'external_id'), name='product_type_external_once'), models.CheckConstraint(condition=models.Q(('managed_by', ''), models.Q(('external_id', ''), _negated=True), _connector='OR'), name='product_type_external_if_managed'), models.CheckConstraint(condition=models.Q(('refund__in', ['full', 'unused'])), name='product_type_refund_known')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='product',
            name='type',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='products', to='catalog.producttype'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['organization', 'is_active', 'kind', 'name'], name='product_on_sale'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['organization', '-created_at', '-id'], name='product_newest'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['organization', '-popularity', '-id'], name='product_popular'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['organization', 'name', 'id'], name='product_by_name'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['organization', 'vendor'], name='product_by_vendor'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['primary', 'add_on'])), name='product_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('search_language__in', ['simple', 'arabic', 'danish', 'dutch', 'english', 'finnish', 'french', 'german', 'greek', 'hindi', 'hungarian', 'italian', 'norwegian', 'portuguese', 'romanian', 'russian', 'spanish', 'swedish', 'turkish'])), name='product_search_language_known'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.UniqueConstraint(models.F('organization'), django.db.models.functions.text.Lower('code'), name='product_code_once'),
        ),
    ]
