"""Baskets and orders: what somebody is about to buy, and what was bought."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Account, Storefront
from bss.catalog.choices import Unit
from bss.catalog.models import Product
from bss.core import clock
from bss.core.db import (
    AmountField,
    CodeField,
    CurrencyField,
    PublicIdField,
    StateField,
    UnitPriceField,
    one_of,
)
from bss.core.tenancy import Owned, Shared
from bss.installments.choices import Frequency
from bss.installments.contracts import PlanTerms
from bss.installments.models import PaymentPlan
from bss.orders.choices import BasketState, LineKind, LineState, OrderSource, OrderState
from bss.pricing.coterm import CoTerm, payment_words


class TermsVersion(Shared):
    """One published version of a seller's terms; what a buyer accepted stays readable."""

    # The reseller whose customers accept it when they buy from it; null for the organization's own.
    seller = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    version = models.CharField(_("Version"), max_length=30)
    text = models.TextField(_("Text"))
    published_at = models.DateTimeField(default=clock.now)

    class Meta(Shared.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "seller", "version"],
                name="terms_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return self.version

    @property
    def seller_name(self) -> str:
        """Whose terms they are."""
        return self.seller.name if self.seller else self.organization.name


class OrderField(Shared):
    """A question of the organization's own that every order answers: one FieldSpec."""

    public_id = PublicIdField()
    code = models.CharField(_("Code"), max_length=40)
    # A FieldSpec as JSON (bss.core.fields).
    spec: models.JSONField[Any, Any] = models.JSONField()
    position = models.PositiveIntegerField(_("Position"), default=0)
    is_active = models.BooleanField(_("Asked"), default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(Shared.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="order_field_once")
        ]

    def __str__(self) -> str:
        return self.code


