"""The pure engine of what is charged, when, and what is given back. No rows, no reads.

A **lot** is a batch of seats bought at one moment within one term: its price is prorated to what is left of the
term, rounded once, and split by its payment plan. What runs ahead of a confirmation (a preview) and what bills
afterwards call these same functions. docs/architecture/billing.md tells it in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

from bss.core.money import Money, round_down
from bss.installments.contracts import PlanTerms
from bss.installments.splitting import is_splittable, months_after, split
from bss.pricing.contracts import PRECISION, InvoicedTax, share_of

Refund = Literal["full", "unused"]
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Amounts:
    """The three tracks of one amount, rounded to the minor unit: `resale` is None where the customer is the payer."""

    cost: Decimal
    price: Decimal
    resale: Decimal | None

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(
            self.cost + other.cost, self.price + other.price, _added(self.resale, other.resale, 1)
        )

    def __sub__(self, other: Amounts) -> Amounts:
        return Amounts(
            self.cost - other.cost, self.price - other.price, _added(self.resale, other.resale, -1)
        )

    def __bool__(self) -> bool:
        return bool(self.cost or self.price or self.resale)

    def __neg__(self) -> Amounts:
        return Amounts(-self.cost, -self.price, None if self.resale is None else -self.resale)

    def at_least(self, other: Amounts) -> Amounts:
        """Each track, or the other's where that is more."""
        return self._each(max, other)

    def at_most(self, other: Amounts) -> Amounts:
        """Each track, or the other's where that is less."""
        return self._each(min, other)

    def nothing_below_zero(self) -> Amounts:
        """Each track, or 0 where it is negative."""
        return self.at_least(nothing(resale=self.resale is not None))

    def only_as_costs(self) -> Amounts:
        """What is to be paid: nothing where the price is negative, and then it costs the seller nothing either."""
        found = self.nothing_below_zero()
        return found if self.price > 0 else replace(found, cost=Decimal(0), price=Decimal(0))

    def nothing_above_zero(self) -> Amounts:
        """Each track, or 0 where it is positive."""
        return self.at_most(nothing(resale=self.resale is not None))

    def _each(self, pick: Callable[[Decimal, Decimal], Decimal], other: Amounts) -> Amounts:
        resale = None if self.resale is None else pick(self.resale, other.resale or Decimal(0))
        return Amounts(pick(self.cost, other.cost), pick(self.price, other.price), resale)

    def customer(self, currency: str) -> Money:
        """What whoever uses it pays its own seller."""
        return Money(self.price if self.resale is None else self.resale, currency)


def nothing(*, resale: bool) -> Amounts:
    """0 in every track; `resale` says whether there is a third one."""
    return Amounts(Decimal(0), Decimal(0), Decimal(0) if resale else None)


@dataclass(frozen=True, slots=True)
class LotPrice:
    """What a batch of seats costs: unit prices per whole term (ten decimals, extra charge included), and its stretch.

    `starts_at` is when the seats were bought; `term_starts_at` to `term_ends_at` (excluded) is the term they run in, or
    all that their price is for where the term itself is shorter (co-terming). For what is bought with a whole term the
    two starts are equal.
    """

    currency: str
    quantity: int
    unit_cost: Decimal
    unit_price: Decimal
    unit_resale: Decimal | None
    starts_at: datetime
    term_starts_at: datetime
    term_ends_at: datetime
    plan: PlanTerms | None = None

    @property
    def share(self) -> Fraction:
        """How much of the term is left when the seats are bought: 1 for all of it. By the second."""
        return share_left(self.starts_at, self.term_starts_at, self.term_ends_at)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of what a lot costs: due at `due_at`, for the stretch from there to `ends_at` (excluded)."""

    number: int
    count: int
    due_at: datetime
    ends_at: datetime
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class RefundPolicy:
    """What is given back for seats taken out before `until` (excluded; None: as long as the term runs).

    "full" gives everything back, "unused" what is left of the time they were bought for (see `given_back`). From
    `until` on nothing is.
    """

    kind: Refund
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Charged:
    """A part as it stands: whether an invoice has it already, how it is taxed there, and what of it was credited."""

    part: Part
    is_invoiced: bool
    credited: Amounts | None = None
    taxed: InvoicedTax | None = None

    @property
    def left(self) -> Amounts:
        """What of it can still be given back."""
        return self.part.amounts if self.credited is None else self.part.amounts - self.credited


@dataclass(frozen=True, slots=True)
class Returned:
    """What is given back for seats taken out. `is_open` says whether that was within the policy's window."""

    amounts: Amounts
    is_open: bool


@dataclass(frozen=True, slots=True)
class Correction:
    """What of a credit corrects one part that was invoiced."""

    charged: Charged
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Reduction:
    """What taking seats out of a lot does: `credit` is given back, `parts` take the place of what was still due.

    `corrections` tell which of the invoiced parts the credit is of, in their order; they add up to it. Outside the
    window of the policy the credit is nothing and `parts` are what was due anyhow. A part keeps its number and count;
    one that comes to nothing is left out once no seat stays.
    """

    credit: Amounts
    parts: tuple[Part, ...]
    corrections: tuple[Correction, ...] = ()


