"""A reseller with a customer, something to sell for a year, and the rate of tax at home."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bss.core import clock
from tests.factories.accounts import AccountFactory, ResellerFactory
from tests.factories.billing import make_rate
from tests.factories.orders import make_product

# A Tuesday, far from a month's end.
START = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)


@pytest.fixture
def at_start(at_distributor):
    """The distributor's scope, at nine in the morning of 10 November 2026."""
    with clock.travel(START - clock.now()):
        yield at_distributor


@pytest.fixture
def rate(at_start):
    return make_rate(at_start)


@pytest.fixture
def payer(at_start):
    return ResellerFactory(organization=at_start, name="Techsolutions", billing_day=1)


@pytest.fixture
def customer(payer):
    return AccountFactory(parent=payer, name="Aegean Foods")


@pytest.fixture
def product(at_start):
    return make_product(at_start, name="Mailbox", units=("P1Y",))


@pytest.fixture
def bill(at_start, run_jobs):
    """Do a billing run of the distributor (or of one account), with everything that is due. Returns the run."""
    from bss.billing.services import billing_run_start
    from bss.core.actor import SYSTEM

    def run(account=None):
        run_jobs()
        found = billing_run_start(organization=at_start, actor=SYSTEM, account=account)
        run_jobs()
        found.refresh_from_db()
        return found

    return run


def days(n):
    return timedelta(days=n)
