"""The pure preview: what an action will put on which document and when. No rows, no reads.

It is made of the same parts and reductions that billing writes (`schedule.parts_of`, `schedule.reduction_of`), so that
its net amounts are those of the documents. What a caller must read for it (the regime of each day, what is due on a day
already) it gives in.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from bss.catalog.choices import Unit
from bss.core.money import Money
from bss.installments.contracts import PlanTerms
from bss.installments.splitting import months_after
from bss.pricing.contracts import (
    InvoicedTax,
    Preview,
    PreviewDocument,
    PreviewLine,
    TaxableAmount,
    TaxRegime,
    Track,
    UnitPrice,
)
from bss.pricing.coterm import CoTerm
from bss.pricing.errors import RateMissing
from bss.pricing.schedule import (
    Amounts,
    Charged,
    LotPrice,
    Part,
    RefundPolicy,
    billing_date,
    parts_of,
    reach_back,
    reduction_of,
    time_given_back,
)
from bss.pricing.tax import on_one_document, tax_total

# The regime of each day on which a document is issued.
Regimes = Callable[[date], TaxRegime] | Mapping[date, TaxRegime]


@dataclass(frozen=True, slots=True)
class Words:
    """What is the same for every amount of one product: how it is called, and what its tax depends on."""

    text: str
    tax_class: str = "standard"
    is_taxable: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """One amount that an action makes due, or (below zero) gives back or no longer makes due.

    At once: on a document of the action's own, a credit note when it is given back (`taxed`: as the invoice that it
    corrects, whatever holds today). Otherwise on the payer's invoice of the first billing day on or after `due_at`, or
    (`with_its_order`) on that of the order that bought it and is not billed yet: less by it when it is below zero.
    `starts_at` is from when it is charged or given back where that is less than a whole term, None otherwise.
    """

    words: Words
    quantity: int
    amounts: Amounts
    due_at: datetime
    ends_at: datetime
    number: int = 1
    count: int = 1
    is_at_once: bool = False
    taxed: InvoicedTax | None = None
    with_its_order: bool = False
    starts_at: datetime | None = None

    @property
    def is_credit(self) -> bool:
        return (
            self.is_at_once
            and not self.with_its_order
            and min(self.amounts.price, self.amounts.resale or 0) < 0
        )

    def net(self, track: Track) -> Decimal:
        """Its amount in a track; the payer's where there is no resale."""
        amounts = self.amounts
        return amounts.price if track == "price" or amounts.resale is None else amounts.resale