def share_left(at: datetime, starts_at: datetime, ends_at: datetime) -> Fraction:
    """What part of the time from `starts_at` to `ends_at` is left at `at`: 1 before it begins, 0 once it is over."""
    length, left = _seconds(ends_at - starts_at), _seconds(ends_at - at)
    if length <= 0:
        raise ValueError("a term ends after it starts")
    return Fraction(min(max(left, 0), length), length)


def lot_total(lot: LotPrice) -> Amounts:
    """What a lot costs from its start to the end of its term, each track rounded half-up once."""
    return Amounts(
        _line(lot.unit_cost, lot),
        _line(lot.unit_price, lot),
        None if lot.unit_resale is None else _line(lot.unit_resale, lot),
    )


def parts_of(lot: LotPrice) -> list[Part]:
    """The parts of a lot's total, in order: one, or as many as its plan has installments left at its start.

    Seats added within a term join the plan's rhythm: their first installment is due when they are bought, the others
    with the installments of the term. The parts add up to `lot_total` in each track.
    """
    total = lot_total(lot)
    days = due_days(
        lot.plan,
        starts_at=lot.starts_at,
        term_starts_at=lot.term_starts_at,
        term_ends_at=lot.term_ends_at,
    )
    if len(days) > 1 and not is_splittable(total.price, len(days), lot.currency):
        days = days[:1]
    ends = [*days[1:], lot.term_ends_at]
    return [
        Part(number, len(days), due_at, ends_at, amounts)
        for number, (due_at, ends_at, amounts) in enumerate(
            zip(days, ends, _shares(total, len(days), lot.currency), strict=True), start=1
        )
    ]


def reduction_of(
    lot: LotPrice,
    charged: Sequence[Charged],
    *,
    keep: int,
    at: datetime,
    policy: RefundPolicy,
) -> Reduction:
    """What happens to the money when of the seats a lot is charged for only `keep` stay from `at` on.

    `lot.quantity` is what it was charged for until now, `charged` its parts as they stand (void ones left out). What
    is `given_back` drops the seats' share of what is still due; what that does not reach is credited, and what was
    used before it was invoiced stays due. So invoiced - credited + still due falls by exactly `given_back` in each
    track. Raises ValueError when `keep` is negative or no less than what the lot is charged for, and without parts
    (what costs nothing needs none).
    """
    returned = given_back(lot, charged, keep=keep, at=at, policy=policy)
    if not returned.is_open:
        still_due = tuple(each.part for each in charged if not each.is_invoiced)
        return Reduction(returned.amounts, still_due)
    drops = _drops(lot, charged, keep)
    due = [each for each in charged if not each.is_invoiced]
    dropped = _sum((drops[each.part.number] for each in due), lot)
    balance = returned.amounts - dropped
    parts = [_without(each.part, drops) for each in due]
    owed = balance.nothing_above_zero()
    if owed:
        parts[0] = replace(parts[0], amounts=parts[0].amounts - owed)
    credit = balance.nothing_below_zero()
    return Reduction(
        credit,
        tuple(part for part in parts if keep or part.amounts),
        tuple(corrections_of(credit, charged, policy.kind, lot.currency)),
    )


def corrections_of(
    credit: Amounts, charged: Sequence[Charged], refund: Refund, currency: str
) -> list[Correction]:
    """Which of the invoiced parts a credit is of, in each track by itself, none by more than what is left of it.

    "full": of all of them, by what is left of each. "unused": of the last first, whose time was paid for and not used.
    Raises ValueError when more is given back than was invoiced.
    """
    billed = [each for each in charged if each.is_invoiced]
    left = [each.left for each in billed]
    spread = _by_what_is_left if refund == "full" else _last_first
    shares = zip(
        spread(credit.cost, [each.cost for each in left], currency),
        spread(credit.price, [each.price for each in left], currency),
        spread(credit.resale or _ZERO, [each.resale or _ZERO for each in left], currency),
        strict=True,
    )
    found = [
        Correction(each, Amounts(cost, price, None if credit.resale is None else resale))
        for each, (cost, price, resale) in zip(billed, shares, strict=True)
    ]
    return [each for each in found if each.amounts]


def time_given_back(
    due_at: datetime, ends_at: datetime, *, refund: Refund, at: datetime, reaches_back: bool
) -> tuple[datetime, datetime | None]:
    """From when until when the time lies that a credit gives back of a part for `due_at` to `ends_at`.

    "full": all that the part pays for. "unused": what of it is left at `at`. Where a credit `reaches_back` to parts
    whose time was over by then (a term that was paid in its first months) the parts together pay for what is left of
    the term, and none for a stretch of its own: the end is None, that of the term.
    """
    if refund == "full":
        return due_at, ends_at
    return (at, None) if reaches_back else (max(at, due_at), ends_at)


