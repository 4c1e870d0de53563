"""Orders: previewed, placed, returned, and as they look on the wire."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sandbox.vip_marketplace import commitments, money
from sandbox.vip_marketplace.accounts import customer_of, links, settles_at
from sandbox.vip_marketplace.catalogue import CURRENCIES, Offer, read_offer
from sandbox.vip_marketplace.errors import Refusal
from sandbox.vip_marketplace.records import (
    ACTIVE,
    CANCELLED,
    PENDING,
    Customer,
    Line,
    Order,
    Subscription,
)
from sandbox.vip_marketplace.shapes import ORDER, ORDER_UPDATE, RENEWAL, RETURN, require
from sandbox.vip_marketplace.store import Books

MOST_LINES: Final = 499
MOST_NUMBER: Final = 999_999
RETURN_DAYS: Final = 14
LONGEST_REFERENCE: Final = 35


def order_create(
    books: Books, customer_id: str, body: Mapping[str, Any], *, with_prices: bool
) -> dict[str, Any]:
    """Do what `orderType` says. Raises Refusal."""
    customer = customer_of(books, customer_id)
    kind = body.get("orderType")
    if kind is None:
        raise Refusal("1122", ["orderType"])
    if kind not in KINDS:
        raise Refusal("1117", ["orderType"])
    if len(str(body.get("externalReferenceId") or "")) > LONGEST_REFERENCE:
        raise Refusal("2126")
    shown = with_prices and books.rules.has_prices
    return KINDS[kind](books, customer, body, shown)


# Previews and purchases --------------------------------------------------------------------------


def _preview(
    books: Books, customer: Customer, body: Mapping[str, Any], with_prices: bool
) -> dict[str, Any]:
    lines = _lines(customer, body)
    best = _best(books, customer, lines)
    told = [
        {**_line_body(line), "offerId": offer.id, "status": "", "subscriptionId": ""}
        for line, offer in zip(lines, best, strict=True)
    ]
    answer = {**_sent(customer, body), "lineItems": told}
    if with_prices:
        money.add_prices(books, customer, answer, books.now)
    return answer


def _new(
    books: Books, customer: Customer, body: Mapping[str, Any], with_prices: bool
) -> dict[str, Any]:
    lines = _lines(customer, body)
    best = _best(books, customer, lines)
    if any(line.offer_id != offer.id for line, offer in zip(lines, best, strict=True)):
        raise Refusal("2129", ["CUSTOMER_NOT_ELIGIBLE_FOR_PURCHASE"])
    return _place(books, customer, body, lines)


def _place(
    books: Books,
    customer: Customer,
    body: Mapping[str, Any],
    lines: list[Line],
) -> dict[str, Any]:
    order = Order(
        books.new_id(Order),
        customer.id,
        body["orderType"],
        books.instant,
        lines[0].currency,
        lines,
        body.get("externalReferenceId") or "",
        body.get("referenceOrderId") or "",
        settles_at=settles_at(books),
    )
    books.keep(order)
    return order_body(order)


def _lines(customer: Customer, body: Mapping[str, Any]) -> list[Line]:
    require(ORDER, body)
    if customer.status not in {ACTIVE, PENDING}:
        raise Refusal("2129", ["CUSTOMER_NOT_ELIGIBLE_FOR_PURCHASE"])
    sent = body["lineItems"]
    _check_numbers(sent)
    if any(entry.get("deploymentId") for entry in sent):
        raise Refusal("2138")
    currency = _currency(body)
    for entry in sent:
        offer = read_offer(entry["offerId"])
        if offer is None:
            raise Refusal("2122", [entry["offerId"]])
        if not 1 <= entry["quantity"] <= offer.product.most:
            raise Refusal("2120", [f"lineItems[{sent.index(entry)}].quantity"])
        if offer.segment != customer.segment:
            raise Refusal("2129", ["INELIGIBLE_MARKET_SEGMENT"])
    return [
        Line(entry["extLineItemNumber"], entry["offerId"], entry["quantity"], currency)
        for entry in sent
    ]


def _check_numbers(sent: list[Mapping[str, Any]]) -> None:
    numbers = [entry["extLineItemNumber"] for entry in sent]
    if len(sent) > MOST_LINES:
        raise Refusal("2119")
    if any(not 0 <= number <= MOST_NUMBER for number in numbers):
        raise Refusal("2123")
    if len(set(numbers)) < len(numbers):
        raise Refusal("2121")


def _currency(body: Mapping[str, Any]) -> str:
    """The one currency of an order, from the order or its lines."""
    whole = body.get("currencyCode")
    lines = {entry.get("currencyCode") for entry in body["lineItems"]}
    named = lines - {None}
    if len(named) > 1 or (named and None in lines and not whole):
        raise Refusal("2137")
    if whole and named and named != {whole}:
        raise Refusal("2140")
    currency = whole or next(iter(named), None)
    if currency is None:
        raise Refusal("1122", ["currencyCode"])
    if currency not in CURRENCIES:
        raise Refusal("2128")
    return str(currency)


def _best(books: Books, customer: Customer, lines: Iterable[Line]) -> list[Offer]:
    """Return the best offer that the customer may have for each line, all lines taken together."""
    offers = [(line, read_offer(line.offer_id)) for line in lines]
    owned = commitments.owned_by(books, customer.id)
    ordered = dict.fromkeys(owned, 0)
    for line, offer in offers:
        if offer and offer.product.counts:
            ordered[offer.product.type] += line.quantity
    levels = {
        kind: commitments.level(customer, kind, ordered[kind], owned[kind])[0] for kind in owned
    }
    return [_at_level(offer, levels) for _, offer in offers if offer]


def _at_level(offer: Offer, levels: Mapping[str, str]) -> Offer:
    """What does not count stays at the lowest level."""
    base = read_offer(offer.base)
    found = offer.at(levels[offer.product.type])
    return found if offer.product.counts or base is None else base


# Returns -----------------------------------------------------------------------------------------


def _return(
    books: Books, customer: Customer, body: Mapping[str, Any], with_prices: bool
) -> dict[str, Any]:
    require(RETURN, body)
    original = order_of(books, customer.id, body["referenceOrderId"])
    if original.type not in {"NEW", "RENEWAL"}:
        raise Refusal("2127")
    placed = datetime.fromisoformat(original.created_at)
    if books.now > placed + timedelta(days=RETURN_DAYS):
        raise Refusal("2134")
    _check_numbers(body["lineItems"])
    lines = [_returned(books, original, entry) for entry in body["lineItems"]]
    _keeps_minimum(books, customer, lines)
    return _place(books, customer, body, lines)


def _returned(books: Books, original: Order, entry: Mapping[str, Any]) -> Line:
    line = next((n for n in original.lines if n.number == entry["extLineItemNumber"]), None)
    if line is None:
        raise Refusal("2131")
    if line.offer_id != entry["offerId"]:
        raise Refusal("2130")
    if line.quantity != entry["quantity"]:
        raise Refusal("2132")
    if line.status == CANCELLED or line.number in _returning(books, original):
        raise Refusal("2133")
    if line.status != ACTIVE:
        raise Refusal("2127")
    return Line(line.number, line.offer_id, line.quantity, line.currency, line.subscription_id)


def _returning(books: Books, original: Order) -> set[int]:
    """Numbers of the lines whose return is under way."""
    return {
        line.number
        for order in books.of(Order, original.customer_id)
        if order.of == original.id and order.status == PENDING
        for line in order.lines
    }


def _keeps_minimum(books: Books, customer: Customer, lines: Iterable[Line]) -> None:
    term = customer.committed
    if term is None:
        return
    left = commitments.owned_by(books, customer.id)
    for line in lines:
        offer = read_offer(line.offer_id)
        if offer and offer.product.counts:
            left[offer.product.type] -= line.quantity
    if any(left[kind] < least for kind, least in term.minimums.items()):
        raise Refusal("2127", ["THREE_YEAR_COMMIT"])


# Renewals ----------------------------------------------------------------------------------------


def _preview_renewal(
    books: Books, customer: Customer, body: Mapping[str, Any], with_prices: bool
) -> dict[str, Any]:
    require(RENEWAL, body)
    wanted = {entry["subscriptionId"] for entry in body.get("lineItems") or []}
    renewing = [
        s
        for s in books.of(Subscription, customer.id)
        if s.status == ACTIVE and (s.id in wanted if wanted else s.next_quantity)
    ]
    if not renewing:
        raise Refusal("2136")
    lines = [
        Line(number, s.offer_id, s.next_quantity or s.quantity, s.currency, s.id, ACTIVE)
        for number, s in enumerate(renewing, start=1)
    ]
    offers = renewal_offers(customer, lines)
    told = [
        {**_line_body(line), "offerId": offer.id} for line, offer in zip(lines, offers, strict=True)
    ]
    answer = {**_sent(customer, body), "currencyCode": lines[0].currency, "lineItems": told}
    if with_prices:
        money.add_prices(books, customer, answer, None)
    return answer


def renewal_offers(customer: Customer, lines: Iterable[Line]) -> list[Offer]:
    """Return the offer of each line at the level its whole renewal earns."""
    offers = [(line, read_offer(line.offer_id)) for line in lines]
    total: dict[str, int] = {}
    for line, offer in offers:
        if offer and offer.product.counts:
            total[offer.product.type] = total.get(offer.product.type, 0) + line.quantity
    fresh = replace(customer, levels=commitments.standard_levels(total))
    levels = {
        kind: commitments.level(fresh, kind, total.get(kind, 0), 0)[0] for kind in fresh.levels
    }
    return [_at_level(offer, levels) for _, offer in offers if offer]


# Reading -----------------------------------------------------------------------------------------


def order_of(books: Books, customer_id: str, key: str) -> Order:
    """Return a customer's order. Raises Refusal 2115."""
    order = books.find(Order, key)
    if order is None or order.customer_id != customer_id:
        raise Refusal("2115")
    return order