@dataclass(frozen=True, slots=True)
class Basis:
    """For whom a preview is: currency, track, the payer's billing day (1 to 28) and time zone (IANA).

    `regimes` says how a day is taxed (None: no tax is told, always so in the resale track), `due` what the invoices of
    the payer's billing days hold already.
    """

    currency: str
    billing_day: int
    time_zone: str
    track: Track = "price"
    regimes: Regimes | None = None
    due: Mapping[date, Sequence[TaxableAmount]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Purchase:
    """A line of a basket or a draft: `price` is that of the price list, before its plan's extra charge."""

    words: Words
    price: UnitPrice
    quantity: int
    plan: PlanTerms | None = None
    coterm: CoTerm | None = None


# Items ---------------------------------------------------------------------------------------------------------


def purchase_items(lines: Iterable[Purchase], *, at: datetime) -> list[Item]:
    """What lines bought at `at` put on invoices: the first part of each at once, the others in their plan's rhythm."""
    return [
        item for line in lines for item in first_items(purchase_lot(line, at=at), line.words, at=at)
    ]


def purchase_lot(line: Purchase, *, at: datetime) -> LotPrice:
    """The lot that a line makes when its term begins at `at`, or when it is bought then and co-termed."""
    coterm = line.coterm
    return lot_of(
        line.price,
        line.quantity,
        plan=line.plan,
        starts_at=coterm.starts_at if coterm else at,
        term_starts_at=coterm.priced_from if coterm else at,
        term_ends_at=coterm.ends_at if coterm else months_after(at, Unit(line.price.unit).months),
    )


def first_items(lot: LotPrice, words: Words, *, at: datetime) -> list[Item]:
    """The parts of a lot that is bought at `at`: the first is billed then, though a day is charged from its start."""
    first, *others = lot_items(lot, words, is_at_once=True)
    return [replace(first, due_at=at), *others]


def lot_of(
    price: UnitPrice,
    quantity: int,
    *,
    plan: PlanTerms | None,
    starts_at: datetime,
    term_starts_at: datetime,
    term_ends_at: datetime,
) -> LotPrice:
    """A lot at a list price: the plan's extra charge is added here, once."""
    paid = price.paid_by(plan)
    return LotPrice(
        currency=paid.currency,
        quantity=quantity,
        unit_cost=paid.cost,
        unit_price=paid.price,
        unit_resale=paid.resale,
        starts_at=starts_at,
        term_starts_at=term_starts_at,
        term_ends_at=term_ends_at,
        plan=plan,
    )


def lot_items(lot: LotPrice, words: Words, *, is_at_once: bool) -> list[Item]:
    """The parts of a new lot. `is_at_once` (an order bought it): its first part is billed with the order."""
    return [
        Item(
            words,
            lot.quantity,
            part.amounts,
            part.due_at,
            part.ends_at,
            part.number,
            part.count,
            is_at_once and part.number == 1,
            starts_at=_start_of(part, lot),
        )
        for part in parts_of(lot)
    ]


def reduction_items(
    lot: LotPrice,
    charged: Sequence[Charged],
    words: Words,
    *,
    keep: int,
    at: datetime,
    policy: RefundPolicy,
    is_ordered: bool = False,
) -> list[Item]:
    """What taking seats out of a lot gives back at once, and by how much what is not invoiced yet becomes less.

    `is_ordered` (an order bought the lot): its first part is billed with that order, whenever that is. Other arguments
    and errors as of `schedule.reduction_of`.
    """
    reduction = reduction_of(lot, charged, keep=keep, at=at, policy=policy)
    gone = lot.quantity - keep
    items = []
    far = reach_back(reduction.corrections, at=at)
    for correction in reduction.corrections:
        part = correction.charged.part
        start, end = time_given_back(
            part.due_at, part.ends_at, refund=policy.kind, at=at, reaches_back=far
        )
        ends_at = end or lot.term_ends_at
        back = Item(words, gone, -correction.amounts, at, ends_at, is_at_once=True)
        whole = (start, ends_at) == (lot.term_starts_at, lot.term_ends_at)
        items.append(
            replace(back, taxed=correction.charged.taxed, starts_at=None if whole else start)
        )
    after = {part.number: part.amounts for part in reduction.parts}
    for each in charged:
        part = each.part
        if each.is_invoiced:
            continue
        difference = after[part.number] - part.amounts if part.number in after else -part.amounts
        if difference:
            less = Item(words, gone, difference, part.due_at, part.ends_at, part.number, part.count)
            own = is_ordered and part.number == 1
            items.append(
                replace(less, is_at_once=own, with_its_order=own, starts_at=_start_of(part, lot))
            )
    return items


def _start_of(part: Part, lot: LotPrice) -> datetime | None:
    """From when a part charges seats that were bought within their term; None for those of a whole one."""
    return part.due_at if lot.starts_at > lot.term_starts_at else None


def all_days_of(items: Iterable[Item], *, billing_day: int, time_zone: str) -> frozenset[date]:
    """The days of every document that `items` go on, the action's own included: what to ask the tax of."""
    return frozenset(
        _local_day(item.due_at, time_zone)
        if item.is_at_once
        else billing_date(item.due_at, billing_day, time_zone)
        for item in items
    )


# Documents -------------------------------------------------------------------------------------------------------


def days_of(items: Iterable[Item], *, billing_day: int, time_zone: str) -> frozenset[date]:
    """The billing days on whose invoices something of `items` goes: what to ask `CHARGES_DUE` about."""
    return frozenset(
        billing_date(item.due_at, billing_day, time_zone) for item in items if not item.is_at_once
    )


def preview_of(items: Iterable[Item], basis: Basis) -> Preview:
    """The documents that `items` go on, in order of their days, the invoice before the credit notes of one day."""
    listed = list(items)
    frozen = _frozen(listed, basis)
    groups: dict[tuple[date, bool, bool, bool, int], list[Item]] = defaultdict(list)
    for position, item in enumerate(listed):
        place = frozen.index(frozen[position]) if frozen[position] else -1
        groups[
            _day(item, basis), not item.is_at_once, item.is_credit, item.with_its_order, place
        ].append(item)
    documents = tuple(
        _document(
            day, group, basis, frozen[place] if place >= 0 else None,
            is_at_once=not later, is_credit=is_credit,
        )
        for (day, later, is_credit, _own, place), group in sorted(
            groups.items(), key=lambda pair: pair[0]
        )
    )  # fmt: skip
    return Preview(basis.currency, documents, basis.track)


def _frozen(items: Sequence[Item], basis: Basis) -> list[TaxRegime | None]:
    """For each item how the credit note is taxed that it goes on; None where its day decides, or no tax is told."""
    if basis.track == "resale" or basis.regimes is None:
        return [None] * len(items)
    shared = iter(on_one_document([each.taxed.regime for each in items if each.taxed]))
    return [next(shared) if each.taxed else None for each in items]


def _day(item: Item, basis: Basis) -> date:
    if item.is_at_once:
        return _local_day(item.due_at, basis.time_zone)
    return billing_date(item.due_at, basis.billing_day, basis.time_zone)


def _local_day(at: datetime, time_zone: str) -> date:
    return at.astimezone(ZoneInfo(time_zone)).date()


def _document(
    day: date,
    items: Sequence[Item],
    basis: Basis,
    frozen: TaxRegime | None,
    *,
    is_at_once: bool,
    is_credit: bool,
) -> PreviewDocument:
    lines = tuple(_line(item, basis) for item in items)
    net = Money.total((line.net for line in lines), basis.currency)
    regime = frozen or _regime_on(day, basis)
    due = () if is_at_once else basis.due.get(day, ())
    tax = _tax(items, basis, regime, due)
    return PreviewDocument(
        bills_on=day,
        is_at_once=is_at_once,
        lines=lines,
        net=net,
        tax=tax,
        total=net if tax is None else net + tax,
        is_credit_note=is_credit,
        is_shared=tax is not None and bool(due),
    )


def _regime_on(day: date, basis: Basis) -> TaxRegime | None:
    if basis.track == "resale" or basis.regimes is None:
        return None
    return basis.regimes[day] if isinstance(basis.regimes, Mapping) else basis.regimes(day)


def _tax(
    items: Sequence[Item], basis: Basis, regime: TaxRegime | None, due: Sequence[TaxableAmount]
) -> Money | None:
    """By how much the tax of a document grows; None where none is told or a rate is not known yet."""
    if regime is None:
        return None
    new = [_taxable(item) for item in items]
    try:
        whole = tax_total([*due, *new], regime, basis.currency)
        before = tax_total(due, regime, basis.currency)
    except RateMissing:
        return None
    return Money(whole - before, basis.currency)


def _taxable(item: Item) -> TaxableAmount:
    what = item.taxed or item.words
    return TaxableAmount(item.amounts.price, what.tax_class, what.is_taxable)


def _line(item: Item, basis: Basis) -> PreviewLine:
    return PreviewLine(
        text=item.words.text,
        quantity=item.quantity,
        net=Money(item.net(basis.track), basis.currency),
        due_at=item.due_at,
        ends_at=item.ends_at,
        number=item.number,
        count=item.count,
        starts_at=item.starts_at,
    )


def seen_code(preview: Preview) -> str:
    """A short code of what somebody reads in a preview: a page carries it, and what is confirmed must have the same.

    Instants are left out, and the day of what is billed at once: they move on while somebody reads.
    """
    seen = [
        (
            None if each.is_at_once else str(each.bills_on), each.is_credit_note,
            str(each.net.amount), str(each.tax and each.tax.amount), str(each.total.amount),
            [(x.text, x.quantity, str(x.net.amount), x.number, x.count) for x in each.lines],
        )
        for each in preview.documents
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:32]
