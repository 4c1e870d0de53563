"""Where an e-mail leads: the page about its subject, on the surface of whoever reads it."""

from __future__ import annotations

from bss.accounts.links import Target, surface_url
from bss.accounts.models import Organization, Storefront
from bss.billing.models import CreditNote, Invoice
from bss.core.prepared import Prepared
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
    """The storefront itself with its owner, or the organization's own."""
    if storefront_id:
        return _STOREFRONT.first(pk=storefront_id, organization_id=organization.pk)
    return _OWN.first(organization_id=organization.pk)


_STOREFRONT = Prepared(
    lambda **wanted: Storefront.everywhere.filter(**wanted).select_related("owner"),
    pk=int, organization_id=int,
)  # fmt: skip
_OWN = Prepared(
    lambda organization_id: Storefront.everywhere.filter(
        organization_id=organization_id, owner__isnull=True
    ).order_by("pk")[:1],
    organization_id=int,
)


def _page(target: Target | None, portal: str, storefront: str, public_id: str) -> str:
    if target is None:
        return ""
    return surface_url(target, portal if target == "portal" else storefront, public_id)
