"""Billing while the clock goes over short months, 29 February and the hours that are twice or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bss.accounts.models import Organization
from bss.billing.models import InvoiceLine
from bss.billing.tasks import RUN_DAILY, runs_due
from bss.core import clock
from bss.core.models import Job
from bss.subscriptions.models import Subscription, Term
from bss.subscriptions.tasks import changes_due
from tests.factories.orders import make_product, make_subscription

HALF_HOUR = timedelta(minutes=30)


def in_zone(organization: Organization, zone: str) -> ZoneInfo:
    Organization.objects.filter(pk=organization.pk).update(time_zone=zone)
    organization.refresh_from_db()
    return ZoneInfo(zone)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        # The day that has 23 hours, and the one that has 25.
        ("Europe/Berlin", date(2027, 3, 28)),
        ("Europe/Berlin", date(2027, 10, 31)),
        ("America/New_York", date(2027, 3, 14)),
        ("America/New_York", date(2027, 11, 7)),
        ("Pacific/Auckland", date(2027, 4, 4)),
        ("UTC", date(2028, 2, 29)),
    ],
)
def test_each_evening_has_one_run_at_nine_whatever_the_clocks_on_the_wall_do(
    at_distributor, zone, day
):
    here = in_zone(at_distributor, zone)
    begun: dict[str, datetime] = {}
    noon = datetime.combine(day, time(12), here).astimezone(UTC)
    for number in range(-48, 49):
        at = noon + number * HALF_HOUR
        with clock.travel(at - clock.now()):
            runs_due()
        for job in Job.objects.filter(kind=RUN_DAILY, key__startswith=f"{at_distributor.pk}:"):
            begun.setdefault(job.key.split(":")[1], at.astimezone(here))

    days = [day + timedelta(days=n) for n in (-2, -1, 0, 1)]
    assert list(begun) == [each.isoformat() for each in days[: len(begun)]]
    # The first was there from the beginning; the others begin at nine in the evening of their day.
    evenings = list(begun.values())[1:]
    assert len(evenings) == 2
    assert [(at.date(), at.time()) for at in evenings] == [
        (each, time(21)) for each in (days[1], days[2])
    ]


def test_a_month_after_month_from_31_january_is_billed_once_and_without_a_gap(
    rate, at_start, payer, bill
):
    """Over 29 February 2028 and both changes of the clock in Athens, the term's hour stays what it is in UTC."""
    in_zone(at_start, "Europe/Athens")
    first = datetime(2028, 1, 31, 23, 30, tzinfo=UTC)
    product = make_product(at_start, price="20")
    with clock.travel(first - clock.now()):
        make_subscription(payer, product, quantity=1)
        bill()
    for _month in range(13):
        ends_at = Subscription.objects.get().ends_at
        assert ends_at is not None
        with clock.travel(ends_at + timedelta(minutes=1) - clock.now()):
            assert changes_due() == 1
            bill(payer)
            assert changes_due() == 0

    terms = Term.objects.order_by("number")
    assert [(term.ends_at.month, term.ends_at.day) for term in terms] == [
        (2, 29), (3, 31), (4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30), (10, 31), (11, 30),
        (12, 31), (1, 31), (2, 28), (3, 31),
    ]  # fmt: skip
    lines = list(InvoiceLine.objects.order_by("starts_at"))
    assert [line.net for line in lines] == [Decimal("20.00")] * 14
    assert [line.starts_at for line in lines[1:]] == [line.ends_at for line in lines[:-1]]
    assert (lines[0].starts_at, lines[-1].ends_at) == (terms[0].starts_at, terms[13].ends_at)
    assert len({line.invoice_id for line in lines}) == 14


def test_a_year_from_29_february_ends_on_the_last_of_the_next_and_is_billed_once(
    rate, at_start, payer, bill
):
    first = datetime(2028, 2, 29, 9, 30, tzinfo=UTC)
    product = make_product(at_start, price="100", units=("P1Y",))
    with clock.travel(first - clock.now()):
        make_subscription(payer, product, quantity=1, unit="P1Y")
        bill()
    with clock.travel(datetime(2029, 2, 28, 9, 31, tzinfo=UTC) - clock.now()):
        assert changes_due() == 1
        bill(payer)

    assert [term.ends_at.date() for term in Term.objects.order_by("number")] == [
        date(2029, 2, 28), date(2030, 2, 28),
    ]  # fmt: skip
    assert [line.net for line in InvoiceLine.objects.order_by("starts_at")] == [Decimal(100)] * 2
