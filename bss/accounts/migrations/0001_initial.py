import bss.core.clock
import bss.core.db
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='E-mail')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='Name')),
                ('language', models.CharField(blank=True, max_length=10, verbose_name='Language')),
                ('is_active', models.BooleanField(default=True)),
                ('is_staff', models.BooleanField(default=False, verbose_name='operator of this deployment (raw admin)')),
                ('date_joined', models.DateTimeField(default=bss.core.clock.now)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_once')],
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', db_index=True, max_length=64)),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('number', models.CharField(max_length=20, verbose_name='Number')),
                ('kind', bss.core.db.CodeField(max_length=32, verbose_name='Kind')),
                ('name', models.CharField(max_length=200, verbose_name='Company name')),
                ('corporate_email', models.EmailField(blank=True, max_length=254, null=True, verbose_name='Corporate e-mail')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='Phone')),
                ('website', models.URLField(blank=True, verbose_name='Website')),
                ('address_1', models.CharField(blank=True, max_length=200, verbose_name='Address')),
                ('address_2', models.CharField(blank=True, max_length=200, verbose_name='Address, second line')),
                ('city', models.CharField(blank=True, max_length=100, verbose_name='City')),
                ('postcode', models.CharField(blank=True, max_length=20, verbose_name='Postcode')),
                ('region', models.CharField(blank=True, max_length=100, verbose_name='State or region')),
                ('country', models.CharField(max_length=2, verbose_name='Country')),
                ('tax_country', models.CharField(max_length=2, verbose_name='Tax country')),
                ('vat_id', models.CharField(blank=True, max_length=30, verbose_name='VAT id')),
                ('taxable', models.BooleanField(default=True, verbose_name='Taxable')),
                ('currency', bss.core.db.CurrencyField(default='EUR', max_length=3, verbose_name='Currency')),
                ('language', models.CharField(default='en', max_length=10, verbose_name='Language')),
                ('ordering_enabled', models.BooleanField(default=True, verbose_name='May order')),
                ('reselling_enabled', models.BooleanField(default=False, verbose_name='May resell')),
                ('credit_limit', bss.core.db.AmountField(blank=True, decimal_places=4, default=0, max_digits=20, null=True, verbose_name='Credit limit')),
                ('billing_day', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(28)], verbose_name='Billing day')),
                ('separate_invoices', models.BooleanField(default=False, verbose_name='One invoice per end customer')),
                ('order_approval', models.BooleanField(default=True, verbose_name='Orders need approval')),
                ('is_active', models.BooleanField(default=True, verbose_name='Active')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=bss.core.clock.now)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='customers', to='accounts.account')),
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
            name='AccountImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', db_index=True, max_length=64)),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('name', models.CharField(max_length=200, verbose_name='File')),
                ('content', models.TextField()),
                ('encoding', models.CharField(max_length=20)),
                ('delimiter', models.CharField(max_length=1)),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='Rows')),
                ('created_at', models.DateTimeField(default=bss.core.clock.now, verbose_name='Uploaded')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
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
            name='AccountImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run_id', models.BigIntegerField()),
                ('number', models.PositiveIntegerField(verbose_name='Row')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='Company name')),
                ('outcome', bss.core.db.CodeField(max_length=32, verbose_name='Outcome')),
                ('field', models.CharField(blank=True, max_length=40, verbose_name='Column')),
                ('message', models.TextField(blank=True, verbose_name='Message')),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.account')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='report', to='accounts.accountimport')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('outcome__in', ['new', 'created', 'known', 'refused'])), name='import_outcome_known'), models.UniqueConstraint(fields=('run_id', 'number'), name='import_row_once')],
            },
        ),
        migrations.CreateModel(
            name='Organization',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('name', models.CharField(max_length=200, verbose_name='Name')),
                ('country', models.CharField(max_length=2, verbose_name='Country')),
                ('vat_id', models.CharField(blank=True, max_length=30, verbose_name='VAT id')),
                ('currency', bss.core.db.CurrencyField(default='EUR', max_length=3, verbose_name='Currency')),
                ('language', models.CharField(default='en', max_length=10, verbose_name='Language')),
                ('time_zone', models.CharField(default='UTC', max_length=50, verbose_name='Time zone')),
                ('support_email', models.EmailField(max_length=254, verbose_name='Support e-mail')),
                ('require_mfa', models.BooleanField(default=False, verbose_name='Require a second factor from staff')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=bss.core.clock.now)),
                ('billing_account', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tenant_organization', to='accounts.account')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tenants', to='accounts.organization')),
            ],
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', db_index=True, max_length=64)),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('first_name', models.CharField(blank=True, max_length=100, verbose_name='First name')),
                ('last_name', models.CharField(max_length=100, verbose_name='Last name')),
                ('email', models.EmailField(max_length=254, verbose_name='E-mail')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='Phone')),
                ('job_title', models.CharField(blank=True, max_length=100, verbose_name='Job title')),
                ('is_primary', models.BooleanField(default=False, verbose_name='Primary contact')),
                ('receives_invoices', models.BooleanField(default=False, verbose_name='Receives invoices')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=bss.core.clock.now)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='accounts.account')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(models.F('account'), django.db.models.functions.text.Lower('email'), name='contact_email_once'), models.UniqueConstraint(condition=models.Q(('is_primary', True)), fields=('account',), name='contact_primary_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', db_index=True, max_length=64)),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('name', models.CharField(max_length=100, verbose_name='Name')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('prefix', models.CharField(max_length=12)),
                ('scopes', models.JSONField(default=list)),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='Expires')),
                ('revoked_at', models.DateTimeField(null=True)),
                ('last_used_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(default=bss.core.clock.now)),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.account')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
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
        migrations.AddField(
            model_name='accountimport',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization'),
        ),
        migrations.AddField(
            model_name='account',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization'),
        ),
        migrations.CreateModel(
            name='PaymentMethod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('name', models.CharField(max_length=100, verbose_name='Name')),
                ('kind', bss.core.db.CodeField(default='transfer', max_length=32, verbose_name='Kind')),
                ('payment_days', models.PositiveIntegerField(default=30, verbose_name='Days to pay')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organization', 'name'), name='payment_method_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='account',
            name='payment_method',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.paymentmethod'),
        ),
        migrations.CreateModel(
            name='Storefront',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('state', bss.core.db.StateField(default='open', max_length=32)),
                ('host', models.CharField(blank=True, max_length=200, verbose_name='Host')),
                ('alias', models.CharField(blank=True, max_length=63, verbose_name='Alias')),
                ('name', models.CharField(max_length=200, verbose_name='Company name')),
                ('title', models.CharField(blank=True, max_length=200, verbose_name='Browser title')),
                ('tagline', models.CharField(blank=True, max_length=200, verbose_name='Welcome line')),
                ('about', models.TextField(blank=True, verbose_name='About')),
                ('contact_email', models.EmailField(blank=True, max_length=254, verbose_name='Contact e-mail')),
                ('contact_phone', models.CharField(blank=True, max_length=40, verbose_name='Contact phone')),
                ('logo', models.ImageField(blank=True, upload_to='logos/', verbose_name='Logo')),
                ('accent', models.CharField(default='#1f6feb', max_length=7, verbose_name='Accent colour')),
                ('radius', bss.core.db.CodeField(default='soft', max_length=32, verbose_name='Corners')),
                ('typeface', bss.core.db.CodeField(default='system', max_length=32, verbose_name='Typeface')),
                ('home_sections', models.JSONField(blank=True, default=list)),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=bss.core.clock.now)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('owner', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='own_storefront', to='accounts.account')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'closed'])), name='storefront_state_known'), models.UniqueConstraint(models.F('host'), django.db.models.functions.text.Lower('alias'), name='storefront_address_once'), models.UniqueConstraint(condition=models.Q(('owner__isnull', True)), fields=('organization',), name='storefront_of_organization_once'), models.CheckConstraint(condition=models.Q(models.Q(('alias', ''), ('owner__isnull', True)), models.Q(('owner__isnull', False), models.Q(('alias', ''), _negated=True)), _connector='OR'), name='storefront_alias_if_owned')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(db_collation='C', db_index=True, max_length=64)),
                ('public_id', bss.core.db.PublicIdField(default=bss.core.db.new_public_id, editable=False, max_length=20, unique=True)),
                ('kind', bss.core.db.CodeField(max_length=32)),
                ('staff_role', bss.core.db.CodeField(blank=True, max_length=32, verbose_name='Role')),
                ('user_type', bss.core.db.CodeField(blank=True, max_length=32, verbose_name='Type')),
                ('roles', models.JSONField(blank=True, default=list)),
                ('is_active', models.BooleanField(default=True, verbose_name='Active')),
                ('created_at', models.DateTimeField(default=bss.core.clock.now)),
                ('contact', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='membership', to='accounts.contact')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('storefront', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='accounts.storefront')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['staff', 'storefront'])), name='membership_kind_known'), models.UniqueConstraint(condition=models.Q(('kind', 'staff')), fields=('user', 'organization'), name='membership_staff_once'), models.UniqueConstraint(condition=models.Q(('kind', 'storefront')), fields=('user', 'storefront'), name='membership_storefront_once'), models.CheckConstraint(condition=models.Q(models.Q(('contact__isnull', True), ('kind', 'staff'), ('storefront__isnull', True), models.Q(('staff_role', ''), _negated=True)), models.Q(('contact__isnull', False), ('kind', 'storefront'), ('storefront__isnull', False)), _connector='OR'), name='membership_shape')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['organization', 'kind', '-id'], name='account_kind'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(django.db.models.functions.text.Lower('name'), name='account_name'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['parent', '-id'], name='account_parent'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['direct', 'reseller', 'customer'])), name='account_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(fields=('organization', 'number'), name='account_number_once'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'customer'), ('parent__isnull', False)), models.Q(models.Q(('kind', 'customer'), _negated=True), ('parent__isnull', True)), _connector='OR'), name='account_parent_if_customer'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('reselling_enabled', False), ('kind', 'reseller'), _connector='OR'), name='account_reselling_if_reseller'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('credit_limit__isnull', True), ('credit_limit__gte', 0), _connector='OR'), name='account_credit_limit_positive'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('billing_day__gte', 1), ('billing_day__lte', 28)), name='account_billing_day'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('corporate_email', ''), _negated=True), name='account_email_not_empty'),
        ),
    ]
