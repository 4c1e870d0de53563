"""Price files in the database: whole or not at all, one of a kind in force, one query for a basket."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest

from adobe3yc.choices import PriceFileState as S
from adobe3yc.errors import PriceFileFaulty
from adobe3yc.models import PriceFile, PriceRow
from adobe3yc.pricefiles.contracts import FaultCode, FileKind
from adobe3yc.pricefiles.reading import Expected
from adobe3yc.rules.prices import CommittedListMissing, NoPrice, Source
from adobe3yc.selectors import price_book
from adobe3yc.services import price_file_discard, price_file_enforce, price_file_take
from bss.core import scope
from bss.core.actor import SYSTEM
from bss.core.errors import IllegalTransition
from bss.core.models import HistoryEntry
from servicemanager.models import Instance
from tests.adobe3yc.workbooks import workbook
from tests.factories.accounts import OrganizationFactory

HEADER = ["Part Number", "Product Family", "Partner Price", "First Order Date", "Last Order Date"]
LICENCE = "65304479CA12A12"
EARLY = (date(2025, 1, 1), date(2025, 12, 31))
LATE = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def instance(at_distributor):
    return Instance.objects.create(
        organization=at_distributor, manager="manual", name="Adobe Services"
    )


def take(instance, *rows, kind=FileKind.COMMITTED, name="prices.xlsx"):
    return price_file_take(
        instance=instance,
        name=name,
        file=io.BytesIO(workbook([HEADER, *map(list, rows)])),
        expected=Expected(kind, "EUR", frozenset({"EUR"})),
        actor=SYSTEM,
    )


def row(price, window=LATE, offer=LICENCE, family="All Apps"):
    return (offer, family, Decimal(price), *window)


def enforced(instance, *rows, **values):
    return price_file_enforce(file=take(instance, *rows, **values), actor=SYSTEM)


def test_a_file_is_taken_whole_and_has_no_effect_yet(instance):
    odd = 'Tab\t, back\\slash, "quote", Ελλάδα, \\N'
    file = take(instance, row("200.1234567"), row("190", EARLY, family=odd))

    assert (file.state, file.row_count, file.warnings) == (S.CHECKED, 2, [])
    kept = list(file.rows.order_by("number").values_list("offer_id", "family", "price", "first_on"))
    assert kept == [
        (LICENCE, "All Apps", Decimal("200.1234567"), date(2026, 1, 1)),
        (LICENCE, odd, Decimal(190), date(2025, 1, 1)),
    ]
    assert price_book(instance, [LICENCE], "EUR").has_committed is False


def test_many_long_rows_are_taken(instance):
    rows = [row(n, offer=f"6530{n:04d}CA12A12", family="x" * 200) for n in range(1, 1_501)]
    file = take(instance, *rows)

    assert (file.row_count, file.rows.count()) == (1_500, 1_500)


def test_of_a_faulty_file_nothing_is_kept_and_each_cell_is_named(instance):
    with pytest.raises(PriceFileFaulty) as raised:
        take(instance, row("1"), ("nonsense", "", Decimal(1), *LATE), row("1"))

    told = [(f.code, f.cell or f.row) for f in raised.value.faults]
    assert told == [(FaultCode.NOT_AN_OFFER, "A3"), (FaultCode.TWICE, 4)]
    assert (PriceFile.objects.count(), PriceRow.objects.count()) == (0, 0)
    assert HistoryEntry.objects.filter(action="price_file.taken").count() == 0


def test_what_is_no_price_file_is_refused(instance):
    with pytest.raises(PriceFileFaulty) as raised:
        take(instance, row("1"), name="prices.pdf")

    assert [f.code for f in raised.value.faults] == [FaultCode.NOT_A_FILE]
    assert PriceFile.objects.count() == 0


def test_a_gap_is_told_and_the_file_taken(instance):
    file = take(instance, row("1", EARLY), row("2", (date(2026, 2, 1), date(2026, 3, 1))))

    assert [(w["code"], w["row"], w["other_row"]) for w in file.warnings] == [("gap", 3, 2)]


def test_one_file_of_a_kind_is_in_force_and_the_one_before_can_come_back(instance):
    first = enforced(instance, row("200"))
    standard = enforced(instance, row("230"), kind=FileKind.COM)
    second = enforced(instance, row("210"))
    first.refresh_from_db()
    assert (first.state, second.state, standard.state) == (S.REPLACED, S.IN_FORCE, S.IN_FORCE)

    price_file_enforce(file=first, actor=SYSTEM)

    second.refresh_from_db()
    assert second.state == S.REPLACED
    found = price_book(instance, [LICENCE], "EUR")
    assert [w.price for w in found.committed[LICENCE]] == [Decimal(200)]


def test_what_was_discarded_does_not_take_effect(instance):
    file = take(instance, row("200"))
    price_file_discard(file=file, actor=SYSTEM)

    with pytest.raises(IllegalTransition):
        price_file_enforce(file=file, actor=SYSTEM)
    file.refresh_from_db()
    assert file.state == S.DISCARDED


def test_a_basket_of_fifty_lines_is_priced_with_one_query(instance, django_assert_num_queries):
    offers = [f"6530{n:04d}CA12A12" for n in range(50)]
    enforced(instance, *(row(n + 1, offer=offer) for n, offer in enumerate(offers)))
    enforced(instance, *(row(n + 101, offer=offer) for n, offer in enumerate(offers)),
             kind=FileKind.COM)  # fmt: skip
    with django_assert_num_queries(1):
        book = price_book(instance, offers, "EUR")

    day = date(2026, 5, 1)
    locked = [book.price(offer, accepted_on=day, ordered_on=day) for offer in offers]
    plain = [book.price(offer, accepted_on=None, ordered_on=day) for offer in offers]
    assert [(c.price, c.source) for c in locked] == [(n + 1, Source.COMMITTED) for n in range(50)]
    assert [(c.price, c.source) for c in plain] == [(n + 101, Source.STANDARD) for n in range(50)]


def test_without_a_file_of_commitments_a_customer_that_qualifies_has_no_price(instance):
    enforced(instance, row("230"), kind=FileKind.COM)
    day = date(2026, 5, 1)
    book = price_book(instance, [LICENCE], "EUR")
    with pytest.raises(CommittedListMissing):
        book.price(LICENCE, accepted_on=day, ordered_on=day)
    assert book.price(LICENCE, accepted_on=None, ordered_on=day).price == 230

    enforced(instance, row("200", offer="65300000CA12A12"))

    book = price_book(instance, [LICENCE], "EUR")
    assert book.price(LICENCE, accepted_on=day, ordered_on=day).source is Source.STANDARD
    with pytest.raises(NoPrice):
        book.price("65300001CA12A12", accepted_on=day, ordered_on=day)


def test_prices_are_those_of_the_instance_and_the_currency(instance):
    enforced(instance, row("200"))
    other = Instance.objects.create(
        organization=instance.organization, manager="manual", name="Adobe for schools"
    )

    assert price_book(other, [LICENCE], "EUR").committed == {}
    assert price_book(instance, [LICENCE], "USD").committed == {}
    stranger = OrganizationFactory()
    with scope.activate(stranger.scope):
        assert price_book(instance, [LICENCE], "EUR").has_committed is False