class Basket(Owned):
    """What a user fills at one storefront; survives logout and another device."""

    public_id = PublicIdField()
    storefront = models.ForeignKey(Storefront, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    # Who will use it: the account itself, or one of its end customers.
    customer = models.ForeignKey(Account, models.PROTECT, related_name="+")
    # Whether it is for the drafted customer instead: `customer` is the account itself then, and the draft is kept.
    uses_draft = models.BooleanField(default=False)
    currency = CurrencyField()
    state = StateField(enum=BasketState, default=BasketState.OPEN)
    waiting_message = models.TextField(blank=True)
    # Requests that a Wait verdict asked to have made before it can be answered.
    requests: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    # "<customer id>:<cause>" of each Reprice already told: it sends back to the items once, not twice.
    told: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    # Canonical answers to the organization's order fields, by code.
    answers: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    # Whether its customer changed since Service Details were answered: an answer for one may not hold for another.
    asks_again = models.BooleanField(default=False, db_default=False)
    purchase_order = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        constraints = [
            one_of("state", BasketState, "basket_state_known"),
            models.UniqueConstraint(
                fields=["user", "storefront"], condition=Q(state="open"), name="basket_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"basket of {self.user}"


class CustomerDraft(Owned):
    """An end customer that a basket is for and that does not exist yet: placing the order makes its account."""

    public_id = PublicIdField()
    basket = models.OneToOneField(Basket, models.CASCADE, related_name="customer_draft")
    # Which reseller's it will be, and the account once it was made.
    parent = models.ForeignKey(Account, models.PROTECT, related_name="+")
    account = models.OneToOneField(Account, models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("Company name"), max_length=200)
    corporate_email = models.EmailField(_("Corporate e-mail"), null=True, blank=True)
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    address_1 = models.CharField(_("Address"), max_length=200, blank=True)
    address_2 = models.CharField(_("Address, second line"), max_length=200, blank=True)
    city = models.CharField(_("City"), max_length=100, blank=True)
    postcode = models.CharField(_("Postcode"), max_length=20, blank=True)
    region = models.CharField(_("State or region"), max_length=100, blank=True)
    country = models.CharField(_("Country"), max_length=2)
    vat_id = models.CharField(_("VAT id"), max_length=30, blank=True)
    contact_first_name = models.CharField(_("First name"), max_length=100, blank=True)
    contact_last_name = models.CharField(_("Last name"), max_length=100, blank=True)
    contact_email = models.EmailField(_("E-mail"), blank=True)
    contact_phone = models.CharField(_("Phone"), max_length=40, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class Planned(models.Model):
    """Columns of what can be paid by installments: the plan as it was chosen, frozen; no count is paid at once."""

    payment_plan = models.ForeignKey(PaymentPlan, models.PROTECT, null=True, related_name="+")
    plan_frequency = CodeField(enum=Frequency, blank=True)
    plan_count = models.PositiveSmallIntegerField(null=True)
    extra_charge = models.DecimalField(max_digits=9, decimal_places=4, default=0)

    class Meta:
        abstract = True

    @property
    def plan(self) -> PlanTerms | None:
        """The frozen terms; None for what is paid at once."""
        if not self.plan_count:
            return None
        return PlanTerms(
            self.plan_frequency, self.plan_count, self.extra_charge, self.payment_plan_id
        )


def plan_columns(plan: PlanTerms | None) -> dict[str, Any]:
    """The columns of `Planned` for a plan, or for none."""
    if plan is None:
        return {
            "payment_plan_id": None, "plan_frequency": "", "plan_count": None, "extra_charge": 0,
        }  # fmt: skip
    return {
        "payment_plan_id": plan.plan_id,
        "plan_frequency": plan.frequency,
        "plan_count": plan.count,
        "extra_charge": plan.extra_charge,
    }


class BasketLine(models.Model):
    """One product in a basket; add-ons hang below their product's line."""

    public_id = PublicIdField()
    basket = models.ForeignKey(Basket, models.CASCADE, related_name="lines")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    unit = CodeField(enum=Unit)
    quantity = models.PositiveIntegerField(default=1)
    friendly_name = models.CharField(max_length=200, blank=True)
    # How it is to be paid; null for at once. Its terms are frozen when the order is placed.
    payment_plan = models.ForeignKey(PaymentPlan, models.PROTECT, null=True, related_name="+")
    # Answers to Service Details, canonical, by field code.
    parameters: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    # The unit price the buyer last saw: a difference is told before placing, never after.
    seen_price = UnitPriceField(null=True)
    # What a service manager quoted for it at the last review; null at its list price (selectors.prices: quote_of).
    quote: models.JSONField[Any, Any] = models.JSONField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="basket_line_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product}"


class Order(Owned):
    """A purchase, or an action on subscriptions: each is an order. Scope: the customer's."""

    public_id = PublicIdField()
    number = models.CharField(max_length=20, blank=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Account, models.PROTECT, related_name="+")
    storefront = models.ForeignKey(
        Storefront, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The account whose own API wrote it line by line; null for the seller, whose drafts no account sees.
    drafted_by = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="+", db_index=False
    )
    # A basket becomes an order once: two tabs cannot place it twice.
    basket = models.OneToOneField(Basket, models.PROTECT, null=True, related_name="order")
    source = CodeField(enum=OrderSource)
    name = models.CharField(_("Name"), max_length=200, blank=True)
    purchase_order = models.CharField(_("Purchase-order number"), max_length=80, blank=True)
    currency = CurrencyField()
    state = StateField(enum=OrderState, default=OrderState.DRAFT)
    total = AmountField(default=0)
    total_cost = AmountField(default=0)
    total_resale = AmountField(null=True)
    terms = models.ForeignKey(TermsVersion, models.PROTECT, null=True, related_name="+")
    terms_accepted_at = models.DateTimeField(null=True)
    # What its payer accepted of its own seller's when it let a customer's order pass, and since when it has.
    payer_terms = models.ForeignKey(TermsVersion, models.PROTECT, null=True, related_name="+")
    payer_terms_accepted_at = models.DateTimeField(null=True)
    placed_by_id = models.BigIntegerField(null=True)
    placed_by_label = models.CharField(max_length=200, blank=True)
    placed_at = models.DateTimeField(null=True)
    # When what it asks for is to happen; null for at once. Nobody executes it before.
    due_at = models.DateTimeField(null=True)
    # The organization's order fields as they were asked, each with its answer: a FieldSpec and "value".
    answers: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    # What it will put on which invoice and when, as it was shown before it was confirmed.
    preview: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    # What it waits for: a service manager's words, and the requests it was handed; null while it waits for nothing.
    awaited: models.JSONField[Any, Any] = models.JSONField(null=True)
    # Who let an end customer's order pass, and when; also the reason of a rejection stands in its history.
    approved_at = models.DateTimeField(null=True)
    approved_by_label = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        constraints = [
            one_of("state", OrderState, "order_state_known"),
            models.UniqueConstraint(
                fields=["organization", "number"], condition=~Q(number=""), name="order_number_once"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "state", "-id"], name="order_state"),
            models.Index(fields=["scope", "-id"], name="order_scope"),
            models.Index(fields=["account", "-id"], name="order_account"),
            models.Index(fields=["customer", "-id"], name="order_customer"),
        ]

    def __str__(self) -> str:
        return self.number or self.name

    @property
    def profit(self) -> Any:
        return self.total - self.total_cost


class OrderLine(Planned, Owned):
    """One thing an order asks for, with its three prices frozen. Charged when delivered."""

    public_id = PublicIdField()
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    position = models.PositiveIntegerField(default=0)
    kind = CodeField(enum=LineKind, default=LineKind.NEW)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    product_name = models.CharField(max_length=200)
    friendly_name = models.CharField(max_length=200, blank=True)
    unit = CodeField(enum=Unit)
    quantity = models.PositiveIntegerField(default=1)
    previous_quantity = models.PositiveIntegerField(null=True)
    parameters: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    currency = CurrencyField()
    unit_cost = UnitPriceField(default=0)
    unit_price = UnitPriceField(default=0)
    unit_resale = UnitPriceField(null=True)
    total = AmountField(default=0)
    total_cost = AmountField(default=0)
    total_resale = AmountField(null=True)
    # The service manager's quote that its prices were made of; null for the list price.
    quote: models.JSONField[Any, Any] = models.JSONField(null=True)
    # Its first term where that is co-termed (pricing.coterm), as its amounts were counted; null for a whole unit from
    # its delivery.
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    priced_from = models.DateTimeField(null=True)
    # Frozen from the product type: whether it runs without staff.
    automatic = models.BooleanField(default=True)
    managed_by = models.CharField(max_length=20, blank=True)
    state = StateField(enum=LineState, default=LineState.PENDING)
    # Why it needs input or failed: stable code, words, and the field to correct.
    problem_code = models.CharField(max_length=60, blank=True)
    problem_text = models.TextField(blank=True)
    problem_field = models.CharField(max_length=80, blank=True)
    # Who answered what was asked of it: the account (its key; null for staff) by the parameter; null: nobody did.
    answered_by: models.JSONField[Any, Any] = models.JSONField(null=True)
    delivered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        ordering = ["position", "id"]
        constraints = [
            one_of("state", LineState, "order_line_state_known"),
            one_of("kind", LineKind, "order_line_kind_known"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_line_quantity"),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0, unit_cost__gte=0), name="order_line_price_positive"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="order_line_parent"
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None, priced_from=None)
                | Q(starts_at__lt=F("ends_at"), priced_from__lte=F("starts_at")),
                name="order_line_coterm",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "state", "-id"], name="order_line_state"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_name}"

    @property
    def coterm(self) -> CoTerm | None:
        """Its first term, where that ends with everything else of its customer."""
        if self.starts_at is None or self.ends_at is None or self.priced_from is None:
            return None
        return CoTerm(self.starts_at, self.ends_at, self.priced_from)

    @property
    def payment(self) -> str:
        """Its payment plan in words, with as many installments as its first term has; "" when it is paid at once."""
        return payment_words(self.plan, self.coterm)

    def is_answered_by_payer(self, code: str) -> bool:
        """Whether the value of a parameter was given by whoever pays for the order, or by staff, when it was asked."""
        answered = self.answered_by or {}
        return code in answered and answered[code] in {None, self.order.account_id}


def coterm_columns(coterm: CoTerm | None) -> dict[str, Any]:
    """The columns of an order line for a co-termed first term, or for one as any other."""
    if coterm is None:
        return {"starts_at": None, "ends_at": None, "priced_from": None}
    return {
        "starts_at": coterm.starts_at,
        "ends_at": coterm.ends_at,
        "priced_from": coterm.priced_from,
    }
