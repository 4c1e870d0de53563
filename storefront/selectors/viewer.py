"""From a request to who looks at which shop, and at which prices."""

from __future__ import annotations

from django.http import HttpRequest

from bss.accounts.models import Account, Storefront
from bss.core.actor import Actor
from bss.core.errors import NotFound
from bss.pricing import selectors as pricing
from storefront.contracts import Viewer, Ways
from storefront.selectors import window


def viewer_of(request: HttpRequest) -> Viewer:
    """The viewer of this request, found once. Raises NotFound where no storefront answers."""
    if not hasattr(request, "_storefront_viewer"):
        storefront = request.surface.storefront  # type: ignore[attr-defined]
        if storefront is None:
            raise NotFound
        found = viewer_at(storefront, account_of(request))
        request._storefront_viewer = found  # type: ignore[attr-defined]
    return request._storefront_viewer  # type: ignore[attr-defined]


def ways_of(request: HttpRequest) -> Ways:
    """The categories and industries of this request's shop, found once: the frame and the page show them."""
    if not hasattr(request, "_storefront_ways"):
        found = window.ways(request.surface.storefront.organization_id)  # type: ignore[attr-defined]
        request._storefront_ways = found  # type: ignore[attr-defined]
    return request._storefront_ways  # type: ignore[attr-defined]


def account_of(request: HttpRequest) -> Account | None:
    """For whom somebody acts at a storefront; None for a visitor. Staff who look through eyes have no membership."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.account_id is None:
        return None
    contact = getattr(getattr(request, "membership", None), "contact", None)
    if contact is not None and contact.account_id == actor.account_id:
        return contact.account
    return Account.objects.select_related("organization", "parent__organization").get(
        pk=actor.account_id
    )


def viewer_at(storefront: Storefront, account: Account | None) -> Viewer:
    """Who looks, in each of the four cases: at a reseller's shop or the organization's, known or not."""
    owner = storefront.owner
    # At a reseller's shop only its own customers are somebody; anybody else looks as a visitor does.
    if account is None or (owner is not None and account.parent_id != owner.pk):
        return _visitor(storefront)
    if account.parent_id is None:
        return _viewer(storefront, account, payer=account, customer=None)
    # The owner was read with the storefront; its customer's parent is the same account.
    payer = owner if owner is not None and owner.pk == account.parent_id else account.parent
    assert payer is not None  # noqa: S101 -- an end customer has a parent, the database holds it
    return _viewer(storefront, account, payer=payer, customer=account)


def _viewer(
    storefront: Storefront, account: Account, *, payer: Account, customer: Account | None
) -> Viewer:
    market = pricing.browsing_market(payer, customer)
    return Viewer(
        storefront, storefront.organization, account, payer, customer, market, market is not None
    )


def _visitor(storefront: Storefront) -> Viewer:
    """Visitors of a reseller's shop see prices when it has its own, of the organization's when it has a default."""
    organization = storefront.organization
    if storefront.owner is None:
        market = pricing.visitor_market(organization)
        shows_prices = market is not None
    else:
        market = pricing.resale_visitor_market(storefront.owner)
        shows_prices = market is not None and market.resale_list is not None
    return Viewer(storefront, organization, None, None, None, market, shows_prices)
