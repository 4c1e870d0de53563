"""What is overdue, which steps that reaches, and what was suspended for it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from bss.accounts.models import Account
from bss.billing.choices import InvoiceState, LadderStep
from bss.billing.models import (
    DunningPolicy,
    DunningStep,
    Invoice,
    InvoiceLine,
    OverdueSuspension,
)
from bss.core.prepared import Prepared
from bss.subscriptions.choices import ChangeKind, ChangeState, SubscriptionState
from bss.subscriptions.models import ScheduledChange, Subscription

# How long a subscription that could not be suspended (somebody was changing it) is tried again each day.
TRIED_AGAIN = timedelta(days=14)


def dunning_policy(organization_id: int) -> DunningPolicy | None:
    """The organization's ladder; None while it has none."""
    return DunningPolicy.objects.filter(organization_id=organization_id).first()


def dunning_policies() -> QuerySet[DunningPolicy]:
    """Of all tenants: each is then walked in its own scope."""
    return DunningPolicy.everywhere.select_related("organization").order_by("pk")


def steps_reached(policy: DunningPolicy, days: int) -> list[str]:
    """The steps of a ladder that are reached `days` after an invoice was due, in their order."""
    return [step for step, after in _ladder(policy) if days >= after]


def _ladder(policy: DunningPolicy) -> list[tuple[str, int]]:
    """Each step with its days, those left out left out."""
    steps = (
        (LadderStep.REMIND, policy.remind_days),
        (LadderStep.REMIND_AGAIN, policy.again_days),
        (LadderStep.SUSPEND, policy.suspend_days),
    )
    return [(step, after) for step, after in steps if after is not None]


def invoices_to_climb(policy: DunningPolicy, on: date) -> QuerySet[Invoice]:
    """Those that reached a step on the local day `on` and did not take it yet; and, for some days after their last one,
    those whose services could not all be suspended at once.
    """
    due: Any = Q()
    for step, after in _ladder(policy):
        taken = DunningStep.objects.filter(invoice=OuterRef("pk"), step=step)
        reached = Q(due_on__lte=on - timedelta(days=after))
        due |= reached & ~Exists(taken)
        if step == LadderStep.SUSPEND:
            due |= reached & Exists(taken.filter(on__gte=on - TRIED_AGAIN))
    if not due:
        return Invoice.objects.none()
    rows = Invoice.objects.filter(due, state=InvoiceState.ISSUED)
    return rows.only("organization_id", "scope").order_by("pk")


def overdue_invoices(on: date) -> QuerySet[Invoice]:
    """Issued, not settled, and due before the local day `on`, the longest overdue first."""
    return Invoice.objects.filter(state=InvoiceState.ISSUED, due_on__lt=on).order_by("due_on", "pk")


def days_overdue(payer: Account, on: date, most: int) -> list[date]:
    """When each of a payer's overdue invoices was due, the longest overdue first; at most so many."""
    return [day for (day,) in _days_overdue(most).all(payer_id=payer.pk, on=on)]


@cache
def _days_overdue(most: int) -> Prepared[Any]:
    return Prepared(
        lambda payer_id, on: (
            overdue_invoices(on).filter(payer_id=payer_id).values_list("due_on")[:most]
        ),
        payer_id=int,
        on=date,
    )


def subscriptions_billed(invoice: Invoice, since: datetime) -> list[Subscription]:
    """The active subscriptions on an invoice's lines that were not suspended for it since `since`."""
    once = OverdueSuspension.objects.filter(subscription=OuterRef("pk"), created_at__gte=since)
    lines = InvoiceLine.objects.filter(invoice=invoice).values("subscription")
    return list(
        Subscription.objects.filter(pk__in=lines, state=SubscriptionState.ACTIVE)
        .filter(~Exists(once))
        .select_related("customer", "payer")
        .order_by("pk")
    )


def suspensions_of(payer_id: int) -> QuerySet[OverdueSuspension]:
    """What the ladder suspended and nothing lifted yet."""
    return OverdueSuspension.objects.filter(payer_id=payer_id, lifted_at=None).select_related(
        "subscription__customer", "subscription__payer", "payer"
    )


def suspensions_open(subscription_id: int) -> QuerySet[OverdueSuspension]:
    """By which the ladder suspended a subscription, or is about to, and that nothing lifted yet: one at most."""
    return OverdueSuspension.objects.filter(
        subscription_id=subscription_id, lifted_at=None
    ).select_related("payer")


def services_billed(invoice: Invoice) -> list[Subscription]:
    """What an invoice bills and is or can be suspended for it, with its customers."""
    lines = InvoiceLine.objects.filter(invoice=invoice).values("subscription")
    states = (SubscriptionState.ACTIVE, SubscriptionState.SUSPENDED)
    rows = Subscription.objects.filter(pk__in=lines, state__in=states)
    return list(rows.select_related("customer").order_by("pk"))


def services_resumed(invoice: Invoice) -> list[Subscription]:
    """What the ladder suspended for a settled invoice and payment lets go on, with its customers.

    Left out is what another overdue invoice bills, and what staff want to stay suspended. One query where the ladder
    suspended nothing for it, two otherwise.
    """
    step = invoice.dunning.filter(step=LadderStep.SUSPEND).first()
    if step is None:
        return []
    lines = InvoiceLine.objects.filter(invoice=invoice).values("subscription")
    lifted = OverdueSuspension.objects.filter(
        subscription=OuterRef("pk"), created_at__gte=step.created_at, kept_by_label=""
    )
    rows = Subscription.objects.filter(
        Exists(lifted), ~Exists(_overdue_lines(OuterRef("pk"))), pk__in=lines
    )
    return list(rows.select_related("customer").order_by("pk"))


def is_still_overdue(suspension: OverdueSuspension) -> bool:
    """Whether an invoice that reached the last step bills the subscription and is open."""
    return _overdue_lines(suspension.subscription_id).exists()


def _overdue_lines(subscription: Any) -> QuerySet[InvoiceLine]:
    """The lines that bill a subscription on open invoices which reached the last step."""
    step = DunningStep.objects.filter(invoice=OuterRef("invoice"), step=LadderStep.SUSPEND)
    return InvoiceLine.objects.filter(
        Exists(step), subscription_id=subscription, invoice__state=InvoiceState.ISSUED
    )


def is_suspended_by(suspension: OverdueSuspension) -> bool:
    """Whether it is the ladder's suspension that holds: the last one, and not ended by anybody."""
    if suspension.subscription.state != SubscriptionState.SUSPENDED:
        return False
    last = (
        ScheduledChange.objects.filter(
            subscription_id=suspension.subscription_id,
            kind=ChangeKind.SUSPEND,
            state=ChangeState.APPLIED,
        )
        .order_by("-pk")
        .first()
    )
    return last is not None and last.pk == suspension.change_id
