"""Installments and credits, the documents they become, and the payments that settle these."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q

from bss.accounts.models import Account
from bss.billing.choices import (
    CreditNoteState,
    CreditState,
    InstallmentState,
    InvoiceState,
    NumberKind,
    PaymentSource,
)
from bss.catalog.choices import Unit
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
from bss.orders.models import Order
from bss.pricing.schedule import Amounts
from bss.subscriptions.models import SeatLot, SeatReduction, Subscription


class Charge(models.Model):
    """Columns of what goes on a document: for whom, of what, and its amount in the three tracks."""

    public_id = PublicIdField()
    payer = models.ForeignKey(Account, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Account, models.PROTECT, related_name="+")
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="+")
    # The order that is billed at once with it; null for what recurs.
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+")
    lot = models.ForeignKey(SeatLot, models.PROTECT, related_name="+")
    currency = CurrencyField()
    cost = AmountField(default=0)
    price = AmountField(default=0)
    resale = AmountField(null=True)
    # The local day of the organization on which it belongs on a document.
    bills_on = models.DateField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True

    @property
    def amounts(self) -> Amounts:
        return Amounts(self.cost, self.price, self.resale)


class Installment(Charge, Owned):
    """One part of what a lot of seats costs: the whole of it, or one of its payment plan's. Scope: the customer's."""

    number = models.PositiveSmallIntegerField(default=1)
    count = models.PositiveSmallIntegerField(default=1)
    quantity = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = StateField(enum=InstallmentState, default=InstallmentState.SCHEDULED)

    class Meta(Owned.Meta):
        ordering = ["due_at", "id"]
        constraints = [
            one_of("state", InstallmentState, "installment_state_known"),
            models.UniqueConstraint(
                fields=["lot", "number"], condition=~Q(state="void"), name="installment_once"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=F("count")), name="installment_number"
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0, cost__gte=0), name="installment_not_negative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "bills_on", "payer"],
                condition=Q(state="scheduled"),
                name="installment_due",
            ),
            models.Index(fields=["subscription", "due_at"], name="installment_subscription"),
            # A credit check sums up thousands of them: the index alone answers it.
            models.Index(
                fields=["payer", "currency", "state"], include=["price"], name="installment_owed"
            ),
            models.Index(
                fields=["order"], condition=Q(order__isnull=False), name="installment_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}/{self.count} of lot {self.lot_id}"


class Document(models.Model):
    """Columns of an invoice and of a credit note: both parties as they were, and the sums. Frozen once issued."""

    public_id = PublicIdField()
    # Given when it is issued, without a gap.
    number = models.CharField(max_length=20, blank=True)
    payer = models.ForeignKey(Account, models.PROTECT, related_name="+")
    # Whom it is about, where the payer gets one for each of its customers.
    customer = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    currency = CurrencyField()
    # Name, address, tax numbers and language of both sides, as printed.
    seller: models.JSONField[Any, Any] = models.JSONField(default=dict)
    buyer: models.JSONField[Any, Any] = models.JSONField(default=dict)
    # Each rate with its net and tax as text, and the words that the law asks for: see pricing.contracts.TaxLine.
    taxes: models.JSONField[Any, Any] = models.JSONField(default=list)
    net = AmountField(default=0)
    tax = AmountField(default=0)
    total = AmountField(default=0)
    # What was paid, credited or used of it: never more than the total.
    settled = AmountField(default=0)
    issued_at = models.DateTimeField(null=True)
    issued_on = models.DateField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number or "draft"

    @property
    def open_amount(self) -> Decimal:
        """What of it is not settled yet."""
        return Decimal(self.total) - Decimal(self.settled)


class DocumentLine(models.Model):
    """Columns of a document's line: words and sums as printed, whatever the catalogue says later."""

    position = models.PositiveIntegerField(default=0)
    customer = models.ForeignKey(Account, models.PROTECT, related_name="+")
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="+")
    text = models.CharField(max_length=300)
    detail = models.CharField(max_length=300, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    unit_price = UnitPriceField(default=0)
    # The term that the unit price is for, which an installment of it is not; "" on documents older than this column.
    unit = CodeField(enum=Unit, blank=True, default="", db_default="")
    net = AmountField(default=0)
    cost = AmountField(default=0)
    resale = AmountField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    tax_class = models.CharField(max_length=30, blank=True)
    tax_percent = models.DecimalField(max_digits=7, decimal_places=4, default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.text

    @property
    def per(self) -> str:
        """What the unit price is for: "per year"."""
        return Unit(self.unit).per if self.unit else ""


class Invoice(Document, Owned):
    """What a payer is asked to pay: frozen when issued, corrected only by a credit note. Scope: the payer's."""

    # The order whose parts due at once it bills.
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField(null=True)
    state = StateField(enum=InvoiceState, default=InvoiceState.DRAFT)

    class Meta(Owned.Meta):
        constraints = [
            one_of("state", InvoiceState, "invoice_state_known"),
            models.UniqueConstraint(
                fields=["organization", "number"],
                condition=~Q(number=""),
                name="invoice_number_once",
            ),
            models.CheckConstraint(
                condition=Q(settled__gte=0, settled__lte=F("total")), name="invoice_settled"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "void"]) | ~Q(number=""), name="invoice_numbered"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "state", "-id"], name="invoice_state"),
            models.Index(fields=["payer", "-id"], name="invoice_payer"),
            models.Index(fields=["scope", "-id"], name="invoice_scope"),
            models.Index(
                fields=["organization", "due_on"], condition=Q(state="issued"), name="invoice_open"
            ),
        ]


