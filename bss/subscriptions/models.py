"""Subscriptions: what a customer has, term by term, and what is to change about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q

from bss.accounts.models import Account
from bss.catalog.choices import Refund, Unit
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
from bss.core.tenancy import Owned
from bss.installments.models import PaymentPlan
from bss.orders.models import OrderLine, Planned
from bss.pricing.coterm import CoTerm
from bss.pricing.schedule import LotPrice, RefundPolicy
from bss.subscriptions.choices import (
    OPEN_CHANGE,
    ChangeKind,
    ChangeState,
    SubscriptionState,
    SyncStatus,
)


class Subscription(Planned, Owned):
    """One product a customer uses for one term after another. Scope: the customer's."""

    public_id = PublicIdField()
    number = models.CharField(max_length=20)
    customer = models.ForeignKey(Account, models.PROTECT, related_name="+")
    # Who is invoiced for it: the customer itself, or its reseller.
    payer = models.ForeignKey(Account, models.PROTECT, related_name="+")
    # The line that bought it; unique, so that an event handled twice creates one subscription.
    order_line = models.OneToOneField(OrderLine, models.PROTECT, related_name="subscription")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    unit = CodeField(enum=Unit)
    quantity = models.PositiveIntegerField(default=1)
    # What the buyer answered in Service Details, canonical, by field code.
    parameters: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    currency = CurrencyField()
    unit_cost = UnitPriceField(default=0)
    unit_price = UnitPriceField(default=0)
    unit_resale = UnitPriceField(null=True)
    state = StateField(enum=SubscriptionState, default=SubscriptionState.PENDING)
    sync_status = CodeField(enum=SyncStatus, default=SyncStatus.NOT_SYNCHRONIZED)
    managed_by = models.CharField(max_length=20, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    renews = models.BooleanField(default=True)
    # What the next term begins with, where that was asked for: seats, and how they are paid (a flag without a plan: at
    # once).
    renewal_quantity = models.PositiveIntegerField(null=True)
    renewal_plan_chosen = models.BooleanField(default=False)
    renewal_plan = models.ForeignKey(PaymentPlan, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    suspended_reason = models.CharField(max_length=200, blank=True)
    # The last provisioning failure, explained; empty while all is well.
    problem_code = models.CharField(max_length=60, blank=True)
    problem_text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        constraints = [
            one_of("state", SubscriptionState, "subscription_state_known"),
            one_of("sync_status", SyncStatus, "subscription_sync_known"),
            models.UniqueConstraint(
                fields=["organization", "number"], name="subscription_number_once"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="subscription_quantity"),
        ]
        indexes = [
            models.Index(fields=["organization", "state", "-id"], name="subscription_state"),
            models.Index(fields=["scope", "-id"], name="subscription_scope"),
            models.Index(fields=["customer", "-id"], name="subscription_customer"),
            models.Index(fields=["payer", "-id"], name="subscription_payer"),
            models.Index(
                fields=["ends_at"],
                condition=Q(state__in=["active", "suspended"]),
                name="subscription_renewing",
            ),
            models.Index(
                fields=["organization", "-id"],
                condition=Q(sync_status="failed"),
                name="subscription_sync_failed",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def renewing(self) -> int:
        """How many seats the next term begins with as things stand; 0 for what does not renew."""
        if not self.renews or self.state == SubscriptionState.PENDING_CANCEL:
            return 0
        return self.renewal_quantity or self.quantity

    @property
    def can_end_later(self) -> bool:
        """Whether a cancellation may wait for the end of the term."""
        return self.state == SubscriptionState.ACTIVE and self.ends_at is not None


class SubscriptionAddOn(Owned):
    """An add-on of a subscription, with its own quantity and prices."""

    public_id = PublicIdField()
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="add_ons")
    order_line = models.OneToOneField(OrderLine, models.PROTECT, related_name="subscription_add_on")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(default=1)
    unit_cost = UnitPriceField(default=0)
    unit_price = UnitPriceField(default=0)
    unit_resale = UnitPriceField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product}"


class Term(Planned, Owned):
    """One paid period of a subscription, half-open: starts_at included, ends_at not."""

    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="terms")
    number = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # Of a co-termed first term: from here to its end is what its unit prices are for; null where that is the term.
    priced_from = models.DateTimeField(null=True)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    unit = CodeField(enum=Unit)
    quantity = models.PositiveIntegerField()
    currency = CurrencyField()
    unit_cost = UnitPriceField(default=0)
    unit_price = UnitPriceField(default=0)
    unit_resale = UnitPriceField(null=True)
    total = AmountField(default=0)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "number"], name="term_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="term_not_empty"),
            models.CheckConstraint(
                condition=Q(priced_from=None) | Q(priced_from__lte=F("starts_at")),
                name="term_priced_from",
            ),
        ]

    def __str__(self) -> str:
        return f"term {self.number} of {self.subscription_id}"

    @property
    def coterm(self) -> CoTerm | None:
        """The days it is charged for, where it ends with everything else of its customer."""
        if self.priced_from is None:
            return None
        return CoTerm(self.starts_at, self.ends_at, self.priced_from)

    @property
    def prices_start_at(self) -> datetime:
        """From when to its end its unit prices are for."""
        return self.priced_from or self.starts_at


