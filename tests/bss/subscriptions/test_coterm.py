"""A subscription whose first term ends with everything else of its customer: its term, its seats, its renewal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bss.billing.models import Credit, Installment
from bss.core import clock
from bss.core.actor import SYSTEM
from bss.orders.choices import OrderSource
from bss.orders.models import OrderLine
from bss.orders.ports import CHECKOUT_REVIEW
from bss.orders.services import order_create, order_execute, order_line_add
from bss.subscriptions.models import SeatLot, Subscription, Term
from bss.subscriptions.services import (
    change_apply,
    change_preview,
    change_request,
    subscription_activate,
    subscription_create,
    term_renew,
)
from tests.factories.billing import make_rate
from tests.factories.coterm import Ending
from tests.factories.orders import make_add_on, make_product, make_type
from tests.factories.ports import filled

pytestmark = pytest.mark.usefixtures("at_distributor")
START = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
BEGUN = START.replace(hour=0, minute=0)
END = datetime(2027, 3, 12, tzinfo=UTC)
YEAR_BEFORE = datetime(2026, 3, 12, tzinfo=UTC)
DAYS = (END - BEGUN).days


@pytest.fixture
def kind(at_distributor):
    return make_type(at_distributor, refund_days=14, refund="full")


@pytest.fixture
def bought(at_distributor, reseller, kind, travel, run_jobs):
    """Buys 5 seats at 365 a year until `ends`, delivered five hours after they were ordered."""

    def buy(ends=END, starts=START):
        travel(starts - clock.now())
        make_rate(at_distributor)
        mail = make_product(at_distributor, price="365", units=("P1Y",), type=kind)
        order = order_create(account=reseller.account, customer=reseller.account, actor=SYSTEM)
        order_line_add(order=order, product=mail, unit="P1Y", quantity=5, actor=SYSTEM)
        order.refresh_from_db()
        with filled(CHECKOUT_REVIEW, Ending(ends)):
            order_execute(order=order, actor=SYSTEM, accept_reprice=True)
        line = OrderLine.objects.select_related("order").get(order=order)
        subscription = subscription_create(line=line, actor=SYSTEM)
        travel(timedelta(hours=5))
        subscription_activate(subscription=subscription, external_id="ext", actor=SYSTEM)
        run_jobs()
        return Subscription.objects.get()

    return buy


def changed(subscription, kind, run_jobs, **wish):
    preview = change_preview(subscription=subscription, kind=kind, actor=SYSTEM, **wish)
    change = change_request(
        subscription=subscription, kind=kind, actor=SYSTEM, source=OrderSource.PORTAL,
        token=preview.token, **wish,
    )  # fmt: skip
    change_apply(change=change, actor=SYSTEM)
    run_jobs()
    return preview


def still_charged() -> Decimal:
    due = sum((row.price for row in Installment.everywhere.exclude(state="void")), Decimal(0))
    return due - sum((row.price for row in Credit.everywhere.all()), Decimal(0))


def test_the_first_term_is_the_days_that_were_counted(bought):
    subscription = bought()

    term = Term.objects.get()
    assert (term.starts_at, term.ends_at, term.priced_from) == (BEGUN, END, YEAR_BEFORE)
    assert (term.total, term.coterm.days) == (5 * DAYS, DAYS)
    assert subscription.ends_at == END
    lot = SeatLot.objects.get()
    assert lot.starts_at == BEGUN
    # The days to give seats back count from when they were had.
    assert lot.refundable_until == subscription.started_at + timedelta(days=14)
    assert [row.price for row in Installment.everywhere.all()] == [5 * DAYS]


def test_days_to_give_back_end_with_the_term(bought):
    bought(ends=START + timedelta(days=3))

    assert SeatLot.objects.get().refundable_until == Term.objects.get().ends_at


def test_it_renews_for_a_whole_unit_from_its_end(bought, travel, run_jobs):
    subscription = bought()
    travel(END - clock.now() + timedelta(minutes=1))

    term = term_renew(subscription=subscription, actor=SYSTEM)
    run_jobs()

    assert (term.starts_at, term.ends_at) == (END, datetime(2028, 3, 12, tzinfo=UTC))
    assert (term.priced_from, term.total) == (None, 1825)
    assert [row.price for row in Installment.everywhere.order_by("pk")] == [5 * DAYS, 1825]
    lots = list(SeatLot.objects.order_by("pk"))
    assert lots[1].starts_at == END


def test_it_keeps_the_day_of_its_end_through_short_months(bought, travel):
    subscription = bought(
        ends=datetime(2028, 2, 29, tzinfo=UTC), starts=datetime(2027, 11, 10, 9, 30, tzinfo=UTC)
    )
    ends = []
    for year in range(2028, 2033):
        travel(datetime(year, 3, 1, tzinfo=UTC) - clock.now())
        ends.append(term_renew(subscription=subscription, actor=SYSTEM).ends_at.date())

    assert [(day.month, day.day) for day in ends] == [(2, 28), (2, 28), (2, 28), (2, 29), (2, 28)]
    assert [day.year for day in ends] == [2029, 2030, 2031, 2032, 2033]


def test_seats_added_later_cost_their_share_of_the_whole_price(bought, travel, run_jobs):
    subscription = bought()
    moment = END - timedelta(days=73)
    travel(moment - clock.now())

    preview = changed(subscription, "quantity", run_jobs, quantity=7)

    # A fifth of a year is left, whatever the first term is long.
    assert preview.charged.amount == preview.invoices.net.amount
    assert abs(preview.charged.amount - 2 * 73) < Decimal("0.01")
    newest = SeatLot.objects.latest("pk")
    assert (newest.price.term_starts_at, newest.price.term_ends_at) == (YEAR_BEFORE, END)


def test_seats_given_back_in_their_days_are_worth_what_they_cost(bought, travel, run_jobs):
    subscription = bought()
    travel(timedelta(days=13))

    preview = changed(subscription, "quantity", run_jobs, quantity=3)

    assert preview.invoices.net.amount == -2 * DAYS
    assert still_charged() == 3 * DAYS


def test_unused_time_is_worth_its_share_of_the_whole_price(bought, travel, run_jobs, kind):
    kind.refund = "unused"
    kind.refund_days = 100
    kind.save()
    subscription = bought()
    travel(END - timedelta(days=73) - clock.now())

    preview = changed(subscription, "cancel", run_jobs)

    assert abs(preview.invoices.net.amount + 5 * 73) < Decimal("0.01")
    assert abs(still_charged() - 5 * (DAYS - 73)) < Decimal("0.01")
    assert Subscription.objects.get().state == "cancelled"


def test_what_is_asked_after_its_end_is_told_for_the_whole_next_term(bought, travel, run_jobs):
    subscription = bought()
    travel(END - clock.now() + timedelta(minutes=5))
    subscription.refresh_from_db()

    add_on = make_add_on(subscription.product, price="73", units=("P1Y",))

    seats = change_preview(subscription=subscription, kind="quantity", actor=SYSTEM, quantity=6)
    more = change_preview(
        subscription=subscription, kind="add_on", actor=SYSTEM, quantity=2, product=add_on
    )

    assert (seats.charged.amount, more.charged.amount) == (365, 146)


def test_both_surfaces_tell_the_days_of_the_first_term(bought, reseller, staff):
    subscription = bought()
    told = (
        f"Until Mar 12, 2027, with everything else of this customer: {DAYS} of 365 days are charged"
    )

    shop = reseller.client.get(f"/subscriptions/{subscription.public_id}/").content.decode()
    portal = staff.client.get(f"/portal/subscriptions/{subscription.public_id}/?tab=terms")

    for page in (shop, portal.content.decode()):
        assert told in page
        assert f"€{5 * DAYS}.00" in page
