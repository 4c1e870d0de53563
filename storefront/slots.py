"""What the shop window and the pages behind it put into the Storefront's frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.permissions import Permission
from bss.accounts.ports import CARDS, ENTITLEMENTS
from bss.core.actor import Actor
from bss.orders.selectors import basket_count
from bss.ui import slots
from bss.ui.slots import Figure, NavItem, Panel
from storefront.choices import BASKET_COUNT
from storefront.selectors.viewer import ways_of

# A bar of more shelves than this is no bar any more; a menu at its end has the others.
SHELVES_SHOWN = 6


def register() -> None:
    """Put this app's items into their slots."""
    slots.register("storefront.search_url", Figure(lambda _request: reverse("storefront:search")))
    slots.register("storefront.categories", Panel("storefront/_shelves.html", _shelves))
    slots.register(
        "storefront.footer",
        NavItem(_("All products"), "storefront:catalog", section=_("Shop"), order=10),
        NavItem(_("About us"), "storefront:about", section=_("Shop"), order=20),
    )
    buyer = Permission.ORDER_CREATE
    slots.register("storefront.basket_url", Figure(_basket_url, permission=buyer))
    slots.register("storefront.basket_count", Figure(_basket_count, permission=buyer))
    _my_account()


def _my_account() -> None:
    slots.register(
        "my_account.entries",
        NavItem(
            _("Subscriptions"), "storefront:subscriptions", "squares-2x2",
            permission=Permission.SUBSCRIPTION_VIEW, order=10, matches=("storefront:subscription",),
            text=_("What you have, and how to change it."),
        ),
        NavItem(
            _("Orders"), "storefront:orders", "clipboard-document-list",
            permission=Permission.ORDER_VIEW, order=20, matches=("storefront:order",),
            text=_("What you ordered, and how far it is."),
        ),
        NavItem(
            _("Invoices"), "storefront:invoices", "document-text",
            permission=Permission.BILLING_VIEW, order=24, visible=_is_payer,
            matches=("storefront:invoice", "storefront:credit-note"),
            text=_("What you were asked to pay, and what of it is open."),
        ),
        NavItem(
            _("Statements"), "storefront:statements", "table-cells",
            permission=Permission.BILLING_VIEW, order=26, matches=("storefront:statement",),
            text=_("What is charged to a reseller's customers, month by month."),
        ),
        NavItem(
            _("Cards"), "storefront:cards", "credit-card",
            permission=Permission.BILLING_EDIT, order=28, visible=_pays_by_card,
            matches=("storefront:card",), text=_("With which your invoices can be paid."),
        ),
        NavItem(
            _("My Workspace"), "storefront:workspace", "rectangle-group",
            permission=Permission.WORKSPACE_USE, order=30,
            text=_("The services your company uses, and how they are."),
        ),
        NavItem(
            _("Users"), "storefront:users", "user-group", permission=Permission.USER_MANAGE, order=110,
            text=_("Who signs in for your company, and what each may do."),
        ),
        NavItem(
            _("Company"), "storefront:company", "building-office",
            permission=Permission.COMPANY_EDIT, order=120, text=_("How your company is reached."),
        ),
        NavItem(
            _("API keys"), "storefront:tokens", "key", permission=Permission.TOKEN_MANAGE, order=130,
            visible=_has_api, text=_("What lets programs of yours in."),
        ),
        NavItem(
            _("Your profile"), "storefront:profile", "user-circle",
            permission=Permission.CATALOG_VIEW, order=140, visible=_is_somebody,
            text=_("Your name and language."),
        ),
    )  # fmt: skip


def _has_api(actor: Actor) -> bool:
    return "api" in ENTITLEMENTS.get().capabilities(actor.account_id or 0)


def _is_payer(actor: Actor) -> bool:
    """Whoever stands right below the organization is invoiced by it."""
    return actor.scope is not None and actor.scope.path.count(".") == 2


def _pays_by_card(actor: Actor) -> bool:
    return _is_payer(actor) and CARDS.get().is_configured


def _is_somebody(actor: Actor) -> bool:
    return actor.membership_id is not None


def _basket_url(_request: HttpRequest) -> str:
    return reverse("storefront:basket")


def _basket_count(request: HttpRequest) -> int:
    known: int | None = getattr(request, BASKET_COUNT, None)
    if known is not None:
        return known
    surface = getattr(request, "surface", None)
    actor = slots.actor_of(request)
    if surface is None or surface.storefront is None or actor.user_id is None or actor.read_only:
        return 0
    return basket_count(user_id=actor.user_id, storefront=surface.storefront)


def _shelves(request: HttpRequest, _subject: Any) -> Mapping[str, Any] | None:
    surface = getattr(request, "surface", None)
    if surface is None or surface.storefront is None:
        return None
    found = ways_of(request).shelves
    match = request.resolver_match
    current = match.kwargs.get("slug", "") if match else ""
    more = found[SHELVES_SHOWN:]
    return {
        "shelves": found[:SHELVES_SHOWN],
        "more": more,
        "current": current,
        "current_in_more": current in {shelf.slug for shelf in more},
        "everything": bool(match and match.view_name == "storefront:catalog"),
    }