def order_update(
    books: Books, customer_id: str, key: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Change an order's external reference, the only thing that can be changed. Raises Refusal."""
    order = order_of(books, customer_id, key)
    require(ORDER_UPDATE, body)
    if len(body["externalReferenceId"]) > LONGEST_REFERENCE:
        raise Refusal("2126")
    order.reference = body["externalReferenceId"]
    books.keep(order)
    return order_body(order)


def order_body(order: Order) -> dict[str, Any]:
    """Return an order as it is sent."""
    body = {
        "referenceOrderId": order.of,
        "externalReferenceId": order.reference,
        "orderId": order.id,
        "customerId": order.customer_id,
        "currencyCode": order.currency,
        "orderType": order.type,
        "creationDate": order.created_at,
        "status": order.status,
        "source": order.source,
        "lineItems": [_line_body(line) for line in order.lines],
        "links": links(f"/v3/customers/{order.customer_id}/orders/{order.id}"),
    }
    return body if order.of else {k: v for k, v in body.items() if k != "referenceOrderId"}


def _line_body(line: Line) -> dict[str, Any]:
    return {
        "extLineItemNumber": line.number,
        "offerId": line.offer_id,
        "quantity": line.quantity,
        "subscriptionId": line.subscription_id,
        "status": line.status,
        "currencyCode": line.currency,
    }


def _sent(customer: Customer, body: Mapping[str, Any]) -> dict[str, Any]:
    """What a preview repeats of its request."""
    return {
        "externalReferenceId": body.get("externalReferenceId") or "",
        "orderId": "",
        "customerId": customer.id,
        "currencyCode": body.get("currencyCode") or "",
        "orderType": body["orderType"],
        "creationDate": "",
        "status": "",
    }


KINDS: Final[dict[str, Callable[[Books, Customer, Mapping[str, Any], bool], dict[str, Any]]]] = {
    "PREVIEW": _preview,
    "NEW": _new,
    "RETURN": _return,
    "PREVIEW_RENEWAL": _preview_renewal,
}
