"""Subscriptions: read, and set to renew or not."""

from collections.abc import Mapping
from typing import Any

from sandbox.vip_marketplace import commitments
from sandbox.vip_marketplace.accounts import customer_of, links
from sandbox.vip_marketplace.catalogue import read_offer
from sandbox.vip_marketplace.errors import Refusal
from sandbox.vip_marketplace.records import ACTIVE, Customer, Subscription
from sandbox.vip_marketplace.shapes import AUTO_RENEWAL, require
from sandbox.vip_marketplace.store import Books


def subscriptions(books: Books, customer_id: str) -> dict[str, Any]:
    """Return all subscriptions of a customer. Raises Refusal 3115."""
    customer = customer_of(books, customer_id, "3115")
    items = [subscription_body(s, customer) for s in books.of(Subscription, customer.id)]
    path = f"/v3/customers/{customer.id}/subscriptions"
    return {"totalCount": len(items), "items": items, "links": links(path)}


def subscription(books: Books, customer_id: str, key: str) -> dict[str, Any]:
    """Return one subscription. Raises Refusal 3115."""
    customer = customer_of(books, customer_id, "3115")
    return subscription_body(_subscription(books, customer, key), customer)


def subscription_update(
    books: Books, customer_id: str, key: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Set what will renew. Raises Refusal 3116, 3119, and 3120 for less than is committed."""
    customer = customer_of(books, customer_id, "3115")
    found = _subscription(books, customer, key)
    require(AUTO_RENEWAL, body)
    if found.status != ACTIVE:
        raise Refusal("3119")
    wanted = body["autoRenewal"]
    quantity, offer = wanted.get("renewalQuantity"), read_offer(found.offer_id)
    most = offer.product.most if offer else 1
    if wanted["enabled"] and quantity is not None and not 1 <= quantity <= most:
        raise Refusal("3116")
    found.renews = wanted["enabled"]
    if found.renews and quantity is not None:
        found.renewal = quantity
    books.keep(found)
    _keeps_minimum(books, customer)
    return subscription_body(found, customer)


def subscription_body(found: Subscription, customer: Customer) -> dict[str, Any]:
    """Return a subscription as it is sent."""
    quantity = found.quantity if found.renewal is None else found.renewal
    return {
        "subscriptionId": found.id,
        "offerId": found.offer_id,
        "currentQuantity": found.quantity,
        "usedQuantity": found.used,
        "currencyCode": found.currency,
        "autoRenewal": {"enabled": found.renews, "renewalQuantity": quantity},
        "creationDate": found.created_at,
        "renewalDate": customer.coterm,
        "status": found.status,
        "links": links(f"/v3/customers/{customer.id}/subscriptions/{found.id}"),
    }


def _subscription(books: Books, customer: Customer, key: str) -> Subscription:
    found = books.find(Subscription, key)
    if found is None or found.customer_id != customer.id:
        raise Refusal("3115")
    return found


def _keeps_minimum(books: Books, customer: Customer) -> None:
    """Refuse what was just written when the next renewal would fall below what is promised for its term."""
    term = commitments.promised_next(customer)
    if term is None:
        return
    renewing = commitments.renewing(books, customer.id)
    if any(renewing[kind] < least for kind, least in term.minimums.items()):
        raise Refusal("3120")
