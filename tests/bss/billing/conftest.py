"""A payer with a card at the sandbox provider."""

from __future__ import annotations

import pytest

from bss.accounts.choices import PaymentKind
from bss.accounts.models import Account, PaymentMethod
from bss.billing.models import CardToken
from bss.core import clock

PAYS, DECLINED, ASKS, SLOW, INSUFFICIENT, NOT_ALONE = (
    "4242000000001008", "4242000000002006", "4242000000003004", "4242000000004002", "4242000000005009",
    "4242000000006007",
)  # fmt: skip


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
