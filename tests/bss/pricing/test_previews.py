"""What an action will put on which document and when, told before it is confirmed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bss.core.money import Money
from bss.installments.choices import Frequency
from bss.installments.contracts import PlanTerms
from bss.pricing.contracts import TaxableAmount, TaxRegime, UnitPrice
from bss.pricing.previews import (
    Basis,
    Item,
    Purchase,
    Words,
    days_of,
    lot_items,
    preview_of,
    purchase_items,
    purchase_lot,
    reduction_items,
)
from bss.pricing.schedule import Amounts, Charged, RefundPolicy, parts_of
from bss.pricing.stored import from_json, to_json
from bss.pricing.tax import tax_total

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MONTHLY = PlanTerms(Frequency.MONTHLY, 12)
GERMANY = TaxRegime("standard", "DE", "DE1", {"standard": Decimal(19), "reduced": Decimal(7)})
MAIL = Words("Mail")


def per_year(price="100", resale=None):
    return UnitPrice(
        product_id=1,
        unit="P1Y",
        currency="EUR",
        list_price=Decimal(price),
        cost=Decimal(price) / 2,
        price=Decimal(price),
        resale=None if resale is None else Decimal(resale),
        source="Standard",
        price_list_id=None,
    )


def basis(**values):
    given = {"billing_day": 1, "time_zone": "UTC", "regimes": lambda day: GERMANY, **values}
    return Basis("EUR", **given)


def bought(quantity=1, plan=None, **values):
    return Purchase(MAIL, per_year(**values), quantity, plan)


def item(net, due_at=NOON, *, at_once=False, words=MAIL):
    amounts = Amounts(Decimal(0), Decimal(net), None)
    return Item(words, 1, amounts, due_at, due_at + timedelta(30), is_at_once=at_once)


def shown(preview):
    """Each document as its day, net, tax and total."""
    return [
        (str(each.bills_on), *(str(m.amount) for m in (each.net, each.tax, each.total)))
        for each in preview.documents
    ]


def test_a_purchase_without_a_plan_is_one_invoice_at_once():
    preview = preview_of(purchase_items([bought(3)], at=NOON), basis())
    assert shown(preview) == [("2026-03-10", "300.00", "57.00", "357.00")]
    assert preview.first.lines[0].net == Money(Decimal("300.00"), "EUR")
    assert preview.later == ()


def test_a_plans_first_installment_is_billed_at_once_and_the_others_on_billing_days():
    preview = preview_of(purchase_items([bought(plan=MONTHLY)], at=NOON), basis())
    assert shown(preview)[:3] == [
        ("2026-03-10", "8.33", "1.58", "9.91"),
        ("2026-05-01", "8.33", "1.58", "9.91"),
        ("2026-06-01", "8.33", "1.58", "9.91"),
    ]
    assert shown(preview)[-1] == ("2027-03-01", "8.37", "1.59", "9.96")
    assert [(each.lines[0].number, each.lines[0].count) for each in preview.documents] == [
        (number, 12) for number in range(1, 13)
    ]
    assert preview.net == Money(Decimal("100.00"), "EUR")


def test_lines_of_one_day_share_an_invoice_and_its_tax():
    lines = [bought(price="0.05"), bought(price="0.05")]
    preview = preview_of(purchase_items(lines, at=NOON), basis())
    # 0.10 at 19 per cent is 0.02; each by itself would be 0.01.
    assert shown(preview) == [("2026-03-10", "0.10", "0.02", "0.12")]


def test_the_extra_charge_of_a_plan_is_added_once():
    plan = replace(MONTHLY, extra_charge=Decimal(5))
    preview = preview_of(purchase_items([bought(plan=plan)], at=NOON), basis())
    assert preview.net == Money(Decimal("105.00"), "EUR")


def test_tax_is_by_how_much_the_tax_of_that_invoice_grows():
    due = {date(2026, 4, 1): [TaxableAmount(Decimal("0.03"), "standard")]}
    preview = preview_of([item("0.03")], basis(due=due))
    # 0.03 alone is taxed 0.01 already; together they are still 0.01.
    assert shown(preview) == [("2026-04-01", "0.03", "0.00", "0.03")]
    assert shown(preview_of([item("0.03")], basis())) == [("2026-04-01", "0.03", "0.01", "0.04")]


def test_what_is_due_does_not_count_on_an_invoice_of_its_own():
    due = {date(2026, 3, 10): [TaxableAmount(Decimal("0.03"), "standard")]}
    preview = preview_of([item("0.03", at_once=True)], basis(due=due))
    assert shown(preview) == [("2026-03-10", "0.03", "0.01", "0.04")]


def test_what_is_given_back_is_a_credit_note_of_its_own():
    items = [item("20", at_once=True), item("-50.00", at_once=True)]
    preview = preview_of(items, basis())
    assert shown(preview) == [
        ("2026-03-10", "20", "3.80", "23.80"),
        ("2026-03-10", "-50.00", "-9.50", "-59.50"),
    ]
    assert [each.is_credit_note for each in preview.documents] == [False, True]
    assert preview.first.net.amount == 20
    assert preview.credit_note.total.amount == Decimal("-59.50")


def test_what_is_no_longer_due_makes_a_later_invoice_less():
    preview = preview_of([item("-10")], basis())
    (document,) = preview.documents
    assert (document.is_credit_note, document.total.amount) == (False, Decimal("-11.90"))


def test_each_day_has_its_own_regime():
    raised = replace(GERMANY, rates={"standard": Decimal(20)})
    regimes = {date(2026, 4, 1): GERMANY, date(2026, 5, 1): raised}
    items = [item("100"), item("100", NOON + timedelta(30))]
    assert [tax for _day, _net, tax, _total in shown(preview_of(items, basis(regimes=regimes)))] == [
        "19.00", "20.00",
    ]  # fmt: skip


def test_no_tax_is_told_in_the_resale_track_nor_without_a_rate():
    resale = preview_of(purchase_items([bought(2, resale="130")], at=NOON), basis(track="resale"))
    assert (resale.net.amount, resale.first.tax, resale.first.total.amount) == (260, None, 260)
    unknown = preview_of([item("100", words=Words("Book", "books"))], basis())
    assert (unknown.documents[0].tax, unknown.documents[0].total.amount) == (None, 100)


def test_the_day_is_the_payers_own():
    # 23:30 in London is the next day in Athens.
    late = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
    (athens,) = preview_of([item("1", late)], basis(time_zone="Europe/Athens")).documents
    (utc,) = preview_of([item("1", late)], basis()).documents
    assert (athens.bills_on, utc.bills_on) == (date(2026, 4, 1), date(2026, 4, 1))
    (at_once,) = preview_of(
        [item("1", late, at_once=True)], basis(time_zone="Europe/Athens")
    ).documents
    assert at_once.bills_on == date(2026, 4, 1)


def test_the_billing_days_to_ask_about():
    items = purchase_items([bought(plan=PlanTerms(Frequency.QUARTERLY, 4))], at=NOON)
    assert days_of(items, billing_day=15, time_zone="UTC") == {
        date(2026, 6, 15), date(2026, 9, 15), date(2026, 12, 15),
    }  # fmt: skip


def test_seats_given_back_are_credited_and_no_longer_due():
    priced = purchase_lot(bought(3, plan=MONTHLY), at=NOON)
    charged = [Charged(part, part.number <= 2) for part in parts_of(priced)]
    policy = RefundPolicy("full", None)
    items = reduction_items(priced, charged, MAIL, keep=1, at=NOON + timedelta(40), policy=policy)
    preview = preview_of(items, basis())
    assert (preview.credit_note.net.amount, len(preview.later)) == (Decimal("-33.34"), 10)
    assert preview.net.amount == -200
    assert preview.credit_note.lines[0].quantity == 2


def days_told(preview):
    """From and until of each line that says for which time it is."""
    return [
        (str(line.starts_at.date()), str(line.ends_at.date()))
        for document in preview.documents
        for line in document.lines
        if line.starts_at
    ]


def test_only_what_is_for_less_than_a_whole_term_says_for_which_time():
    whole = purchase_lot(bought(3), at=NOON)
    later = replace(whole, starts_at=NOON + timedelta(100))
    in_parts = replace(later, plan=PlanTerms(Frequency.QUARTERLY, 4))

    assert days_told(preview_of(lot_items(whole, MAIL, is_at_once=True), basis())) == []
    assert days_told(preview_of(lot_items(later, MAIL, is_at_once=True), basis())) == [
        ("2026-06-18", "2027-03-10")
    ]
    assert days_told(preview_of(lot_items(in_parts, MAIL, is_at_once=True), basis())) == [
        ("2026-06-18", "2026-09-10"), ("2026-09-10", "2026-12-10"), ("2026-12-10", "2027-03-10"),
    ]  # fmt: skip
    assert days_told(preview_of(purchase_items([bought(plan=MONTHLY)], at=NOON), basis())) == []


def test_what_is_given_back_says_for_which_time():
    whole, at = purchase_lot(bought(3), at=NOON), NOON + timedelta(10)
    charged = [Charged(part, is_invoiced=True) for part in parts_of(whole)]

    def given_back(refund, lot=whole):
        policy = RefundPolicy(refund, None)
        return days_told(
            preview_of(reduction_items(lot, charged, MAIL, keep=1, at=at, policy=policy), basis())
        )

    assert given_back("unused") == [("2026-03-20", "2027-03-10")]
    # All of what they cost: it is for the whole term, as when they were bought.
    assert given_back("full") == []


def test_an_invoice_that_carries_more_says_so():
    due = {date(2026, 4, 1): [TaxableAmount(Decimal("0.03"), "standard")]}
    items = [item("1", at_once=True), item("1"), item("1", NOON + timedelta(30))]

    def shared(**values):
        return [each.is_shared for each in preview_of(items, basis(due=due, **values)).documents]

    assert shared() == [False, True, False]
    assert shared(regimes=None) == [False] * 3
    assert shared(track="resale") == [False] * 3


def test_a_preview_that_was_stored_before_says_nothing_of_either():
    stored = to_json(preview_of([item("1")], basis()))
    for document in stored["documents"]:
        del document["is_shared"]
        for line in document["lines"]:
            del line["starts_at"]
    (document,) = from_json(stored).documents
    assert (document.is_shared, document.lines[0].starts_at) == (False, None)


def test_a_preview_survives_being_stored():
    late = replace(purchase_lot(bought(), at=NOON), starts_at=NOON + timedelta(9))
    items = [
        *purchase_items([bought(plan=MONTHLY)], at=NOON), item("-3", at_once=True),
        *lot_items(late, MAIL, is_at_once=True),
    ]  # fmt: skip
    due = {date(2026, 5, 1): [TaxableAmount(Decimal("0.03"), "standard")]}
    preview = preview_of(items, basis(due=due))
    assert from_json(json.loads(json.dumps(to_json(preview)))) == preview
    untaxed = preview_of(items, basis(regimes=None))
    assert from_json(to_json(untaxed)) == untaxed


NETS = st.decimals(min_value=-50, max_value=50, places=2, allow_nan=False)
CLASSES = st.sampled_from(["standard", "reduced"])
ACTIONS = st.lists(
    st.lists(st.tuples(NETS, CLASSES, st.integers(0, 2)), min_size=1, max_size=4), max_size=5
)


@given(ACTIONS)
def test_the_taxes_of_previews_in_order_add_up_to_those_of_the_invoices(actions):
    """Whatever is ordered one after the other, on one day too: each tells exactly what it adds."""
    due: dict[date, list[TaxableAmount]] = {}
    told: dict[date, Decimal] = {}
    for action in actions:
        items = [
            item(net, NOON + timedelta(30) * month, words=Words("Mail", tax_class))
            for net, tax_class, month in action
        ]
        for document in preview_of(items, basis(due=due)).documents:
            told[document.bills_on] = told.get(document.bills_on, Decimal(0)) + document.tax.amount
        for each in items:
            (day,) = days_of([each], billing_day=1, time_zone="UTC")
            due.setdefault(day, []).append(TaxableAmount(each.amounts.price, each.words.tax_class))
    assert told == {day: tax_total(amounts, GERMANY, "EUR") for day, amounts in due.items()}


@given(st.integers(1, 40), NETS, st.sampled_from([None, MONTHLY]))
def test_a_previews_nets_are_the_parts_that_billing_writes(quantity, price, plan):
    line = bought(quantity, plan=plan, price=str(abs(price)))
    priced = purchase_lot(line, at=NOON)
    written = [part.amounts.price for part in parts_of(priced)]
    preview = preview_of(purchase_items([line], at=NOON), basis())
    assert [each.net.amount for document in preview.documents for each in document.lines] == written
    assert lot_items(priced, MAIL, is_at_once=False)[0].is_at_once is False