class InvoiceLine(DocumentLine, Owned):
    """One installment on an invoice; an installment is on one invoice only."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines")
    installment = models.OneToOneField(Installment, models.PROTECT, related_name="invoice_line")

    class Meta(Owned.Meta):
        ordering = ["position", "id"]


class Credit(Charge, Owned):
    """What of one invoice's line is given back for seats that went within their days. Scope: the customer's.

    One row for each line that a reduction corrects. One without a line, of nothing, says that it was looked at.
    """

    reduction = models.ForeignKey(SeatReduction, models.PROTECT, related_name="credits")
    corrects = models.ForeignKey(InvoiceLine, models.PROTECT, null=True, related_name="credits")
    quantity = models.PositiveIntegerField()
    state = StateField(enum=CreditState, default=CreditState.SCHEDULED)

    class Meta(Owned.Meta):
        constraints = [
            one_of("state", CreditState, "credit_state_known"),
            models.UniqueConstraint(
                fields=["reduction", "corrects"], name="credit_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=False) | Q(price=0, cost=0), name="credit_of_a_line"
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0, cost__gte=0), name="credit_not_negative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "bills_on", "payer"],
                condition=Q(state="scheduled"),
                name="credit_due",
            ),
            models.Index(fields=["subscription", "id"], name="credit_subscription"),
        ]

    def __str__(self) -> str:
        return f"{self.price} {self.currency} back"


class CreditNote(Document, Owned):
    """What a payer is given back: used for its open invoices, then for those to come. Scope: the payer's."""

    state = StateField(enum=CreditNoteState, default=CreditNoteState.DRAFT)

    class Meta(Owned.Meta):
        constraints = [
            one_of("state", CreditNoteState, "credit_note_state_known"),
            models.UniqueConstraint(
                fields=["organization", "number"],
                condition=~Q(number=""),
                name="credit_note_number_once",
            ),
            models.CheckConstraint(
                condition=Q(settled__gte=0, settled__lte=F("total")), name="credit_note_settled"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "void"]) | ~Q(number=""),
                name="credit_note_numbered",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "state", "-id"], name="credit_note_state"),
            models.Index(fields=["payer", "-id"], name="credit_note_payer"),
        ]


class CreditNoteLine(DocumentLine, Owned):
    """One credit on a credit note; a credit is on one note only."""

    credit_note = models.ForeignKey(CreditNote, models.CASCADE, related_name="lines")
    credit = models.OneToOneField(Credit, models.PROTECT, related_name="credit_note_line")

    class Meta(Owned.Meta):
        ordering = ["position", "id"]


class NumberRange(Shared):
    """The last number given to a kind of document in a year. Its row is locked until what it numbers is committed."""

    kind = CodeField(enum=NumberKind)
    year = models.PositiveIntegerField()
    value = models.PositiveIntegerField(default=0)

    class Meta(Shared.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "year"], name="number_range_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}-{self.year}-{self.value:06d}"


class Payment(Owned):
    """Money that came in from a payer. What no invoice needed stays as its credit. Scope: the payer's."""

    public_id = PublicIdField()
    number = models.CharField(max_length=20)
    payer = models.ForeignKey(Account, models.PROTECT, related_name="+")
    source = CodeField(enum=PaymentSource, default=PaymentSource.MANUAL)
    currency = CurrencyField()
    amount = AmountField()
    allocated = AmountField(default=0)
    received_on = models.DateField()
    # The payer's or bank's own text. One from a file is taken once: the bank's id of it.
    reference = models.CharField(max_length=200, blank=True)
    external_id = models.CharField(max_length=100, blank=True)
    recorded_by_label = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        constraints = [
            one_of("source", PaymentSource, "payment_source_known"),
            models.UniqueConstraint(fields=["organization", "number"], name="payment_number_once"),
            models.UniqueConstraint(
                fields=["organization", "external_id"],
                condition=~Q(external_id=""),
                name="payment_external_once",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, allocated__gte=0, allocated__lte=F("amount")),
                name="payment_allocated",
            ),
        ]
        indexes = [models.Index(fields=["payer", "-id"], name="payment_payer")]

    def __str__(self) -> str:
        return self.number

    @property
    def unallocated(self) -> Decimal:
        """What of it waits for an invoice."""
        return Decimal(self.amount) - Decimal(self.allocated)


class Allocation(Owned):
    """What of a payment or of a credit note went into an invoice. Scope: the payer's."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="allocations")
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="allocations")
    credit_note = models.ForeignKey(
        CreditNote, models.PROTECT, null=True, related_name="allocations"
    )
    amount = AmountField()
    at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_positive"),
            models.CheckConstraint(
                condition=Q(payment__isnull=True) ^ Q(credit_note__isnull=True),
                name="allocation_from_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} into {self.invoice_id}"
