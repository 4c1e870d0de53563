"""Killed at any point and started again, a billing run finishes, bills nothing twice and skips nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from bss.billing.models import Credit, CreditNote, Installment, Invoice, InvoiceLine, NumberRange
from bss.billing.services import billing_run_start, lot_settle, order_bill, runs
from bss.core import clock, jobs, scope
from bss.core.actor import SYSTEM
from bss.core.models import Job, Run
from tests.bss.billing import crashing
from tests.bss.core.test_crashes import database_url
from tests.factories.accounts import OrganizationFactory, ResellerFactory
from tests.factories.billing import MONTHLY, make_bought, make_rate, take_seats
from tests.factories.orders import make_product

pytestmark = pytest.mark.django_db(transaction=True)
PAYERS = 4


@pytest.fixture
def organization():
    found = OrganizationFactory()
    with scope.activate(found.scope):
        yield found


@pytest.fixture
def due(organization):
    """Four payers with an installment due each, two of them with a credit: 4 invoices and 2 credit notes to come."""
    make_rate(organization)
    product = make_product(organization, units=("P1Y",))
    start = clock.now() - timedelta(days=62)
    lots = []
    for number in range(PAYERS):
        payer = ResellerFactory(organization=organization)
        lot = make_bought(payer, product, plan=MONTHLY, starts_at=start)
        order_bill(order_id=lot.order_line.order_id, actor=SYSTEM)
        if number < 2:
            reduction = take_seats(lot, 1)
            lot_settle(lot_id=reduction.lot_id, actor=SYSTEM)
        lots.append(lot)
    Job.objects.all().delete()
    return lots


def started(organization):
    run = billing_run_start(organization=organization, actor=SYSTEM)
    return run, Job.objects.get(kind="core.run", payload__run=run.pk)


def killed_at(point, job):
    """Run a worker on the job until it is killed at `point`."""
    done = subprocess.run(  # noqa: S603 -- our own module
        [sys.executable, "-m", "tests.bss.billing.crashing", point, str(job.pk)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings",
             "DATABASE_URL": database_url()},
        capture_output=True,
        timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def sweep(job):
    """The lease runs out, and the next sweep finds the job."""
    Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))
    return jobs.run([job.pk])


def assert_billed_once(due):
    """Everything that was due is on one document, and the numbers of the documents have no gap."""
    today = clock.now().date()
    assert not Installment.everywhere.filter(state="scheduled", bills_on__lte=today).exists()
    assert not Credit.everywhere.filter(state="scheduled").exists()
    billed = Installment.everywhere.filter(state__in=["invoiced", "credited"])
    assert InvoiceLine.everywhere.count() == billed.count()
    assert set(InvoiceLine.everywhere.values_list("installment", flat=True)) == set(
        billed.values_list("pk", flat=True)
    )
    assert not Invoice.everywhere.filter(lines=None).exists()
    assert CreditNote.everywhere.count() == 2
    for kind, model in (("INV", Invoice), ("CN", CreditNote)):
        numbers = sorted(model.everywhere.values_list("number", flat=True))
        years = Counter(number.split("-")[1] for number in numbers)
        assert numbers == [
            f"{kind}-{year}-{n:06d}" for year in sorted(years) for n in range(1, years[year] + 1)
        ]
        assert {
            str(row.year): row.value for row in NumberRange.everywhere.filter(kind=kind)
        } == dict(years)


@pytest.mark.parametrize("point", crashing.POINTS)
def test_killed_and_started_again_it_bills_each_once(organization, due, point):
    before = Invoice.everywhere.count()
    run, job = started(organization)
    killed_at(point, job)
    run.refresh_from_db()
    assert run.state == "running"
    left = Invoice.everywhere.count() - before
    assert left == {"committed": 1, "halfway": 2, "finished": PAYERS}.get(point, 0)

    assert sweep(job) == 1

    run.refresh_from_db()
    assert run.state == "succeeded"
    assert Invoice.everywhere.count() - before == PAYERS
    assert_billed_once(due)


def test_killed_and_never_taken_up_again_the_next_run_does_it(organization, due):
    _run, job = started(organization)
    killed_at("halfway", job)
    _second, again = started(organization)

    assert jobs.run([again.pk]) == 1

    assert_billed_once(due)


def test_two_runs_at_once_bill_each_once(organization, due, monkeypatch):
    monkeypatch.setattr(runs, "BATCH", 1)
    found = [started(organization) for _n in range(2)]
    barrier = Barrier(2)

    def work(job):
        try:
            with scope.activate(None):
                barrier.wait(timeout=30)
                jobs.run([job.pk])
        finally:
            connection.close()

    threads = [Thread(target=work, args=(job,)) for _run, job in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    assert {run.state for run in Run.objects.filter(kind=runs.BILLING_RUN)} == {"succeeded"}
    assert sum(run.result["items"] for run in Run.objects.filter(kind=runs.BILLING_RUN)) == 6
    assert_billed_once(due)


def test_a_row_that_somebody_holds_is_skipped_and_billed_later(organization, due):
    """While a lot is being reduced its installments are held: the run does not wait, and does not bill them."""
    lot = due[-1]
    _run, job = started(organization)
    with transaction.atomic():
        held = list(Installment.everywhere.filter(lot=lot, state="scheduled").select_for_update())
        assert held
        thread = Thread(target=_in_thread, args=(job,))
        thread.start()
        thread.join(timeout=120)
        assert not thread.is_alive()
        assert Installment.everywhere.filter(
            lot=lot, state="scheduled", bills_on__lte=clock.now().date()
        ).exists()
    _run, again = started(organization)
    jobs.run([again.pk])

    assert_billed_once(due)


def _in_thread(job):
    try:
        with scope.activate(None):
            jobs.run([job.pk])
    finally:
        connection.close()
