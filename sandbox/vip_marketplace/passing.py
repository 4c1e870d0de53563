"""What time does: accounts and orders settle, requests lapse, subscriptions renew, commitments end.

Everything that is due happens before anything is read, in the order in which it was due, so that a clock moved by a
year leaves the same books as a year would.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Final

from sandbox.vip_marketplace import commitments
from sandbox.vip_marketplace.accounts import twins
from sandbox.vip_marketplace.catalogue import LOWEST, Offer, higher, read_offer
from sandbox.vip_marketplace.orders import renewal_offers
from sandbox.vip_marketplace.records import (
    ACTIVE,
    CANCELLED,
    FAILED,
    PENDING,
    Customer,
    Line,
    Order,
    Record,
    Reseller,
    Subscription,
)
from sandbox.vip_marketplace.store import Books

TWIN: Final = "1014"
CUSTOMER_INACTIVE: Final = "1024"


def catch_up(books: Books) -> None:
    """Let everything happen that is due by now."""
    now = books.now
    while (record := books.due()) is not None:
        books.now = datetime.fromisoformat(record.due_at)
        _happen(books, record)
        books.now = now


def _happen(books: Books, record: Record) -> None:
    if isinstance(record, Reseller):
        record.status, record.settles_at = books.rules.reseller_outcome, ""
        books.keep(record)
    elif isinstance(record, Customer):
        _customer(books, record)
    elif isinstance(record, Order):
        order_settle(books, record)


# Customers ---------------------------------------------------------------------------------------


def _customer(books: Books, customer: Customer) -> None:
    at = customer.due_at
    if customer.settles_at == at:
        _customer_settle(books, customer)
    elif customer.ends_at == at:
        commitments.end(books, customer)
    elif customer.coterm and f"{customer.coterm}T00:00:00.000000Z" == at:
        renew(books, customer)
    else:
        commitments.lapse(customer, books.now, books.rules)
    books.keep(customer)


def _customer_settle(books: Books, customer: Customer) -> None:
    outcome = books.rules.customer_outcome
    others = [twin for twin in twins(books, customer.profile) if twin.id != customer.id]
    if outcome == ACTIVE and any(twin.status == ACTIVE for twin in others):
        outcome = TWIN
    customer.status, customer.settles_at = outcome, ""


def renew(books: Books, customer: Customer) -> None:
    """Renew what is set to, at the level its whole quantity earns, for another year. Keep the customer after."""
    active = [s for s in books.of(Subscription, customer.id) if s.status == ACTIVE]
    renewing = [s for s in active if s.next_quantity]
    for subscription in active:
        subscription.quantity = subscription.next_quantity or subscription.quantity
        subscription.status = ACTIVE if subscription in renewing else FAILED
        subscription.renewal = None
        books.keep(subscription)
    commitments.keep_minimum(books, customer)
    quantities = commitments.owned_by(books, customer.id)
    customer.levels = commitments.standard_levels(quantities)
    if renewing:
        books.keep(_renewal_order(books, customer, renewing))
    goes_on = renewing or customer.committed
    day = date.fromisoformat(customer.coterm)
    customer.coterm = commitments.years_later(day, 1).isoformat() if goes_on else ""


def _renewal_order(books: Books, customer: Customer, renewing: list[Subscription]) -> Order:
    lines = [
        Line(number, s.offer_id, s.quantity, s.currency, s.id, ACTIVE)
        for number, s in enumerate(renewing, start=1)
    ]
    offers = renewal_offers(customer, lines)
    lines = [replace(line, offer_id=o.id) for line, o in zip(lines, offers, strict=True)]
    return Order(
        books.new_id(Order),
        customer.id,
        "RENEWAL",
        books.instant,
        lines[0].currency,
        lines,
        source="System",
        status=ACTIVE,
    )


# Orders ------------------------------------------------------------------------------------------


def order_settle(books: Books, order: Order) -> None:
    """Bring an order to its end: delivered, given back, failed. A pending customer settles first."""
    customer = books.find(Customer, order.customer_id)
    if customer is None:
        return
    if customer.status == PENDING:
        _customer_settle(books, customer)
        books.keep(customer)
    outcome = books.rules.order_outcome if customer.status == ACTIVE else CUSTOMER_INACTIVE
    order.settles_at, order.status = "", outcome
    for line in order.lines:
        line.status = outcome if outcome == ACTIVE else FAILED
    if outcome == ACTIVE:
        (_give_back if order.type == "RETURN" else _deliver)(books, customer, order)
    books.keep(order)
    books.keep(customer)


def _deliver(books: Books, customer: Customer, order: Order) -> None:
    ordered = dict.fromkeys(LOWEST, 0)
    for line in order.lines:
        offer = read_offer(line.offer_id)
        if offer is None:
            continue
        line.subscription_id = _add(books, customer, offer, line, order.created_at)
        ordered[offer.product.type] += line.quantity if offer.product.counts else 0
    placed = date.fromisoformat(order.created_at[:10])
    customer.coterm = customer.coterm or commitments.years_later(placed, 1).isoformat()
    earned = commitments.standard_levels(ordered)
    customer.levels = {
        kind: higher(kind, level, earned[kind]) for kind, level in customer.levels.items()
    }
    commitments.fulfil(books, customer)


def _add(books: Books, customer: Customer, offer: Offer, line: Line, at: str) -> str:
    """Add a line to the subscription of its product, the one there is or a new one; return its id."""
    for subscription in books.of(Subscription, customer.id):
        if subscription.status == ACTIVE and subscription.offer_id == offer.base:
            subscription.quantity += line.quantity
            books.keep(subscription)
            return subscription.id
    made = Subscription(
        books.new_id(Subscription), customer.id, offer.base, line.quantity, line.currency, at
    )
    books.keep(made)
    return made.id


def _give_back(books: Books, customer: Customer, order: Order) -> None:
    original = books.find(Order, order.of)
    if original is None:
        return
    returned = {line.number for line in order.lines}
    for line in original.lines:
        if line.number in returned:
            line.status = CANCELLED
            _take(books, line)
    if all(line.status == CANCELLED for line in original.lines):
        original.status = CANCELLED
    books.keep(original)


def _take(books: Books, line: Line) -> None:
    subscription = books.find(Subscription, line.subscription_id)
    if subscription is None:
        return
    subscription.quantity -= line.quantity
    if subscription.quantity <= 0:
        subscription.quantity, subscription.status = 0, FAILED
    books.keep(subscription)
