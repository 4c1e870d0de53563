"""What seats cost becomes installments, what is given back becomes credits: once, in whichever order it is heard of."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bss.billing.models import Credit, Installment
from bss.billing.services import documents_issue, lot_settle
from bss.core import clock
from bss.core.actor import SYSTEM
from bss.core.models import Job
from tests.factories.billing import MONTHLY, add_seats, make_bought, make_lot, make_term, take_seats

pytestmark = pytest.mark.usefixtures("rate")
D = Decimal


def rows(lot, state="scheduled"):
    return list(Installment.everywhere.filter(lot=lot, state=state).order_by("number"))


def prices(lot, state="scheduled"):
    return [row.price for row in rows(lot, state)]


def invoiced(lot, count):
    """Put the first installments on an invoice, whatever their day."""
    done = documents_issue(
        organization=lot.organization, installments=[row.pk for row in rows(lot)[:count]],
        credits=[], actor=SYSTEM,
    )  # fmt: skip
    assert done.items == count


def test_what_is_paid_at_once_is_one_installment_of_its_order(payer, customer, product, run_jobs):
    lot = make_bought(payer, product, customer=customer, quantity=5, price="20", resale="26")
    run_jobs()

    [row] = rows(lot)

    assert (row.number, row.count, row.quantity) == (1, 1, 5)
    assert (row.cost, row.price, row.resale) == (D(60), D(100), D(130))
    assert (row.order_id, row.bills_on) == (lot.order_line.order_id, date(2026, 11, 10))
    assert (row.payer_id, row.customer_id, row.scope) == (payer.pk, customer.pk, customer.scope)
    assert (row.due_at, row.ends_at) == (lot.starts_at, lot.term.ends_at)


def test_a_plan_makes_the_first_part_due_at_once_and_the_others_on_billing_days(
    payer, product, run_jobs
):
    lot = make_bought(payer, product, quantity=5, price="20", plan=MONTHLY)
    run_jobs()

    found = rows(lot)

    assert [row.price for row in found] == [D("8.33")] * 11 + [D("8.37")]
    assert [row.order_id for row in found] == [lot.order_line.order_id] + [None] * 11
    # Due on the 10th of each month; the payer's billing day is the 1st.
    assert [row.bills_on for row in found[:3]] == [
        date(2026, 11, 10), date(2027, 1, 1), date(2027, 2, 1),
    ]  # fmt: skip


def test_a_renewal_waits_whole_for_the_billing_day(payer, product, run_jobs):
    first = make_bought(payer, product, unit="P1M")
    term = make_term(first.subscription, first.term.ends_at)
    renewed = make_lot(first.subscription, term, quantity=5)
    run_jobs()

    [row] = rows(renewed)

    assert (row.order_id, row.bills_on) == (None, date(2027, 1, 1))


def test_the_day_is_that_of_the_organization(at_start, payer, product, run_jobs):
    """10 November, 23:30 UTC is the 11th in Athens."""
    at_start.time_zone = "Europe/Athens"
    at_start.save()
    lot = make_bought(payer, product, starts_at=clock.now() + timedelta(hours=14))
    run_jobs()

    assert rows(lot)[0].bills_on == date(2026, 11, 11)


def test_what_costs_nothing_leaves_no_row(payer, product, run_jobs):
    lot = make_bought(payer, product, price="0", cost="0")
    take_seats(lot, 5)
    run_jobs()

    assert Installment.everywhere.count() == 0
    assert Credit.everywhere.filter(state="scheduled").count() == 0


def test_heard_of_twice_it_is_written_once(payer, product, run_jobs):
    lot = make_bought(payer, product, plan=MONTHLY)
    run_jobs()
    take_seats(lot, 2)
    run_jobs()
    before = list(Installment.everywhere.order_by("pk").values()), list(Credit.everywhere.values())

    for _again in range(2):
        lot_settle(lot_id=lot.pk, actor=SYSTEM)

    after = list(Installment.everywhere.order_by("pk").values()), list(Credit.everywhere.values())
    assert after == before


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_whichever_is_heard_of_first_the_outcome_is_the_same(payer, product, order):
    lot = make_bought(payer, product, quantity=6, price="20", plan=MONTHLY)
    take_seats(lot, 1)
    take_seats(lot, 2)
    jobs = list(Job.objects.filter(key__contains="seat_lot").order_by("pk"))
    assert len(jobs) == 3

    from bss.core.jobs import run_one

    for index in order:
        assert run_one(jobs[index].pk)

    assert sum(prices(lot)) == D(60)
    assert [row.quantity for row in rows(lot)] == [3] * 12
    # Nothing was invoiced, so nothing is credited, and both reductions are known as done.
    assert [(c.price, c.state) for c in Credit.everywhere.all()] == [(D(0), "issued")] * 2


def test_seats_given_back_are_credited_and_their_share_of_what_is_due_is_dropped(
    payer, product, run_jobs
):
    lot = make_bought(payer, product, quantity=5, price="20", cost="12", plan=MONTHLY)
    run_jobs()
    invoiced(lot, 2)

    reduction = take_seats(lot, 2)
    run_jobs()

    credits = list(Credit.everywhere.order_by("pk"))
    assert prices(lot, "invoiced") == [D("8.33")] * 2
    # 100.00 in 12 was 8.33; 60.00 in 12 is 5.00.
    assert prices(lot) == [D(5)] * 10
    # One for each installment that was charged.
    assert [(c.corrects.installment.number, c.price) for c in credits] == [
        (1, D("3.33")), (2, D("3.33")),
    ]  # fmt: skip
    assert {(c.quantity, c.state) for c in credits} == {(2, "scheduled")}
    assert {(c.order_id, c.bills_on) for c in credits} == {
        (reduction.order_line.order_id, date(2026, 11, 10))
    }
    assert D("16.66") - D("6.66") + sum(prices(lot)) == D(60)


def test_all_given_back_is_credited_whole(payer, product, run_jobs):
    lot = make_bought(payer, product, quantity=5, price="20", plan=MONTHLY)
    run_jobs()
    invoiced(lot, 1)
    take_seats(lot, 3)
    take_seats(lot, 2)
    run_jobs()

    assert prices(lot) == []
    assert prices(lot, "credited") == [D("8.33")]
    assert sum(credit.price for credit in Credit.everywhere.all()) == D("8.33")


def test_after_its_days_what_was_sold_stays_due(payer, product, run_jobs):
    lot = make_bought(payer, product, quantity=5, price="20", plan=MONTHLY)
    run_jobs()
    invoiced(lot, 1)
    take_seats(lot, 5, refund="")
    run_jobs()

    assert sum(prices(lot)) + sum(prices(lot, "invoiced")) == D(100)
    assert Credit.everywhere.count() == 0


def test_the_unused_time_is_given_back(payer, product, run_jobs):
    lot = make_bought(payer, product, quantity=1, price="365")
    run_jobs()
    invoiced(lot, 1)
    take_seats(lot, 1, refund="unused", at=lot.starts_at + timedelta(days=65))
    run_jobs()

    assert [credit.price for credit in Credit.everywhere.all()] == [D(300)]
    # Some of it was used: it is not credited whole.
    assert prices(lot, "invoiced") == [D(365)]


def test_added_seats_get_a_schedule_of_their_own(payer, product, run_jobs, travel):
    lot = make_bought(payer, product, quantity=5, price="20", plan=MONTHLY)
    travel(timedelta(days=180))
    more = add_seats(lot, 1)
    run_jobs()

    found = rows(more)
    assert [row.count for row in found] == [7] * 7
    assert [row.order_id is None for row in found] == [False] + [True] * 6
    assert len(rows(lot)) == 12