def reach_back(corrections: Iterable[Correction], *, at: datetime) -> bool:
    """Whether any of them corrects a part whose time was over at `at`."""
    return any(each.charged.part.ends_at <= at for each in corrections)


def _last_first(total: Decimal, room: Sequence[Decimal], currency: str) -> list[Decimal]:
    shares = []
    for most in reversed(room):
        share = min(total, most)
        shares.append(share)
        total -= share
    if total:
        raise ValueError(f"{total} {currency} more is given back than was invoiced")
    return shares[::-1]


def _by_what_is_left(total: Decimal, room: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Rounded down to the minor unit; what that leaves over goes to the last that have room."""
    whole = sum(room, _ZERO)
    if not total or total > whole:
        return _last_first(total, room, currency)
    with localcontext() as context:
        context.prec = PRECISION
        shares = [round_down(total * most / whole, currency) for most in room]
    rest = [most - share for most, share in zip(room, shares, strict=True)]
    over = _last_first(total - sum(shares, _ZERO), rest, currency)
    return [share + more for share, more in zip(shares, over, strict=True)]


def given_back(
    lot: LotPrice,
    charged: Sequence[Charged],
    *,
    keep: int,
    at: datetime,
    policy: RefundPolicy,
) -> Returned:
    """What taking seats out of a lot is worth, in each track; arguments and errors as of `reduction_of`.

    Under "full" the price of these seats. Under "unused" the price of the time that is left, and no less than what of
    them is not due yet: nobody who gives seats back comes to owe what was not due. Nothing once the window is over.
    """
    if not 0 <= keep < lot.quantity:
        raise ValueError(f"of {lot.quantity} seats {keep} cannot stay")
    if not charged and lot_total(lot):
        raise ValueError("a lot that costs something has parts")
    if policy.until is not None and at >= policy.until:
        return Returned(_sum((), lot), is_open=False)
    whole = lot_total(lot) - lot_total(replace(lot, quantity=keep))
    if policy.kind == "full":
        return Returned(whole, is_open=True)
    gone = replace(lot, quantity=lot.quantity - keep, starts_at=max(at, lot.starts_at))
    drops = _drops(lot, charged, keep)
    ahead = _sum((drops[each.part.number] for each in charged if each.part.due_at > at), lot)
    return Returned(lot_total(gone).at_least(ahead).at_most(whole), is_open=True)


def _drops(lot: LotPrice, charged: Sequence[Charged], keep: int) -> dict[int, Amounts]:
    """By number, how much less each part is for `keep` seats than for those the lot is charged for."""
    if not charged:
        return {}
    count = charged[0].part.count
    held = _shares(lot_total(lot), count, lot.currency)
    kept = _shares(lot_total(replace(lot, quantity=keep)), count, lot.currency)
    return {
        number: more - less for number, (more, less) in enumerate(zip(held, kept, strict=True), 1)
    }


def _without(part: Part, drops: Mapping[int, Amounts]) -> Part:
    return replace(part, amounts=part.amounts - drops[part.number])


def billing_date(due_at: datetime, billing_day: int, time_zone: str) -> date:
    """The first billing day (1 to 28) on or after the local day of `due_at` in `time_zone` (IANA name)."""
    local = due_at.astimezone(ZoneInfo(time_zone)).date()
    if local.day <= billing_day:
        return local.replace(day=billing_day)
    first = (local.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first.replace(day=billing_day)


def due_days(
    plan: PlanTerms | None,
    *,
    starts_at: datetime,
    term_starts_at: datetime,
    term_ends_at: datetime,
) -> list[datetime]:
    """When the parts of what is bought at `starts_at` are due: then, and on the days left of its plan's rhythm."""
    if plan is None:
        return [starts_at]
    rhythm = [months_after(term_starts_at, plan.months * k) for k in range(plan.count)]
    return [starts_at, *(day for day in rhythm if starts_at < day < term_ends_at)]


def _shares(total: Amounts, count: int, currency: str) -> list[Amounts]:
    if count == 0:
        return []
    cost, price = split(total.cost, count, currency), split(total.price, count, currency)
    if total.resale is None:
        return [Amounts(c, p, None) for c, p in zip(cost.amounts, price.amounts, strict=True)]
    resale = split(total.resale, count, currency)
    tracks = zip(cost.amounts, price.amounts, resale.amounts, strict=True)
    return [Amounts(*amounts) for amounts in tracks]


def _line(unit: Decimal, lot: LotPrice) -> Decimal:
    return share_of(unit, lot.quantity, lot.share, lot.currency)


def _sum(parts: Iterable[Amounts], lot: LotPrice) -> Amounts:
    total = nothing(resale=lot.unit_resale is not None)
    for amounts in parts:
        total = total + amounts
    return total


def _added(mine: Decimal | None, other: Decimal | None, sign: int) -> Decimal | None:
    if mine is None and other is None:
        return None
    return (mine or Decimal(0)) + sign * (other or Decimal(0))


def _seconds(span: timedelta) -> int:
    """Whole microseconds: exact, and the unit divides out."""
    return span // timedelta(microseconds=1)
