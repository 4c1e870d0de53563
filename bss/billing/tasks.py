"""What billing does because time passed, and outside the transactions that asked for it."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from celery import shared_task

from bss.accounts.models import Organization
from bss.billing import selectors, services
from bss.billing.models import CardPayment, Invoice, OverdueSuspension
from bss.billing.services import later
from bss.core import clock, jobs, runs, scope
from bss.core.actor import SYSTEM, Actor
from bss.core.models import Job
from bss.orders.errors import CardUnknown

BATCH = 1000
RUN_DAILY = "billing.run_daily"
# Late, so that what a day makes due (terms that renew at any hour) is on the documents of that day.
HOUR = timedelta(hours=21)


@shared_task(name="billing.ladder_climb")
def ladder_climb() -> int:
    """Write a job of the day for each overdue invoice that reached a step. Returns how many."""
    batch: list[Job] = []
    for policy in selectors.dunning_policies():
        on = clock.today(policy.organization.time_zone)
        with scope.activate(policy.organization.scope):
            batch += [
                jobs.build(
                    later.CLIMB,
                    key=f"{invoice.pk}:{on.isoformat()}",
                    subject=invoice,
                    payload={"invoice": invoice.pk, "on": on.isoformat()},
                    lane="ladder",
                )
                for invoice in selectors.invoices_to_climb(policy, on)
            ]
    jobs.enqueue_many(batch)
    return len(batch)


@jobs.handler(later.CLIMB, atomic=False)
def invoice_climb(job: jobs.JobContext) -> None:
    """The steps an overdue invoice reached."""
    invoice = Invoice.objects.get(pk=job.payload["invoice"])
    services.invoice_climb(invoice=invoice, on=date.fromisoformat(job.payload["on"]))


@jobs.handler(later.LIFT)
def suspension_lift(job: jobs.JobContext) -> None:
    """Something was paid: what the ladder suspended may go on."""
    suspension = OverdueSuspension.objects.get(pk=job.payload["suspension"])
    services.suspension_lift(suspension=suspension)


@shared_task(name="billing.card_payments_tend")
def card_payments_tend() -> int:
    """Write a job for each card payment that nobody heard of, or that is held for nobody. Returns how many."""
    due = list(selectors.card_payments_to_tend()[:BATCH])
    for card_payment in due:
        services.card_payment_later(card_payment=card_payment)
    return len(due)


@jobs.handler(later.TEND, atomic=False)
def card_payment_tend(job: jobs.JobContext) -> None:
    """Ask for its end, or let go of it."""
    row = CardPayment.objects.select_related("order", "account__organization", "card").get(
        pk=job.payload["card_payment"]
    )
    try:
        services.card_payment_tend(card_payment=row, actor=SYSTEM)
    except CardUnknown as error:
        raise jobs.TryAgain("the card provider does not answer") from error


@jobs.handler(later.COLLECT, atomic=False)
def invoice_collect(job: jobs.JobContext) -> None:
    """Capture what is held for the invoice's order, charge the rest."""
    invoice = Invoice.objects.select_related(
        "payer__payment_method", "payer__organization", "organization"
    ).get(pk=job.payload["invoice"])
    attempt = job.payload.get("attempt", 1)
    try:
        services.invoice_collect(invoice=invoice, actor=SYSTEM, attempt=attempt)
    except CardUnknown as error:
        raise jobs.TryAgain("the card provider does not answer") from error


@shared_task(name="billing.runs_due")
def runs_due() -> int:
    """Write a job for each organization whose evening has come. Returns how many there are."""
    batch = []
    for organization in Organization.objects.all():
        evening = clock.now().astimezone(ZoneInfo(organization.time_zone)) - HOUR
        batch.append(
            jobs.build(
                RUN_DAILY,
                key=f"{organization.pk}:{evening.date().isoformat()}",
                scope=organization.scope,
                payload={"organization": organization.pk},
            )
        )
    jobs.enqueue_many(batch)
    return len(batch)


@jobs.handler(RUN_DAILY)
def run_daily(job: jobs.JobContext) -> None:
    """Start the billing run of the day, if anybody has something due."""
    organization = Organization.objects.get(pk=job.payload["organization"])
    day = clock.today(organization.time_zone)
    if selectors.due_by_payer(organization.pk, day):
        services.billing_run_start(organization=organization, actor=SYSTEM)


@runs.runner(selectors.BILLING_RUN, cancellable=True)
def run_billing(progress: runs.Progress) -> dict[str, int]:
    """A billing run, whoever started it."""
    return services.billing_run(progress, actor=SYSTEM)


@runs.runner(services.PAYMENT_IMPORT, cancellable=True)
def run_payment_import(progress: runs.Progress) -> dict[str, int]:
    """A bank's file, checked or recorded for whoever uploaded it."""
    run = progress.run
    actor = Actor(
        kind="staff",
        label=run.actor_label,
        user_id=run.actor_id,
        organization_id=run.organization_id,
    )
    return services.payment_import_run(progress, actor=actor)
