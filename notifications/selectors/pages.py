"""Where an e-mail leads: the page about its subject, on the surface of whoever reads it."""

from __future__ import annotations

from bss.accounts.links import Target, surface_url
from bss.accounts.models import Organization, Storefront
from bss.billing.models import CreditNote, Invoice
from bss.orders.models import Order
from bss.subscriptions.models import Subscription


def order_page(order: Order, target: Target | None) -> str:
    """The order on the portal or on a storefront; "" where there is no surface to show it."""
    return _page(target, "orders:detail", "storefront:order", order.public_id)


def approval_page(order: Order, target: Target | None) -> str:
    """Where a reseller approves an order; "" where it has no storefront to do it at."""
    if target is None or target == "portal":
        return ""
    return surface_url(target, "plans:approval", order.public_id)


def subscription_page(subscription: Subscription, target: Target | None) -> str:
    """The subscription on the portal or on a storefront; "" where there is no surface to show it."""
    return _page(target, "subscriptions:detail", "storefront:subscription", subscription.public_id)


def document_page(document: Invoice | CreditNote, target: Target | None) -> str:
    """The invoice or credit note on the portal or on a storefront; "" where there is no surface to show it."""
    name = "invoice" if isinstance(document, Invoice) else "credit-note"
    return _page(target, f"billing:{name}", f"storefront:{name}", document.public_id)


def storefront_of(organization: Organization, storefront_id: int | None) -> Storefront | None:
    """The storefront itself, or the organization's own."""
    shops = Storefront.everywhere.filter(organization=organization)
    if storefront_id:
        return shops.filter(pk=storefront_id).first()
    return shops.filter(owner__isnull=True).first()


def _page(target: Target | None, portal: str, storefront: str, public_id: str) -> str:
    if target is None:
        return ""
    return surface_url(target, portal if target == "portal" else storefront, public_id)
