"""A reseller with a customer, something to sell for a year, and the rate of tax at home."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bss.accounts.choices import PaymentKind
from bss.accounts.models import Account, PaymentMethod
from bss.billing.models import CardToken
from bss.core import clock
from tests.factories.accounts import AccountFactory, ResellerFactory
from tests.factories.billing import make_rate
from tests.factories.orders import make_product

# A Tuesday, far from a month's end.
START = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)

PAYS, DECLINED, ASKS, SLOW, INSUFFICIENT, NOT_ALONE = (
    "4242000000001008", "4242000000002006", "4242000000003004", "4242000000004002", "4242000000005009",
    "4242000000006007",
)  # fmt: skip


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


# Cards ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def provider(cards, settings):
    """The sandbox provider as the product's own, waited for a second at most."""
    settings.CARDS_URL = cards.url
    settings.CARDS_KEY = cards.key
    settings.CARDS_TIMEOUT = 1.0
    settings.OUTBOUND_ALLOW_NETWORKS = ["127.0.0.0/8"]
    return cards


@pytest.fixture
def card_payer(reseller, at_distributor, provider) -> Account:
    """The reseller, who pays by card and may owe nothing."""
    method = PaymentMethod.objects.create(
        organization=at_distributor, name="Card", kind=PaymentKind.CARD, payment_days=0
    )
    Account.objects.filter(pk=reseller.account.pk).update(payment_method=method, credit_limit=0)
    reseller.account.refresh_from_db()
    return reseller.account


@pytest.fixture
def leave_card(provider):
    """Leave a test card for a payer, as the one that is charged."""

    def leave(account: Account, number: str = PAYS) -> CardToken:
        token = provider.token(number)
        CardToken.objects.filter(account=account).update(is_default=False)
        return CardToken.objects.create(
            organization=account.organization,
            scope=account.scope,
            account=account,
            token=token["id"],
            brand=token["brand"],
            last_digits=token["last4"],
            expires_on=clock.today().replace(year=2099),
            is_default=True,
        )

    return leave
