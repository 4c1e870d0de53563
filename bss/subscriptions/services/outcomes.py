"""What an action does to a subscription's seats and to what is paid for them.

Worked out by one function, shown before it is confirmed and carried out when the vendor agreed. Everything counts from
the moment somebody confirmed: what was confirmed after a term ended touches no seats of that term.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bss.catalog.choices import Refund
from bss.catalog.models import AddOn, Product
from bss.installments.contracts import PlanTerms
from bss.pricing.contracts import UnitPrice
from bss.pricing.previews import Item, Words, lot_items, reduction_items
from bss.pricing.schedule import (
    Amounts,
    Charged,
    LotPrice,
    RefundPolicy,
    given_back,
    lot_total,
    nothing,
    parts_of,
)
from bss.subscriptions.choices import ChangeKind
from bss.subscriptions.models import SeatLot, Subscription, SubscriptionAddOn, Term, policy_of
from bss.subscriptions.ports import LOT_CHARGES
from bss.subscriptions.selectors import add_ons_of, lots_of, term_of

# By the key of a lot, its parts.
Charges = Mapping[int, Sequence[Charged]]


@dataclass(frozen=True, slots=True)
class Bought:
    """Seats that are added: of the product, of an add-on there is, or of one that is new to the subscription."""

    product: Product
    price: LotPrice
    add_on: SubscriptionAddOn | None = None
    is_new_add_on: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """Seats that go out of a lot. `refund` says what for they are given back; empty: what was sold stays due."""

    lot: SeatLot
    quantity: int
    refund: str

    @property
    def keep(self) -> int:
        """What the lot is charged for afterwards."""
        return self.lot.charged_quantity - (self.quantity if self.refund else 0)

    @property
    def policy(self) -> RefundPolicy:
        """How they are given back; whether they are at all was decided with `refund`."""
        return policy_of(self.refund)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Seats that come and go at one moment. `ended_add_ons` go with a product that does not take them."""

    at: datetime
    currency: str
    has_resale: bool
    bought: tuple[Bought, ...] = ()
    taken: tuple[Taken, ...] = ()
    ended_add_ons: tuple[SubscriptionAddOn, ...] = ()

    @property
    def refunded(self) -> tuple[Taken, ...]:
        """The seats for which something is given back."""
        return tuple(each for each in self.taken if each.refund)

    @property
    def cost(self) -> Amounts:
        """What the seats that come cost, to the end of the term."""
        return self._total(each.price for each in self.bought)

    @property
    def cost_of_whole(self) -> Amounts:
        """What the seats that come would cost in a whole term."""
        return self._total(
            replace(each.price, starts_at=each.price.term_starts_at) for each in self.bought
        )

    def _total(self, prices: Iterable[LotPrice]) -> Amounts:
        return sum((lot_total(each) for each in prices), nothing(resale=self.has_resale))


@dataclass(frozen=True, slots=True)
class Asked:
    """An action as it was wished or ordered, with its price per unit and term (extra charge included) and its plan."""

    kind: str
    quantity: int | None
    product: Product
    price: UnitPrice
    plan: PlanTerms | None
    add_on: SubscriptionAddOn | None = None
    waits: bool = False


def outcome_of(subscription: Subscription, asked: Asked, *, at: datetime) -> Outcome:
    """What an action confirmed at `at` does. Reads the present term with its lots."""
    empty = Outcome(at, subscription.currency, asked.price.resale is not None)
    term = term_of(subscription)
    if term is None or asked.waits or at >= term.ends_at:
        return empty
    at = max(at, term.starts_at)
    match asked.kind:
        case ChangeKind.QUANTITY:
            return _quantity(subscription, asked, term, replace(empty, at=at))
        case ChangeKind.PRODUCT:
            return _product(subscription, asked, term, replace(empty, at=at))
        case ChangeKind.ADD_ON:
            return _add_on(subscription, asked, term, replace(empty, at=at))
        case ChangeKind.CANCEL:
            lots = lots_of(subscription, term)
            return replace(empty, at=at, taken=_all(lots, at))
    return empty


def added_by(outcome: Outcome, charges: Charges) -> Amounts:
    """What an outcome adds to what is paid: what comes, less what is given back for what goes. Never below zero."""
    back = nothing(resale=outcome.has_resale)
    for taken in outcome.refunded:
        returned = given_back(
            taken.lot.price,
            charges[taken.lot.pk],
            keep=taken.keep,
            at=outcome.at,
            policy=taken.policy,
        )
        back += returned.amounts
    return (outcome.cost - back).only_as_costs()


