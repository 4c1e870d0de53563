"""Lists in pages: a customer's orders, a reseller's customers."""

from collections.abc import Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from sandbox.vip_marketplace import commitments
from sandbox.vip_marketplace.accounts import customer_of, links, reseller_of
from sandbox.vip_marketplace.errors import Refusal
from sandbox.vip_marketplace.orders import order_body
from sandbox.vip_marketplace.records import ACTIVE, Customer, Order
from sandbox.vip_marketplace.store import Books

Query = MultiDict[str, str]

ORDER_TYPES: Final = ("NEW", "TRANSFER", "RENEWAL", "RETURN")
STATUSES: Final = ("1000", "1002", "1004", "1008", "1026")
ORDERS_PAGE: Final = 25
ORDERS_MOST: Final = 100
CUSTOMERS_PAGE: Final = 20
CUSTOMERS_MOST: Final = 50


def order_history(books: Books, customer_id: str, query: Query) -> dict[str, Any]:
    """Return a page of a customer's orders, the latest first. Raises Refusal 1132 and 1133."""
    customer = customer_of(books, customer_id)
    _check(query.getlist("order-type"), ORDER_TYPES)
    _check(query.getlist("status"), STATUSES)
    first = query.get("start-date") or _term_start(customer)
    last = query.get("end-date") or books.day
    found = [
        order_body(order)
        for order in reversed(books.of(Order, customer.id))
        if first <= order.created_at[:10] <= last and _is_wanted(order, query)
    ]
    limit = min(_number(query, "limit", ORDERS_PAGE), ORDERS_MOST)
    return _page(found, query, limit, f"/v3/customers/{customer.id}/orders", "items")


def customer_list(books: Books, reseller_id: str, query: Query) -> dict[str, Any]:
    """Return a page of a reseller's customers, the latest first; `company-name` may have asterisks."""
    reseller = reseller_of(books, reseller_id)
    pattern = (query.get("company-name") or "*").lower()
    status = query.get("status") or ACTIVE
    found = [
        {
            "externalReferenceId": customer.reference,
            "customerId": customer.id,
            "resellerId": reseller.id,
            "status": customer.status,
            "companyProfile": {"companyName": customer.profile["companyName"]},
            "creationDate": customer.created_at,
            "links": links(f"/v3/customers/{customer.id}"),
        }
        for customer in reversed(books.of(Customer, reseller.id))
        if customer.status == status
        and fnmatchcase(customer.profile["companyName"].lower(), pattern)
    ]
    limit = min(_number(query, "limit", CUSTOMERS_PAGE), CUSTOMERS_MOST)
    return _page(found, query, limit, f"/v3/resellers/{reseller.id}/customers", "accounts")


def _page(
    found: Sequence[dict[str, Any]], query: Query, limit: int, path: str, name: str
) -> dict[str, Any]:
    offset = _number(query, "offset", 0)
    if offset and offset >= len(found):
        raise Refusal("1133")
    shown = list(found[offset : offset + limit])
    around: dict[str, Any] = links(path)
    if offset + limit < len(found):
        around["next"] = {"uri": f"{path}?offset={offset + limit}&limit={limit}", "method": "GET"}
    if offset:
        before = max(0, offset - limit)
        around["prev"] = {"uri": f"{path}?offset={before}&limit={limit}", "method": "GET"}
    return {
        "totalCount": len(found),
        "count": len(shown),
        "offset": offset,
        "limit": limit,
        name: shown,
        "links": around,
    }


def _is_wanted(order: Order, query: Query) -> bool:
    kinds, statuses = query.getlist("order-type"), query.getlist("status")
    offers, of = query.getlist("offer-id"), query.get("reference-order-id")
    return (
        (not kinds or order.type in kinds)
        and (not statuses or order.status in statuses)
        and (not offers or any(line.offer_id in offers for line in order.lines))
        and (not of or order.of == of)
    )


def _term_start(customer: Customer) -> str:
    """The first day of the current term; without a renewal date the beginning."""
    if not customer.coterm:
        return ""
    return commitments.years_later(date.fromisoformat(customer.coterm), -1).isoformat()


def _check(given: Sequence[str], allowed: Sequence[str]) -> None:
    if not set(given) <= set(allowed):
        raise Refusal("1132")


def _number(query: Query, name: str, otherwise: int) -> int:
    text = query.get(name, "")
    if text and not text.isdecimal():
        raise Refusal("1132", [name])
    return int(text) if text else otherwise
