"""A reseller's selling prices: what the page shows is what the next save reads."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape

import pytest
from django.conf import settings
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from bss.catalog.models import PriceList, PriceListItem
from bss.core.fields import parse, render
from resellers.contracts import MARKUP
from tests.factories.catalog import make_product

LOCALES = ("en", "de", "el", "fr", "hi")
PRICES = "/my-storefront/prices/"


@pytest.fixture
def field(reseller, put_on, distributor) -> str:
    """The input of one product that a reseller on Standard sells."""
    put_on(reseller.account, "standard", "techsolutions")
    everybody = PriceList.everywhere.get(organization=distributor, is_default=True, owner=None)
    return f"markup-{make_product(distributor, price_list=everybody, name='Mailbox').pk}"


def shown(reseller, field):
    html = reseller.client.get(PRICES).content.decode()
    found = re.search(rf'name="{field}" inputmode="decimal" value="([^"]*)"', html)
    assert found is not None
    return unescape(found[1])


@pytest.mark.parametrize(
    ("locale", "typed", "percent"),
    [
        ("de", "0,125", "0.125"),
        ("de", "1,125", "1.125"),
        ("de", "12,5", "12.5"),
        ("de", "1.000", "1000"),
        ("el", "0,125", "0.125"),
        ("fr", "1,125", "1.125"),
        ("en", "0.125", "0.125"),
        ("hi", "1,000", "1000"),
    ],
)
def test_a_mark_up_saved_again_as_it_is_shown_stays(reseller, field, locale, typed, percent):
    reseller.client.cookies[settings.LANGUAGE_COOKIE_NAME] = locale
    reseller.client.post(PRICES, {field: typed})

    for _ in range(2):
        assert PriceListItem.everywhere.get(price_list__owner=reseller.account).percent == Decimal(
            percent
        )
        again = shown(reseller, field)
        assert again == typed
        assert reseller.client.post(PRICES, {field: again}).status_code == 302
    assert PriceListItem.everywhere.get(price_list__owner=reseller.account).percent == Decimal(
        percent
    )


def test_a_mark_up_is_shown_in_whatever_language_its_next_reader_has(reseller, field):
    reseller.client.post(PRICES, {field: "1.125"})
    reseller.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"

    assert shown(reseller, field) == "1,125"
    reseller.client.post(PRICES, {field: "1,125"})
    assert PriceListItem.everywhere.get(price_list__owner=reseller.account).percent == Decimal(
        "1.125"
    )


@given(st.decimals(min_value=0, max_value=1000, places=4), st.sampled_from(LOCALES))
def test_every_mark_up_is_read_back_as_itself(percent, locale):
    with translation.override(locale):
        assert Decimal(parse(MARKUP, render(MARKUP, percent.normalize()))) == percent
