"""Who there is: organizations, their accounts and contacts, the logins, the places where somebody sells."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from bss.accounts.choices import (
    AccountKind,
    ImportOutcome,
    MembershipKind,
    PaymentKind,
    Radius,
    StaffRole,
    StorefrontState,
    Typeface,
    UserType,
)
from bss.core import clock
from bss.core.db import AmountField, CodeField, CurrencyField, PublicIdField, StateField, one_of
from bss.core.tenancy import Owned, Shared


class Organization(models.Model):
    """A tenant of the BSS: the distributor, or a tenant reseller under it. Only organizations issue invoices."""

    public_id = PublicIdField()
    name = models.CharField(_("Name"), max_length=200)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="tenants")
    # The account under which a tenant reseller is billed by its parent.
    billing_account = models.OneToOneField(
        "accounts.Account", models.PROTECT, null=True, related_name="tenant_organization"
    )
    country = models.CharField(_("Country"), max_length=2)
    vat_id = models.CharField(_("VAT id"), max_length=30, blank=True)
    currency = CurrencyField(_("Currency"), default="EUR")
    language = models.CharField(_("Language"), max_length=10, default="en")
    time_zone = models.CharField(_("Time zone"), max_length=50, default="UTC")
    support_email = models.EmailField(_("Support e-mail"))
    # Where customers pay to, as it is to stand on invoices.
    bank_details = models.TextField(_("Bank details"), max_length=400, blank=True)
    require_mfa = models.BooleanField(_("Require a second factor from staff"), default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> str:
        return f"{self.pk}."

    @property
    def is_root(self) -> bool:
        return self.parent_id is None


class PaymentMethod(Shared):
    """How an account pays, with the days it has to do so."""

    public_id = PublicIdField()
    name = models.CharField(_("Name"), max_length=100)
    kind = CodeField(_("Kind"), enum=PaymentKind, default=PaymentKind.TRANSFER)
    payment_days = models.PositiveIntegerField(_("Days to pay"), default=30)

    class Meta(Shared.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="payment_method_once")
        ]

    def __str__(self) -> str:
        return self.name


class Account(Owned):
    """A customer of an organization: a direct customer, a reseller, or a reseller's end customer.

    Its scope is its own path: `organization.account.` or `organization.reseller.account.`
    """

    public_id = PublicIdField()
    number = models.CharField(_("Number"), max_length=20)
    kind = CodeField(_("Kind"), enum=AccountKind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="customers"
    )
    name = models.CharField(_("Company name"), max_length=200)
    # Null when unknown: an empty text would collide and would be mailed to.
    corporate_email = models.EmailField(_("Corporate e-mail"), null=True, blank=True)
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    website = models.URLField(_("Website"), blank=True)
    address_1 = models.CharField(_("Address"), max_length=200, blank=True)
    address_2 = models.CharField(_("Address, second line"), max_length=200, blank=True)
    city = models.CharField(_("City"), max_length=100, blank=True)
    postcode = models.CharField(_("Postcode"), max_length=20, blank=True)
    region = models.CharField(_("State or region"), max_length=100, blank=True)
    country = models.CharField(_("Country"), max_length=2)
    tax_country = models.CharField(_("Tax country"), max_length=2)
    vat_id = models.CharField(_("VAT id"), max_length=30, blank=True)
    taxable = models.BooleanField(_("Taxable"), default=True)
    currency = CurrencyField(_("Currency"), default="EUR")
    language = models.CharField(_("Language"), max_length=10, default="en")
    ordering_enabled = models.BooleanField(_("May order"), default=True)
    reselling_enabled = models.BooleanField(_("May resell"), default=False)
    # Null means unlimited; 0 means that nothing may ever be owed.
    credit_limit = AmountField(_("Credit limit"), null=True, blank=True, default=0)
    payment_method = models.ForeignKey(
        PaymentMethod, models.PROTECT, null=True, blank=True, related_name="+"
    )
    billing_day = models.PositiveSmallIntegerField(
        _("Billing day"), default=1, validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    # Of a payer: an invoice for each of its end customers instead of one for all.
    separate_invoices = models.BooleanField(_("One invoice per end customer"), default=False)
    # Of an end customer: its reseller decides about each of its orders.
    order_approval = models.BooleanField(_("Orders need approval"), default=True)
    is_active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        constraints = [
            one_of("kind", AccountKind, "account_kind_known"),
            models.UniqueConstraint(fields=["organization", "number"], name="account_number_once"),
            models.CheckConstraint(
                condition=Q(kind="customer", parent__isnull=False)
                | (~Q(kind="customer") & Q(parent__isnull=True)),
                name="account_parent_if_customer",
            ),
            models.CheckConstraint(
                condition=Q(reselling_enabled=False) | Q(kind="reseller"),
                name="account_reselling_if_reseller",
            ),
            models.CheckConstraint(
                condition=Q(credit_limit__isnull=True) | Q(credit_limit__gte=0),
                name="account_credit_limit_positive",
            ),
            models.CheckConstraint(
                condition=Q(billing_day__gte=1, billing_day__lte=28), name="account_billing_day"
            ),
            models.CheckConstraint(
                condition=~Q(corporate_email=""), name="account_email_not_empty"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "kind", "-id"], name="account_kind"),
            models.Index(Lower("name"), name="account_name"),
            models.Index(fields=["parent", "-id"], name="account_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_reseller(self) -> bool:
        return self.kind == AccountKind.RESELLER and self.reselling_enabled

    @property
    def is_end_customer(self) -> bool:
        return self.kind == AccountKind.CUSTOMER


class Contact(Owned):
    """A person of an account; may have a login."""

    public_id = PublicIdField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="contacts")
    first_name = models.CharField(_("First name"), max_length=100, blank=True)
    last_name = models.CharField(_("Last name"), max_length=100)
    email = models.EmailField(_("E-mail"))
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    job_title = models.CharField(_("Job title"), max_length=100, blank=True)
    is_primary = models.BooleanField(_("Primary contact"), default=False)
    receives_invoices = models.BooleanField(_("Receives invoices"), default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(F("account"), Lower("email"), name="contact_email_once"),
            models.UniqueConstraint(
                fields=["account"], condition=Q(is_primary=True), name="contact_primary_once"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class UserManager(BaseUserManager["User"]):
    """Creates logins; e-mail addresses are kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **values: Any) -> User:
        user = self.model(email=email.strip().lower(), **values)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **values: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **values)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A login: one global e-mail address with memberships."""

    public_id = PublicIdField()
    email = models.EmailField(_("E-mail"), unique=True)
    name = models.CharField(_("Name"), max_length=200, blank=True)
    language = models.CharField(_("Language"), max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("operator of this deployment (raw admin)", default=False)
    date_joined = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name or self.email


class Storefront(Shared):
    """Where somebody sells: an organization's shop, or a reseller's own under its alias."""

    public_id = PublicIdField()
    owner = models.OneToOneField(
        Account, models.PROTECT, null=True, blank=True, related_name="own_storefront"
    )
    state = StateField(enum=StorefrontState, default=StorefrontState.OPEN)
    host = models.CharField(_("Host"), max_length=200, blank=True)
    alias = models.CharField(_("Alias"), max_length=63, blank=True)
    name = models.CharField(_("Company name"), max_length=200)
    title = models.CharField(_("Browser title"), max_length=200, blank=True)
    tagline = models.CharField(_("Welcome line"), max_length=200, blank=True)
    about = models.TextField(_("About"), blank=True)
    contact_email = models.EmailField(_("Contact e-mail"), blank=True)
    contact_phone = models.CharField(_("Contact phone"), max_length=40, blank=True)
    logo = models.ImageField(_("Logo"), upload_to="logos/", blank=True)
    accent = models.CharField(_("Accent colour"), max_length=7, default="#1f6feb")
    radius = CodeField(_("Corners"), enum=Radius, default=Radius.SOFT)
    typeface = CodeField(_("Typeface"), enum=Typeface, default=Typeface.SYSTEM)
    # Which sections the home page shows, in order: see storefront.home.
    home_sections: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Shared.Meta):
        constraints = [
            one_of("state", StorefrontState, "storefront_state_known"),
            models.UniqueConstraint(F("host"), Lower("alias"), name="storefront_address_once"),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(owner__isnull=True),
                name="storefront_of_organization_once",
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=True, alias="") | (Q(owner__isnull=False) & ~Q(alias="")),
                name="storefront_alias_if_owned",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def prefix(self) -> str:
        """The script prefix under which its pages live: "" or "/techsolutions"."""
        return f"/{self.alias}" if self.alias else ""


class Membership(Owned):
    """What a login is here: a member of an organization's staff, or a contact's storefront user."""

    public_id = PublicIdField()
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    kind = CodeField(enum=MembershipKind)
    staff_role = CodeField(_("Role"), enum=StaffRole, blank=True)
    contact = models.OneToOneField(
        Contact, models.CASCADE, null=True, blank=True, related_name="membership"
    )
    # A storefront user signs in at exactly one storefront.
    storefront = models.ForeignKey(
        Storefront, models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    user_type = CodeField(_("Type"), enum=UserType, blank=True)
    roles: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(_("Active"), default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        constraints = [
            one_of("kind", MembershipKind, "membership_kind_known"),
            models.UniqueConstraint(
                fields=["user", "organization"],
                condition=Q(kind="staff"),
                name="membership_staff_once",
            ),
            models.UniqueConstraint(
                fields=["user", "storefront"],
                condition=Q(kind="storefront"),
                name="membership_storefront_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="staff", contact__isnull=True, storefront__isnull=True)
                & ~Q(staff_role="")
                | Q(kind="storefront", contact__isnull=False, storefront__isnull=False),
                name="membership_shape",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.kind})"


class ApiToken(Owned):
    """A key to the API: acts for an organization, or for one account below it, within its scopes."""

    public_id = PublicIdField()
    name = models.CharField(_("Name"), max_length=100)
    # Only the digest is kept; the token itself is shown once.
    digest = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=12)
    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    scopes: models.JSONField[Any, Any] = models.JSONField(default=list)
    expires_at = models.DateTimeField(_("Expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class AccountImport(Owned):
    """A CSV file of accounts that somebody uploaded; a dry run and the real run read it."""

    public_id = PublicIdField()
    name = models.CharField(_("File"), max_length=200)
    # The file as text, decoded once: what the dry run saw is what the real run does.
    content = models.TextField()
    encoding = models.CharField(max_length=20)
    delimiter = models.CharField(max_length=1)
    rows = models.PositiveIntegerField(_("Rows"), default=0)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("Uploaded"), default=clock.now)

    def __str__(self) -> str:
        return self.name


class AccountImportRow(models.Model):
    """What a run did with one row of an import, and everything wrong with it."""

    source = models.ForeignKey(AccountImport, models.CASCADE, related_name="report")
    run_id = models.BigIntegerField()
    number = models.PositiveIntegerField(_("Row"))
    name = models.CharField(_("Company name"), max_length=200, blank=True)
    outcome = CodeField(_("Outcome"), enum=ImportOutcome)
    # The first column at fault; the message names each, a line for one.
    field = models.CharField(_("Column"), max_length=40, blank=True)
    message = models.TextField(_("Message"), blank=True)
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            one_of("outcome", ImportOutcome, "import_outcome_known"),
            models.UniqueConstraint(fields=["run_id", "number"], name="import_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.message or self.outcome}"
