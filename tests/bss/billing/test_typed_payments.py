"""A payment as staff type it, in the language they read."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings

from bss.billing.models import Payment
from bss.core import clock
from tests.factories.accounts import AccountFactory
from tests.factories.settling import make_invoice


@pytest.fixture
def payer(at_distributor):
    return AccountFactory(organization=at_distributor, name="Rhein Maschinenbau")


def recorded(staff, payer, **typed):
    given = {
        "amount": "5", "currency": "EUR", "received_on": clock.today().isoformat(), "invoice": "", "reference": "",
        **typed,
    }  # fmt: skip
    return staff.client.post(f"/portal/accounts/{payer.public_id}/payments/new/", given)


@pytest.mark.parametrize(
    ("locale", "typed", "amount"),
    [("de", "1.500", "1500"), ("de", "1.234,50", "1234.50"), ("en", "1,234.50", "1234.50")],
)
def test_a_payment_is_booked_as_it_was_meant(staff, payer, locale, typed, amount):
    staff.client.cookies[settings.LANGUAGE_COOKIE_NAME] = locale

    assert recorded(staff, payer, amount=typed).status_code == 302
    assert Payment.objects.get().amount == Decimal(amount)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1e9", "Enter a number, such as 1.234,5."),
        ("1,500", "At most 2 decimals are possible, such as 1.234,56."),
        ("0", "The amount must be more than 0."),
        ("9" * 18, "The largest possible value is 99.999.999.999.999."),
    ],
)
def test_what_nobody_means_is_refused_on_its_field_and_nothing_is_booked(
    staff, payer, typed, words
):
    staff.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"

    refused = recorded(staff, payer, amount=typed)

    assert refused.status_code == 400
    assert refused.context["form"].errors == {"amount": [words]}
    assert f'value="{typed}"' in refused.content.decode()
    assert Payment.objects.count() == 0


def test_an_amount_has_the_decimals_of_the_currency_that_is_chosen(staff, payer):
    make_invoice(payer, "1500", currency="JPY")

    refused = recorded(staff, payer, amount="15.50", currency="JPY")

    assert refused.context["form"].errors == {"amount": ["Enter a whole number, such as 1,234."]}
    assert recorded(staff, payer, amount="15.50", currency="EUR").status_code == 302
    assert Payment.objects.get().currency == "EUR"


def test_what_an_invoice_needs_is_offered_in_the_readers_language_and_read_back(staff, payer):
    invoice = make_invoice(payer, "1234.50")
    staff.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    url = f"/portal/accounts/{payer.public_id}/payments/new/?invoice={invoice.public_id}"

    offered = staff.client.get(url).context["form"]["amount"].value()

    assert offered == "1234,50"
    recorded(staff, payer, amount=offered)
    assert Payment.objects.get().amount == Decimal("1234.50")


def test_a_payment_was_received_in_our_days(staff, payer):
    tomorrow = clock.today() + timedelta(days=1)
    early = clock.today().replace(year=clock.today().year - 11, day=1)

    for day, words in (
        (tomorrow, "This day is still to come."),
        (early, "This day is more than 10 years ago: look at its year."),
        (early.replace(year=26), "This day is more than 10 years ago: look at its year."),
    ):
        refused = recorded(staff, payer, received_on=day.isoformat())
        assert refused.context["form"].errors == {"received_on": [words]}
    assert Payment.objects.count() == 0
    kept = early.replace(year=clock.today().year - 9)
    assert recorded(staff, payer, received_on=kept.isoformat()).status_code == 302