def items_of(outcome: Outcome, charges: Charges) -> list[Item]:
    """What an outcome puts on documents: the parts of what is bought, and what is given back."""
    found: list[Item] = []
    for taken in outcome.refunded:
        lot = taken.lot
        found += reduction_items(
            lot.price,
            charges[lot.pk],
            words_of(lot.product),
            keep=taken.keep,
            at=outcome.at,
            policy=taken.policy,
            is_ordered=lot.order_line_id is not None,
        )
    for bought in outcome.bought:
        found += lot_items(bought.price, words_of(bought.product), is_at_once=True)
    return found


def words_of(product: Product) -> Words:
    """How a product is called on a document, and what its tax depends on."""
    return Words(product.name, product.tax_class, product.taxable)


def charges_of(outcome: Outcome) -> Charges:
    """The parts of the lots for which something is given back, as they stand (one query where there are any). Those
    that nobody billed yet are all still due.
    """
    lots = [each.lot for each in outcome.refunded]
    known = LOT_CHARGES.get().charged([lot.pk for lot in lots]) if lots else {}
    return {
        lot.pk: known.get(lot.pk) or [Charged(part, False) for part in parts_of(lot.price)]
        for lot in lots
    }


def lot_price(
    price: UnitPrice, quantity: int, plan: PlanTerms | None, term: Term, at: datetime
) -> LotPrice:
    """Seats at a price that has its plan's extra charge in it already, from `at` to the end of the term."""
    return LotPrice(
        currency=price.currency,
        quantity=quantity,
        unit_cost=price.cost,
        unit_price=price.price,
        unit_resale=price.resale,
        starts_at=at,
        term_starts_at=term.prices_start_at,
        term_ends_at=term.ends_at,
        plan=plan,
    )


def add_ons_left_behind(subscription: Subscription, product: Product) -> list[SubscriptionAddOn]:
    """The add-ons that cannot be had with another product: they end with the present one."""
    offered = set(
        AddOn.objects.filter(product=product, is_active=True).values_list("add_on_id", flat=True)
    )
    return [each for each in add_ons_of(subscription) if each.product_id not in offered]


def _quantity(subscription: Subscription, asked: Asked, term: Term, empty: Outcome) -> Outcome:
    return _resized(subscription, asked, term, empty, subscription.quantity)


def _add_on(subscription: Subscription, asked: Asked, term: Term, empty: Outcome) -> Outcome:
    return _resized(subscription, asked, term, empty, asked.add_on.quantity if asked.add_on else 0)


def _resized(
    subscription: Subscription, asked: Asked, term: Term, empty: Outcome, present: int
) -> Outcome:
    """More seats are one more lot; fewer leave the newest lots first."""
    more = (asked.quantity or 0) - present
    if more > 0:
        price = lot_price(asked.price, more, asked.plan, term, empty.at)
        is_new = asked.kind == ChangeKind.ADD_ON and asked.add_on is None
        return replace(empty, bought=(Bought(asked.product, price, asked.add_on, is_new),))
    lots = [
        lot
        for lot in lots_of(subscription, term)
        if lot.add_on_id == (asked.add_on.pk if asked.add_on else None)
    ]
    return replace(empty, taken=tuple(_newest_first(lots, -more, empty.at)))


def _product(subscription: Subscription, asked: Asked, term: Term, empty: Outcome) -> Outcome:
    """The old seats end with their unused time given back, whatever the days; as many of the new product begin."""
    behind = add_ons_left_behind(subscription, asked.product)
    ending = {None, *(each.pk for each in behind)}
    lots = [lot for lot in lots_of(subscription, term) if lot.add_on_id in ending]
    price = lot_price(asked.price, subscription.quantity, asked.plan, term, empty.at)
    return replace(
        empty,
        bought=(Bought(asked.product, price),),
        taken=tuple(Taken(lot, lot.quantity, Refund.UNUSED) for lot in lots if lot.quantity),
        ended_add_ons=tuple(behind),
    )


def _all(lots: Iterable[SeatLot], at: datetime) -> tuple[Taken, ...]:
    return tuple(Taken(lot, lot.quantity, _refund(lot, at)) for lot in lots if lot.quantity)


def _newest_first(lots: Iterable[SeatLot], count: int, at: datetime) -> Iterable[Taken]:
    for lot in lots:
        going = min(count, lot.quantity)
        if going:
            yield Taken(lot, going, _refund(lot, at))
        count -= going


def _refund(lot: SeatLot, at: datetime) -> str:
    """What seats that go at `at` are given back for: as the product type says, within the lot's days."""
    is_open = lot.refundable_until is None or at < lot.refundable_until
    return str(lot.product.type.refund) if is_open else ""
