"""What people do: the customer's Admin Console, and the portal in which a partner plays with its sandbox."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from sandbox.serving import Database, Problem
from sandbox.vip_marketplace import commitments, passing
from sandbox.vip_marketplace.accounts import customer_body, customer_of, reseller_body
from sandbox.vip_marketplace.catalogue import read_offer
from sandbox.vip_marketplace.errors import Refusal
from sandbox.vip_marketplace.orders import order_body, order_of
from sandbox.vip_marketplace.records import ACTIVE, Customer, Order, Reseller, Subscription
from sandbox.vip_marketplace.store import Books
from sandbox.vip_marketplace.subscriptions import subscription_body

STATUSES: Final = ("1000", "1002", "1004", "1010", "1012", "1014")
TERM_STATUSES: Final = (
    *("REQUESTED", "ACCEPTED", "COMMITTED", "DECLINED", "EXPIRED", "NONCOMPLIANT", "INACTIVE"),
    "ACTIVE",
)
TERMS: Final = ("request", "recommitment", "commitment")


def state(database: Database) -> dict[str, Any]:
    """Return everything there is, the latest first, after what is due has happened."""
    with database.writing() as connection:
        books = Books(connection)
        passing.catch_up(books)
        owners = {customer.id: customer for customer in books.all(Customer)}
        return {
            "resellers": [reseller_body(r) for r in books.all(Reseller)],
            "customers": [customer_body(c, books.rules) for c in owners.values()],
            "orders": [order_body(o) for o in books.all(Order)],
            "subscriptions": [
                {
                    **subscription_body(s, owners[s.customer_id]),
                    "customerId": s.customer_id,
                    "product": _product(s.offer_id),
                }
                for s in books.all(Subscription)
            ],
        }


def act(database: Database, key: str, action: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Do one thing in a person's place; return the customer. Raises Refusal, and Problem 404 for no such action."""
    if action not in ACTIONS:
        raise Problem(404, "not_found", f"There is no action {action}.")
    with database.writing() as connection:
        books = Books(connection)
        passing.catch_up(books)
        customer = customer_of(books, key)
        ACTIONS[action](books, customer, body)
        books.keep(customer)
        return customer_body(customer, books.rules)


def _accept(books: Books, customer: Customer, body: Mapping[str, Any]) -> None:
    commitments.accept(books, customer, _term_name(body))


def _decline(books: Books, customer: Customer, body: Mapping[str, Any]) -> None:
    commitments.decline(books, customer, _term_name(body))


def _enrol(books: Books, customer: Customer, body: Mapping[str, Any]) -> None:
    commitments.enrol(books, customer)


def _status(books: Books, customer: Customer, body: Mapping[str, Any]) -> None:
    if body.get("status") not in STATUSES:
        raise Problem(400, "invalid", f"status is one of {', '.join(STATUSES)}.", field="status")
    customer.status, customer.settles_at = str(body["status"]), ""


def _coterm(books: Books, customer: Customer, body: Mapping[str, Any]) -> None:
    customer.coterm = _day(body, "cotermDate") if body.get("cotermDate") else ""


def _edit(books: Books, customer: Customer, body: Mapping[str, Any]) -> None:
    """Write a term's status and dates, whatever they were: Adobe may skip statuses, and so may this."""
    term = getattr(customer, _term_name(body))
    if term is None:
        raise Refusal("1134", ["term"])
    status = body.get("status") or term.status
    if status not in TERM_STATUSES:
        raise Problem(400, "invalid", "There is no such status.", field="status")
    term.status = status
    term.start = _day(body, "startDate") if body.get("startDate") else term.start
    term.end = _day(body, "endDate") if body.get("endDate") else term.end
    if status == "COMMITTED" and body.get("term") != "commitment":
        customer.commitment, customer.request = term, None


def _renew(books: Books, customer: Customer, body: Mapping[str, Any]) -> None:
    """The renewal date is today."""
    customer.coterm = books.day
    passing.renew(books, customer)


def _order(books: Books, customer: Customer, body: Mapping[str, Any]) -> None:
    """Give an order another status: no rule is asked, nothing else changes."""
    order = order_of(books, customer.id, str(body.get("orderId")))
    order.status, order.settles_at = str(body.get("status") or ACTIVE), ""
    for line in order.lines:
        line.status = order.status
    books.keep(order)


def _use(books: Books, customer: Customer, body: Mapping[str, Any]) -> None:
    """So many of a subscription are assigned to users."""
    found = books.find(Subscription, str(body.get("subscriptionId")))
    if found is None or found.customer_id != customer.id:
        raise Refusal("3115")
    found.used = int(body.get("usedQuantity") or 0)
    books.keep(found)


def _term_name(body: Mapping[str, Any]) -> str:
    name = body.get("term", "request")
    if name not in TERMS:
        raise Problem(400, "invalid", f"term is one of {', '.join(TERMS)}.", field="term")
    return str(name)


def _day(body: Mapping[str, Any], name: str) -> str:
    try:
        return date.fromisoformat(str(body[name])).isoformat()
    except ValueError:
        raise Problem(400, "invalid", f"{name} is a date such as 2026-03-01.", field=name) from None


def _product(offer_id: str) -> str:
    offer = read_offer(offer_id)
    return offer.product.name if offer else offer_id


ACTIONS: Final[dict[str, Callable[[Books, Customer, Mapping[str, Any]], None]]] = {
    "accept": _accept,
    "decline": _decline,
    "enrol": _enrol,
    "status": _status,
    "coterm": _coterm,
    "term": _edit,
    "renew": _renew,
    "order": _order,
    "use": _use,
}
