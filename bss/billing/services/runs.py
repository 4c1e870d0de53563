"""Billing: of an order at once, and of whoever has something due, payer by payer in batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from time import monotonic
from typing import Any

from django.db import DatabaseError, OperationalError, transaction
from django.utils.translation import gettext as _

from bss.accounts.models import Account, Organization
from bss.billing import selectors
from bss.billing.choices import CreditState, InstallmentState
from bss.billing.contracts import Due, Outcome
from bss.billing.models import Credit, Installment
from bss.billing.selectors import BILLING_RUN
from bss.billing.services.issuing import documents_issue
from bss.billing.services.schedules import lot_settle
from bss.core import clock, history, runs
from bss.core.actor import Actor
from bss.core.db import pg_code
from bss.core.errors import DomainError
from bss.core.models import Run
from bss.core.runs import Progress
from bss.orders.models import Order

# What one transaction bills, about: its rows are locked, and its memory is needed, for a few seconds.
BATCH = 2000
# What a run does before it hands over to the next: well below the time a worker gives one job.
MOST_SECONDS = 480
# What somebody else holds at this moment is looked at again.
PASSES = 3
FAULTS = (DomainError, DatabaseError, ArithmeticError, LookupError, ValueError)
# PostgreSQL ended a transaction for another's sake (serialization_failure, deadlock_detected): nobody is at fault.
FOR_ANOTHERS_SAKE = frozenset({"40001", "40P01"})
TRIES = 3


def order_bill(*, order_id: int, actor: Actor) -> Outcome:
    """Bill what an order made due at once, and give back what it made credits of, unless a line is in flight.

    Billed already: nothing happens. What cannot be billed is told on the order and tried again by each billing run.
    """
    for lot_id in selectors.lots_of_order(order_id):
        lot_settle(lot_id=lot_id, actor=actor)
    if selectors.order_is_under_way(order_id):
        return Outcome()
    order = Order.everywhere.select_related("organization").get(pk=order_id)
    with transaction.atomic():
        outcome = documents_issue(
            organization=order.organization,
            installments=_keys(
                Installment.everywhere.filter(order=order, state=InstallmentState.SCHEDULED)
            ),
            credits=_keys(Credit.everywhere.filter(order=order, state=CreditState.SCHEDULED)),
            actor=actor,
        )
        for cause in outcome.refused.values():
            history.record(order, actor=actor, action="order.unbilled", reason=cause)
    return outcome


def billing_run_start(
    *, organization: Organization, actor: Actor, account: Account | None = None
) -> Run:
    """Bill in the background what is due: of everybody, or at once of one `account`, whatever its billing day."""
    title = (
        _("Billing run of %(name)s") % {"name": account.name}
        if account
        else _("Billing run of %(day)s") % {"day": clock.today(organization.time_zone).isoformat()}
    )
    return runs.start(
        BILLING_RUN,
        title=title[:200],
        actor=actor,
        scope=organization.scope,
        subject=account,
        payload={"organization": organization.pk, "account": account.pk if account else None},
    )


def billing_run(progress: Progress, *, actor: Actor) -> dict[str, Any]:
    """Do a billing run: what an earlier attempt billed is billed, what it did not is still due."""
    organization = Organization.objects.get(pk=progress.payload["organization"])
    account_id = progress.payload["account"]
    day = clock.today(organization.time_zone)
    began, outcome, continued = monotonic(), Outcome(), False
    for turn in range(PASSES):
        due = _due(organization, day, account_id, outcome)
        if not due:
            break
        if turn == 0:
            progress.step(_("Invoices and credit notes"), total=sum(each.count for each in due))
        before = outcome.items
        for batch in selectors.batches(due, BATCH):
            _bill_batch(organization, batch, day, account_id, actor, progress, outcome)
            if monotonic() - began > MOST_SECONDS:
                continued = True
                break
        if continued or outcome.items == before:
            break
    if continued:
        account = Account.objects.filter(pk=account_id or 0).first()
        billing_run_start(organization=organization, actor=actor, account=account)
        progress.info(_("There is more to bill: another run goes on with it."))
    progress.info(_told(outcome.counts()))
    return dict(outcome.counts())


def _due(
    organization: Organization, day: date, account_id: int | None, outcome: Outcome
) -> list[Due]:
    """Who still has something due, without those that were refused a moment ago."""
    found = selectors.due_by_payer(
        organization.pk, day, account_id=account_id, now=clock.now() if account_id else None
    )
    return [each for each in found if each.payer_id not in outcome.refused]


def _bill_batch(
    organization: Organization,
    batch: Sequence[Due],
    day: date,
    account_id: int | None,
    actor: Actor,
    progress: Progress,
    outcome: Outcome,
) -> None:
    """Bill some payers in one transaction; when that fails each by itself, so that only the one at fault is left."""
    try:
        found = _again(lambda: _bill(organization, batch, day, account_id, actor))
    except FAULTS as fault:
        if len(batch) > 1:
            for payer in batch:
                _bill_batch(organization, [payer], day, account_id, actor, progress, outcome)
            return
        found = Outcome(refused={batch[0].payer_id: _cause(fault)})
    _report(found, progress)
    outcome.add(found)
    progress.advance(sum(each.count for each in batch))


def _again(bill: Callable[[], Outcome]) -> Outcome:
    """What it gives; what the database ended for the sake of another transaction is done again, a few times."""
    for _before in range(TRIES - 1):
        try:
            return bill()
        except OperationalError as fault:
            if pg_code(fault) not in FOR_ANOTHERS_SAKE:
                raise
    return bill()


def _bill(
    organization: Organization,
    batch: Sequence[Due],
    day: date,
    account_id: int | None,
    actor: Actor,
) -> Outcome:
    now = clock.now() if account_id else None
    with transaction.atomic():
        return documents_issue(
            organization=organization,
            installments=selectors.keys_of(
                selectors.installments_due(organization.pk, day, now=now), batch
            ),
            credits=selectors.keys_of(selectors.credits_due(organization.pk, day), batch),
            actor=actor,
        )


def _told(counts: Mapping[str, int]) -> str:
    """What came of a run, in words."""
    if not any(counts.values()):
        return _("Nothing was due.")
    return _("Invoices: %(invoices)d. Credit notes: %(credit_notes)d. Items: %(items)d.") % counts


def _report(found: Outcome, progress: Progress) -> None:
    """Who was left out, by name, in the run's log."""
    concerned = {*found.refused, *(payer_id for payer_id, _reason in found.held)}
    if not concerned:
        return
    names = dict(Account.everywhere.filter(pk__in=concerned).values_list("pk", "name"))
    for payer_id, reason in found.held:
        progress.warn(
            _("%(payer)s: waits on a draft. %(cause)s")
            % {"payer": names[payer_id], "cause": reason}
        )
    for payer_id, cause in found.refused.items():
        progress.fail(
            _("%(payer)s was not billed, or not in full. %(cause)s")
            % {"payer": names[payer_id], "cause": cause}
        )


def _cause(fault: BaseException) -> str:
    """For the log of a run, which staff read: what kind of fault it was, and its own words."""
    if isinstance(fault, DomainError):
        return str(fault.message)
    return f"{type(fault).__name__}: {fault}"[:500]


def _keys(rows: Any) -> list[int]:
    return list(rows.values_list("pk", flat=True))
