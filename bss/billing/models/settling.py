"""Cards that payers left with the provider, files of payments, and what happens to those who do not pay."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Account
from bss.billing.choices import CardPurpose, CardState, ImportedPayment, LadderStep
from bss.billing.models.documents import Invoice, Payment
from bss.core import clock
from bss.core.db import AmountField, CodeField, CurrencyField, PublicIdField, StateField, one_of
from bss.core.tenancy import Owned, Shared
from bss.orders.models import Order
from bss.subscriptions.models import ScheduledChange, Subscription


class CardSetup(Owned):
    """That a payer was sent to the provider's page to leave a card there. Scope: the payer's."""

    public_id = PublicIdField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    # The provider's id of its page.
    external_id = models.CharField(max_length=100, blank=True)
    started_by_label = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.external_id or self.public_id


class CardToken(Owned):
    """A card that a payer left with the provider: its token there, and what tells people which card it is."""

    public_id = PublicIdField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    # Worth nothing without the deployment's key at the provider.
    token = models.CharField(max_length=100)
    brand = models.CharField(max_length=30)
    last_digits = models.CharField(max_length=4)
    # The last day on which it is valid.
    expires_on = models.DateField()
    is_default = models.BooleanField(default=False)
    removed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "token"], name="card_token_once"),
            models.UniqueConstraint(
                fields=["account"], condition=Q(is_default=True), name="card_token_default_once"
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(removed_at__isnull=True),
                name="card_token_default_kept",
            ),
        ]
        indexes = [models.Index(fields=["account", "-id"], name="card_token_account")]

    def __str__(self) -> str:
        return f"{self.brand} •••• {self.last_digits}"


class CardPayment(Owned):
    """Money held on a card for an order, or taken from one for an invoice. Scope: the payer's.

    Its row is committed before the provider is called. `key` makes the call happen once, and finds it again.
    """

    public_id = PublicIdField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    card = models.ForeignKey(CardToken, models.PROTECT, related_name="+")
    purpose = CodeField(enum=CardPurpose)
    # What it is for, as its caller named it: a basket, an order, an invoice.
    reference = models.CharField(max_length=60)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+")
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, related_name="+")
    payment = models.OneToOneField(Payment, models.PROTECT, null=True, related_name="card_payment")
    currency = CurrencyField()
    amount = AmountField()
    captured = AmountField(default=0)
    key = models.CharField(max_length=80, unique=True)
    external_id = models.CharField(max_length=100, blank=True)
    state = StateField(enum=CardState, default=CardState.REQUESTED)
    # The bank's page on which the owner confirms, while it waits for that.
    step_url = models.URLField(max_length=500, blank=True)
    problem_code = models.CharField(max_length=60, blank=True)
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        constraints = [
            one_of("state", CardState, "card_payment_state_known"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, captured__gte=0, captured__lte=F("amount")),
                name="card_payment_captured",
            ),
            # One hold for a basket or an order, one charge for an invoice at a time.
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state__in=["requested", "unknown", "authorised"]),
                name="card_payment_order_once",
            ),
            models.UniqueConstraint(
                fields=["account", "reference"],
                condition=Q(state__in=["requested", "unknown", "authorised"], purpose="order"),
                name="card_payment_reference_once",
            ),
            models.UniqueConstraint(
                fields=["invoice"],
                condition=Q(state__in=["requested", "unknown"], purpose="invoice"),
                name="card_payment_invoice_once",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "reference", "-id"], name="card_payment_reference"),
            models.Index(
                fields=["account"], condition=Q(state="authorised"), name="card_payment_held"
            ),
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=["requested", "unknown", "authorised"]),
                name="card_payment_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} ({self.state})"


class PaymentImport(Owned):
    """A bank's file of payments, kept so that a check and a run read the same rows. Scope: the organization's."""

    public_id = PublicIdField()
    name = models.CharField(max_length=200)
    content = models.TextField()
    encoding = models.CharField(max_length=20)
    delimiter = models.CharField(max_length=1)
    rows = models.PositiveIntegerField()
    created_by_label = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class PaymentImportRow(models.Model):
    """What one run did with one row of a bank's file."""

    source = models.ForeignKey(PaymentImport, models.CASCADE, related_name="report")
    run_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    outcome = CodeField(enum=ImportedPayment)
    text = models.CharField(max_length=300, blank=True)
    payment = models.ForeignKey(Payment, models.SET_NULL, null=True, related_name="+")
    # The first column at fault; the message names each, a line for one.
    field = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run_id", "number"], name="payment_import_row_once")
        ]

    def __str__(self) -> str:
        return f"row {self.number}"


class DunningPolicy(Shared):
    """How many days after an invoice was due its payer is reminded, reminded again, and its services suspended."""

    remind_days = models.PositiveSmallIntegerField(
        _("First reminder"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    again_days = models.PositiveSmallIntegerField(
        _("Second reminder"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    suspend_days = models.PositiveSmallIntegerField(
        _("Suspension"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    version = models.PositiveIntegerField(default=1)

    class Meta(Shared.Meta):
        constraints = [models.UniqueConstraint(fields=["organization"], name="dunning_policy_once")]

    def __str__(self) -> str:
        return f"{self.remind_days}, {self.again_days}, {self.suspend_days} days"


class DunningStep(Owned):
    """That an overdue invoice reached a step of the ladder. Scope: the payer's."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="dunning")
    step = CodeField(enum=LadderStep)
    # The local day on which it was taken.
    on = models.DateField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        ordering = ["id"]
        constraints = [
            one_of("step", LadderStep, "dunning_step_known"),
            models.UniqueConstraint(fields=["invoice", "step"], name="dunning_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.step} for {self.invoice_id}"


class OverdueSuspension(Owned):
    """That the ladder, and nobody else, suspended a subscription: what payment resumes. Scope: the customer's."""

    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="+")
    # The request by which it was suspended. A later one by staff means that they have reasons of their own.
    change = models.OneToOneField(ScheduledChange, models.PROTECT, related_name="+")
    payer = models.ForeignKey(Account, models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    # Who wants it to stay suspended whatever is paid.
    kept_by_label = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["subscription"],
                condition=Q(lifted_at__isnull=True),
                name="overdue_suspension_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["payer"],
                condition=Q(lifted_at__isnull=True),
                name="overdue_suspension_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} suspended"
