"""The paid periods of a subscription: gapless, each ending on the day of the first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bss.catalog.choices import Unit
from bss.core.actor import SYSTEM
from bss.subscriptions.contracts import term_end
from bss.subscriptions.models import Subscription, Term
from bss.subscriptions.services.terms import term_renew
from tests.factories.orders import make_product, make_subscription

# Every day of a common year and of a leap year.
FIRST_DAYS = [datetime(2027, 1, 1, 9, 30, tzinfo=UTC) + timedelta(days=n) for n in range(731)]


@pytest.mark.parametrize("unit", Unit.values)
def test_every_term_ends_on_the_day_of_the_first_or_on_its_months_last(unit):
    """Thirty terms on end, from each day: long after a short month the day is still that of the beginning."""
    for first in FIRST_DAYS:
        start = first
        for number in range(1, 31):
            end = term_end(start, unit, first=first)
            passed = (end.year - first.year) * 12 + end.month - first.month
            is_last = (end + timedelta(days=1)).day == 1
            assert passed == number * Unit(unit).months
            assert end.day == first.day or (end.day < first.day and is_last)
            assert end.timetz() == first.timetz()
            start = end


@pytest.mark.usefixtures("at_distributor")
def test_renewals_keep_the_day_of_the_first_term(reseller, distributor):
    subscription = make_subscription(reseller.account, make_product(distributor))
    began, ended = (datetime(2024, *day, 9, 30, tzinfo=UTC) for day in ((1, 31), (2, 29)))
    Term.objects.update(starts_at=began, ends_at=ended)
    Subscription.objects.update(started_at=began, ends_at=ended)

    for _ in range(13):
        assert term_renew(subscription=subscription, actor=SYSTEM) is not None

    terms = list(Term.objects.all())
    assert [(term.ends_at.month, term.ends_at.day) for term in terms] == [
        (2, 29), (3, 31), (4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30), (10, 31),
        (11, 30), (12, 31), (1, 31), (2, 28), (3, 31),
    ]  # fmt: skip
    assert [t.starts_at for t in terms[1:]] == [t.ends_at for t in terms[:-1]]


@pytest.mark.usefixtures("at_distributor")
def test_a_subscription_whose_day_was_lost_finds_it_again(reseller, distributor):
    """Terms written when each was counted from the one before: 31 January, 29 February, 29 March."""
    subscription = make_subscription(reseller.account, make_product(distributor))
    days = [datetime(2024, *day, tzinfo=UTC) for day in ((1, 31), (2, 29), (3, 29))]
    Term.objects.update(starts_at=days[0], ends_at=days[1])
    Subscription.objects.update(started_at=days[0], ends_at=days[2])

    term = term_renew(subscription=subscription, actor=SYSTEM)

    assert (term.starts_at, term.ends_at) == (days[2], datetime(2024, 4, 30, tzinfo=UTC))