class SeatLot(Planned, Owned):
    """A batch of seats of a subscription or of one of its add-ons, bought at one moment within one term.

    Each has its own price, its own schedule of payments and its own days in which it may be given back. A new term
    begins with one lot for the product and one for each add-on.
    """

    public_id = PublicIdField()
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="lots")
    add_on = models.ForeignKey(SubscriptionAddOn, models.PROTECT, null=True, related_name="lots")
    term = models.ForeignKey(Term, models.PROTECT, related_name="lots")
    # The line that bought it; null for a renewal.
    order_line = models.OneToOneField(OrderLine, models.PROTECT, null=True, related_name="lot")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    # Seats bought, seats still there, and seats still paid for: what goes outside its days stays paid.
    bought = models.PositiveIntegerField()
    quantity = models.PositiveIntegerField()
    charged_quantity = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    refundable_until = models.DateTimeField(null=True)
    currency = CurrencyField()
    unit_cost = UnitPriceField(default=0)
    unit_price = UnitPriceField(default=0)
    unit_resale = UnitPriceField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["term", "add_on"],
                condition=Q(order_line__isnull=True),
                nulls_distinct=False,
                name="seat_lot_renewed_once",
            ),
            models.CheckConstraint(
                condition=Q(quantity__lte=F("charged_quantity"), charged_quantity__lte=F("bought"))
                & Q(bought__gte=1),
                name="seat_lot_quantities",
            ),
        ]
        indexes = [models.Index(fields=["subscription", "term"], name="seat_lot_term")]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.bought} seats of {self.subscription_id}"

    @property
    def price(self) -> LotPrice:
        """What the seats it is charged for cost, and for which stretch. Reads its term."""
        return LotPrice(
            currency=self.currency,
            quantity=self.charged_quantity,
            unit_cost=self.unit_cost,
            unit_price=self.unit_price,
            unit_resale=self.unit_resale,
            starts_at=self.starts_at,
            term_starts_at=self.term.prices_start_at,
            term_ends_at=self.term.ends_at,
            plan=self.plan,
        )


def policy_of(refund: str) -> RefundPolicy:
    """How seats are given back of which it was decided that they are."""
    return RefundPolicy("full" if refund == Refund.FULL else "unused", None)


class SeatReduction(Owned):
    """That seats went out of a lot: how many, when that was confirmed, and whether they are given back for money."""

    lot = models.ForeignKey(SeatLot, models.PROTECT, related_name="reductions")
    # The line that asked for it; one line may take seats out of several lots.
    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="seat_reductions")
    quantity = models.PositiveIntegerField()
    # What the lot is charged for afterwards.
    charged_quantity = models.PositiveIntegerField()
    at = models.DateTimeField()
    # "full" or "unused"; empty when what was sold stays due.
    refund = CodeField(enum=Refund, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["lot", "order_line"], name="seat_reduction_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="seat_reduction_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} seats out of {self.lot_id}"

    @property
    def price(self) -> LotPrice:
        """The lot as it was charged for before: what `schedule.reduction_of` takes, with `charged_quantity` to keep."""
        before = self.charged_quantity + (self.quantity if self.refund else 0)
        return replace(self.lot.price, quantity=before)

    @property
    def policy(self) -> RefundPolicy:
        """What is given back for it. The window was looked at when the seats went."""
        return policy_of(self.refund)


class ScheduledChange(Owned):
    """What is to happen to a subscription, now or later: the link between an order line and its subscription."""

    public_id = PublicIdField()
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="changes")
    order_line = models.OneToOneField(OrderLine, models.PROTECT, related_name="change")
    kind = CodeField(enum=ChangeKind)
    state = StateField(enum=ChangeState, default=ChangeState.SCHEDULED)
    due_at = models.DateTimeField(default=clock.now)
    quantity = models.PositiveIntegerField(null=True)
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+")
    # What it was when the change was asked for: services that upgrade need both sides.
    previous_product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+")
    previous_quantity = models.PositiveIntegerField(null=True)
    # Of a renewal: whether it renews at all, and how the next term is paid (flag without plan: at once).
    renews = models.BooleanField(null=True)
    plan_chosen = models.BooleanField(default=False)
    payment_plan = models.ForeignKey(PaymentPlan, models.PROTECT, null=True, related_name="+")
    # Of add-ons: the one that changes; null for one that is new to the subscription (`product` names it).
    add_on = models.ForeignKey(SubscriptionAddOn, models.PROTECT, null=True, related_name="+")
    # The account that asked for it; null for the seller.
    asked_by = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=200, blank=True)
    problem_code = models.CharField(max_length=60, blank=True)
    problem_text = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    applied_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            one_of("state", ChangeState, "change_state_known"),
            one_of("kind", ChangeKind, "change_kind_known"),
            # One change at a time: the next waits until this one is applied or withdrawn.
            models.UniqueConstraint(
                fields=["subscription"],
                condition=Q(state__in=["scheduled", "in_progress", "failed"]),
                name="change_open_once",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="scheduled"), name="change_due"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subscription_id}"

    @property
    def is_open(self) -> bool:
        """Planned, under way or failed: no other change may begin."""
        return self.state in OPEN_CHANGE

    @property
    def is_planned(self) -> bool:
        """Waits for its day."""
        return self.state == ChangeState.SCHEDULED and self.due_at > clock.now()
