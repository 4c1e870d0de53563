"""The product's rules and the sandbox's are written apart and say the same: levels, prices, what may be given up."""

from __future__ import annotations

import io

import pytest

from adobe3yc.pricefiles.contracts import FileKind, PriceRow
from adobe3yc.pricefiles.reading import Expected, read_rows
from adobe3yc.pricefiles.windows import Windows
from adobe3yc.rules import commitments as rules
from adobe3yc.rules.offers import OfferType, Segment, committed_level, read_offer, standard_level
from adobe3yc.rules.prices import PriceWindow, Source, choose, prorated
from adobe3yc.vipmp.contracts import LICENSE, LineBody, Minimum
from adobe3yc.vipmp.errors import Refused
from bss.core.money import minor_unit
from tests.adobe3yc.conftest import ALL_APPS


@pytest.mark.parametrize("quantity", [1, 9, 10, 49, 50, 99, 100, 5_000])
def test_a_previews_level_is_the_one_the_rules_expect(adobe, quantity):
    customer = adobe.customer()
    [line] = adobe.client.order_preview(customer.id, [LineBody(1, ALL_APPS, quantity)], "EUR").lines

    assert read_offer(line.offer_id).level == standard_level(OfferType.LICENSE, quantity)


@pytest.mark.parametrize("minimum", [10, 49, 50, 99, 100])
def test_a_commitments_level_is_the_one_the_rules_expect(adobe, minimum):
    customer = adobe.customer([Minimum(LICENSE, minimum)])
    adobe.service.act(customer.id, "accept")
    [line] = adobe.client.order_preview(customer.id, [LineBody(1, ALL_APPS, minimum)], "EUR").lines

    expected = committed_level(OfferType.LICENSE, Segment.COM, minimum)
    assert read_offer(line.offer_id).level == expected


@pytest.mark.parametrize("renewal", [20, 19])
def test_what_the_rules_allow_adobe_allows(adobe, renewal):
    customer = adobe.customer([Minimum(LICENSE, 20)])
    adobe.service.act(customer.id, "accept")
    adobe.buy(customer, 30)
    customer = adobe.client.customer(customer.id)
    [owned] = adobe.client.subscriptions(customer.id)
    least = rules.least_quantity(customer.three_year, OfferType.LICENSE, 30, 30)
    assert least == 20

    def set_to():
        return adobe.client.renewal_set(customer.id, owned.id, quantity=renewal, key=adobe.key())

    if renewal >= least:
        assert set_to().renewal_quantity == renewal
        return
    with pytest.raises(Refused) as refusal:
        set_to()
    assert refusal.value.code == "3120"
    assert adobe.client.subscription(customer.id, owned.id).renewal_quantity == 30


def rows_of(adobe, name, kind):
    data = adobe.service.http.get(f"/pricefiles/{name}").content
    expected = Expected(kind, "EUR", frozenset({"EUR"}))
    rows = list(read_rows(name, io.BytesIO(data), expected))
    assert all(isinstance(row, PriceRow) for row in rows)
    known = Windows()
    for row in rows:
        known.add(row)
    assert list(known.faults()) == []
    return rows


@pytest.mark.parametrize("minimums", [(), [Minimum(LICENSE, 10)]])
def test_a_price_looked_up_in_the_files_is_the_one_adobe_charges(adobe, minimums):
    committed = rows_of(adobe, "COM-3YC-EUR.csv", FileKind.COMMITTED)
    standard = rows_of(adobe, "COM-STANDARD-EUR.csv", FileKind.COM)
    customer = adobe.customer(minimums)
    if minimums:
        adobe.service.act(customer.id, "accept")
        adobe.buy(customer, 10)
    adobe.travel(days=100)
    customer = adobe.client.customer(customer.id)
    [line] = adobe.client.order_preview(
        customer.id, [LineBody(1, ALL_APPS, 3)], "EUR", prices=True
    ).lines

    def windows(rows):
        return [PriceWindow(r.price, r.first, r.last) for r in rows if r.offer_id == line.offer_id]

    found = choose(
        accepted_on=rules.price_date(customer.three_year, OfferType.LICENSE, 13),
        ordered_on=adobe.now().date(),
        standard=windows(standard),
        committed=windows(committed),
    )

    assert found.source == (Source.COMMITTED if minimums else Source.STANDARD)
    assert found.price == line.prices.yearly
    if customer.coterm:
        charged = prorated(found.price, 3, adobe.now().date(), customer.coterm, minor_unit("EUR"))
        assert charged == line.prices.line
