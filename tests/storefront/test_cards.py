"""My account, Cards: whoever pays leaves cards at the provider and pays open invoices by them."""

from __future__ import annotations

import re

import pytest
from django.test import override_settings

from bss.accounts.choices import PaymentKind
from bss.accounts.models import PaymentMethod
from bss.accounts.services import account_edit
from bss.billing.choices import InvoiceState
from bss.billing.models import CardToken
from bss.core.errors import Invalid
from tests.factories.settling import make_invoice


@pytest.fixture
def provider(cards, settings):
    settings.CARDS_URL = cards.url
    settings.CARDS_KEY = cards.key
    settings.CARDS_TIMEOUT = 2.0
    settings.OUTBOUND_ALLOW_NETWORKS = ["127.0.0.0/8"]
    return cards


def leave(reseller, provider, number):
    """Type a card at the provider, as a person does it, and come back."""
    page = reseller.client.post("/my-account/cards/leave/")
    url = re.search(r'href="(http://127[^"]+/leave/[^"]+)"', page.content.decode()).group(1)
    answer = provider.http.post(url, data={"number": number, "expiry": "12/40"})
    back = answer.headers["location"]
    assert back.startswith("http://testserver/my-account/cards/left/")
    return reseller.client.get(back.removeprefix("http://testserver"), follow=True)


def test_a_payer_leaves_a_card_and_pays_an_invoice_by_it(reseller, at_distributor, provider):
    invoice = make_invoice(reseller.account, "124.00")
    page = leave(reseller, provider, "4242 0000 0000 1008").content.decode()
    assert "Visa •••• 1008 is used from now on." in page
    assert "4242" not in page
    url = f"/my-account/invoices/{invoice.public_id}/"
    assert f'action="{url}pay/"' in reseller.client.get(url).content.decode()

    paid = reseller.client.post(f"{url}pay/", follow=True).content.decode()

    invoice.refresh_from_db()
    assert f"{invoice.number} is paid." in paid
    assert invoice.state == InvoiceState.SETTLED
    assert f'action="{url}pay/"' not in paid


def test_the_bank_asks_first_and_the_way_back_tells_what_became_of_it(
    reseller, at_distributor, provider
):
    invoice = make_invoice(reseller.account, "124.00")
    leave(reseller, provider, "4242000000003004")
    url = f"/my-account/invoices/{invoice.public_id}/"

    page = reseller.client.post(f"{url}pay/").content.decode()
    step = re.search(r'href="(http://127[^"]+/step/[^"]+)"', page).group(1)
    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.ISSUED
    back = provider.http.post(step, data={"answer": "confirm"}).headers["location"]
    told = reseller.client.get(back.removeprefix("http://testserver"), follow=True).content.decode()

    invoice.refresh_from_db()
    assert (invoice.state, f"{invoice.number} is paid." in told) == (InvoiceState.SETTLED, True)


def test_a_declined_card_is_told_and_nothing_is_paid(reseller, at_distributor, provider):
    invoice = make_invoice(reseller.account, "124.00")
    leave(reseller, provider, "4242000000002006")

    page = reseller.client.post(f"/my-account/invoices/{invoice.public_id}/pay/", follow=True)

    assert "The bank declined the card." in page.content.decode()
    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.ISSUED


def test_cards_are_chosen_and_removed_by_their_owner_alone(
    reseller, rival, at_distributor, provider
):
    leave(reseller, provider, "4242000000001008")
    card = CardToken.objects.get()
    url = f"/my-account/cards/{card.public_id}/remove/"

    assert rival.client.post(url).status_code == 404
    assert CardToken.objects.filter(removed_at=None).count() == 1
    assert "1008" not in rival.client.get("/my-account/cards/").content.decode()

    reseller.client.post(url)
    assert CardToken.objects.filter(removed_at=None).count() == 0


def test_without_a_provider_nobody_is_offered_a_card(reseller, staff, at_distributor):
    method = PaymentMethod.objects.create(
        organization=at_distributor, name="Card", kind=PaymentKind.CARD
    )
    assert (
        "Paying by card is not set up here."
        in reseller.client.get("/my-account/cards/").content.decode()
    )
    edit = f"/portal/accounts/{reseller.account.public_id}/edit/"
    assert method.public_id not in staff.client.get(edit).content.decode()

    with pytest.raises(Invalid) as caught:
        account_edit(
            account=reseller.account, version=None, payment_method=method, actor=staff.actor
        )
    assert caught.value.code == "CARD_UNAVAILABLE"

    with override_settings(CARDS_URL="http://127.0.0.1:1"):
        assert method.public_id in staff.client.get(edit).content.decode()
