"""The overdue ladder: remind, remind again, suspend; and resume what the ladder suspended when it is paid.

The rows of the steps make a day's job harmless however often it runs: each step is taken once per invoice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import structlog
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from bss.accounts.models import Organization
from bss.billing import selectors
from bss.billing.choices import InvoiceState, LadderStep
from bss.billing.events import InvoiceOverdue, ServicesResumed
from bss.billing.locks import invoice_locked, payer_locked
from bss.billing.models import DunningPolicy, DunningStep, Invoice, OverdueSuspension
from bss.billing.services.later import suspensions_lift_later
from bss.core import clock, events, history
from bss.core.actor import SYSTEM, Actor
from bss.core.errors import DomainError, Invalid, StaleState
from bss.orders.choices import OrderSource
from bss.subscriptions.choices import OPEN_CHANGE, ChangeKind
from bss.subscriptions.errors import ChangeUnderWay
from bss.subscriptions.locks import subscription_locked
from bss.subscriptions.models import Subscription
from bss.subscriptions.services import change_request, change_withdraw

log = structlog.get_logger(__name__)
POLICY_FIELDS = ("remind_days", "again_days", "suspend_days")


def dunning_policy_edit(
    *, organization: Organization, version: int | None, actor: Actor, **days: int | None
) -> DunningPolicy:
    """Set after how many days each step is taken; None leaves it out. Raises Invalid by field, StaleState."""
    _in_order(days)
    with transaction.atomic():
        policy, _made = DunningPolicy.objects.select_for_update(no_key=True).get_or_create(
            organization_id=organization.pk
        )
        if version is not None and version != policy.version:
            raise StaleState
        before = history.snapshot(policy, POLICY_FIELDS)
        for name in POLICY_FIELDS:
            setattr(policy, name, days.get(name))
        changes = history.changed(before, history.snapshot(policy, POLICY_FIELDS))
        if changes:
            policy.version += 1
            policy.save(update_fields=[*POLICY_FIELDS, "version"])
            history.record(policy, actor=actor, action="dunning_policy.edited", changes=changes)
    return policy


def invoice_climb(*, invoice: Invoice, on: date) -> None:
    """Take the steps that an overdue invoice has reached on the local day `on` and did not take before.

    Of several reminders at once (the work stood still) only the last is sent. Then what it bills is suspended, if that
    step is reached: in transactions of their own, so that one that cannot be does not hold up the others.
    """
    with transaction.atomic():
        held = invoice_locked(invoice.pk)
        policy = selectors.dunning_policy(held.organization_id)
        if held.state != InvoiceState.ISSUED or held.due_on is None or policy is None:
            return
        reached = selectors.steps_reached(policy, (on - held.due_on).days)
        taken = set(held.dunning.values_list("step", flat=True))
        new = [step for step in reached if step not in taken]
        for step in new:
            DunningStep.objects.create(
                organization_id=held.organization_id,
                scope=held.scope,
                invoice=held,
                step=step,
                on=on,
            )
        _tell(held, new)
    if LadderStep.SUSPEND in reached:
        suspend_for(invoice=invoice)


def suspend_for(*, invoice: Invoice) -> None:
    """Suspend the active subscriptions that an invoice bills, each once for it: what staff resumed stays so.

    Whether it is still open is asked for each: it may be paid between two of them.
    """
    since = invoice.dunning.get(step=LadderStep.SUSPEND).created_at
    for subscription in selectors.subscriptions_billed(invoice, since):
        try:
            _suspend(subscription, invoice)
        except DomainError as error:
            # Somebody changes it at this moment; tomorrow's job comes by again.
            log.info("ladder.not_suspended", subscription=subscription.pk, code=error.code)


def suspensions_lift(*, invoice: Invoice) -> None:
    """An invoice is settled: what was suspended is resumed by jobs of its own, and its payer is told of it, once."""
    suspensions_lift_later(invoice=invoice)
    if selectors.services_resumed(invoice):
        events.emit(ServicesResumed(invoice.pk), subject=invoice, actor=SYSTEM)


def suspension_lift(*, suspension: OverdueSuspension) -> None:
    """Resume a subscription when nothing overdue bills it any more, unless staff want it to stay suspended.

    Raises what `change_request` does when it cannot be changed now: the job comes again. While the vendor is still at
    the suspension nothing is done: this is called once more when it has answered.
    """
    with transaction.atomic():
        held = OverdueSuspension.objects.select_for_update(of=("self",), no_key=True).get(
            pk=suspension.pk
        )
        if held.lifted_at is not None or selectors.is_still_overdue(held):
            return
        if held.kept_by_label or _taken_back(held):
            OverdueSuspension.objects.filter(pk=held.pk).update(lifted_at=clock.now())


def suspension_keep(*, suspension: OverdueSuspension, actor: Actor, reason: str) -> None:
    """Staff have reasons of their own to leave it suspended: payment does not resume it."""
    with transaction.atomic():
        held = OverdueSuspension.objects.select_for_update(of=("self",), no_key=True).get(
            pk=suspension.pk
        )
        OverdueSuspension.objects.filter(pk=held.pk).update(kept_by_label=actor.label[:200])
        history.record(
            held.subscription, actor=actor, action="subscription.kept_suspended", reason=reason
        )


def _taken_back(suspension: OverdueSuspension) -> bool:
    """Withdraw the suspension that waits or failed, resume what it suspended; False while the vendor is at it."""
    reason = _in_language(suspension.subscription, "paid")
    if suspension.change.state in OPEN_CHANGE:
        try:
            change_withdraw(change=suspension.change, actor=SYSTEM, reason=reason)
        except ChangeUnderWay:
            return False
    elif selectors.is_suspended_by(suspension):
        change_request(
            subscription=suspension.subscription,
            kind=ChangeKind.RESUME,
            actor=SYSTEM,
            source=OrderSource.PORTAL,
            reason=reason,
        )
    return True


def _suspend(subscription: Subscription, invoice: Invoice) -> None:
    with transaction.atomic():
        # Held as by whoever changes a subscription, then as by whoever records a payment.
        subscription_locked(subscription.pk)
        payer_locked(invoice.payer_id)
        if invoice_locked(invoice.pk).state != InvoiceState.ISSUED:
            return
        # It is active: what suspended it before was ended by staff, and is not the payment's to end any more.
        selectors.suspensions_open(subscription.pk).update(lifted_at=clock.now())
        change = change_request(
            subscription=subscription,
            kind=ChangeKind.SUSPEND,
            actor=SYSTEM,
            source=OrderSource.PORTAL,
            reason=_in_language(subscription, "overdue", invoice=invoice.number),
        )
        OverdueSuspension.objects.create(
            organization_id=subscription.organization_id,
            scope=subscription.scope,
            subscription=subscription,
            change=change,
            payer_id=invoice.payer_id,
        )


def _tell(invoice: Invoice, steps: Sequence[str]) -> None:
    for step in steps:
        history.record(
            invoice, actor=SYSTEM, action="invoice.overdue", changes={"step": [None, str(step)]}
        )
    reminders = [step for step in steps if step != LadderStep.SUSPEND]
    for step in (*reminders[-1:], *(s for s in steps if s == LadderStep.SUSPEND)):
        events.emit(InvoiceOverdue(invoice.pk, str(step)), subject=invoice, actor=SYSTEM)


def _in_language(subscription: Subscription, what: str, **values: Any) -> str:
    """The reason as the customer reads it."""
    with translation.override(subscription.customer.language):
        if what == "paid":
            return _("Paid")
        # A customer's reseller is who did not pay; its number says nothing to the customer.
        if subscription.payer_id != subscription.customer_id:
            return _("Payment overdue")
        return _("Invoice %(invoice)s is overdue") % values


def _in_order(days: dict[str, int | None]) -> None:
    """Each step comes after the one before it."""
    last = 0
    for name in POLICY_FIELDS:
        value = days.get(name)
        if value is None:
            continue
        if value <= last:
            raise Invalid(_("Each step comes later than the one before it."), field=name)
        last = value
