"""What the catalogue puts into the portal: navigation, actions, panels, search, and its history in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.accounts.ports import ENTITLEMENTS
from bss.catalog import selectors
from bss.catalog.models import PriceList
from bss.ui import slots
from bss.ui.components import Button
from bss.ui.slots import Action, NavItem, Panel, SearchHit, SearchSource, TabItem
from bss.ui.timeline import describe

SECTION = _("Catalogue")
# How many accounts a price list's tab shows; the rest are found from the account.
ACCOUNTS_SHOWN = 100


def register() -> None:
    """Put this app's items into their slots."""
    slots.register("portal.nav", *_navigation())
    slots.register(
        "portal.create",
        NavItem(_("Product"), "catalog:product-create", "cube", permission=Permission.CATALOG_EDIT),
        NavItem(
            _("Price list"), "catalog:price-list-create", "tag", permission=Permission.CATALOG_EDIT
        ),
    )
    slots.register("product_type.actions", *_type_actions())
    slots.register("product.actions", *_product_actions())
    slots.register("price_list.actions", *_price_list_actions())
    slots.register(
        "price_list.tabs",
        TabItem(
            "accounts",
            _("Accounts"),
            "catalog/_price_list_accounts.html",
            _price_list_accounts,
            permission=Permission.ACCOUNT_VIEW,
            order=50,
        ),
    )
    slots.register(
        "account.panels",
        Panel(
            "catalog/_account_price_list.html",
            _account_price_list,
            Permission.CATALOG_VIEW,
            order=60,
            title=_("Price list"),
        ),
    )
    slots.register(
        "portal.search", SearchSource(_("Products"), _find_products, Permission.CATALOG_VIEW, 30)
    )
    _describe()


def _navigation() -> Iterable[NavItem]:
    view = Permission.CATALOG_VIEW
    return (
        NavItem(
            _("Products"), "catalog:product-list", "cube", SECTION, view, order=210,
            matches=("catalog:product-",),
        ),
        NavItem(
            _("Product types"), "catalog:type-list", "squares-2x2", SECTION, view, order=220,
            matches=("catalog:type-",),
        ),
        NavItem(
            _("Price lists"), "catalog:price-list-list", "tag", SECTION, view, order=230,
            matches=("catalog:price-list-",),
        ),
        NavItem(
            _("Categories"), "catalog:category-list", "rectangle-stack", SECTION, view, order=240,
            matches=("catalog:category-",),
        ),
        NavItem(
            _("Industries"), "catalog:industry-list", "briefcase", SECTION, view, order=250,
            matches=("catalog:industry-",),
        ),
    )  # fmt: skip


def _type_actions() -> Iterable[Action]:
    edit = Permission.CATALOG_EDIT
    return (
        Action(_("Edit"), "catalog:type-edit", "pencil", "primary", edit, order=10),
        Action(
            _("New product of this type"),
            lambda subject: f"{reverse('catalog:product-create')}?type={subject.public_id}",
            "plus",
            permission=edit,
            order=20,
        ),
        Action(
            _("Edit characteristics"),
            "catalog:type-characteristics",
            "list-bullet",
            permission=edit,
            order=30,
        ),
    )


def _product_actions() -> Iterable[Action]:
    edit = Permission.CATALOG_EDIT
    return (
        Action(_("Edit"), "catalog:product-edit", "pencil", "primary", edit, order=10),
        Action(
            _("Edit prices"),
            "catalog:product-prices",
            "banknotes",
            permission=edit,
            order=20,
        ),
        Action(_("Change picture"), "catalog:product-picture", "photo", permission=edit, order=30),
        Action(
            _("Offer an add-on"),
            "catalog:product-add-on-add",
            "puzzle-piece",
            permission=edit,
            order=40,
        ),
    )


def _price_list_actions() -> Iterable[Action]:
    edit = Permission.CATALOG_EDIT
    return (
        Action(
            _("Add products"), "catalog:price-list-items-add", "plus", "primary", edit, order=10
        ),
        Action(_("Edit"), "catalog:price-list-edit", "pencil", permission=edit, order=20),
        Action(
            _("One rule for the whole list"),
            "catalog:price-list-rule",
            "adjustments-horizontal",
            permission=edit,
            order=30,
        ),
        Action(
            _("Assign an account"),
            "catalog:price-list-account-add",
            "user-plus",
            permission=Permission.ACCOUNT_EDIT,
            order=40,
        ),
    )


def _price_list_accounts(request: HttpRequest, price_list: PriceList) -> Mapping[str, Any]:
    found = list(selectors.accounts_on(price_list)[: ACCOUNTS_SHOWN + 1])
    add = Button(
        _("Assign an account"),
        reverse("catalog:price-list-account-add", args=[price_list.public_id]),
        "user-plus",
    )
    return {
        "price_list": price_list,
        "assignments": found[:ACCOUNTS_SHOWN],
        "more": len(found) > ACCOUNTS_SHOWN,
        "add": add if slots.actor_of(request).can(Permission.ACCOUNT_EDIT) else None,
    }


def _account_price_list(request: HttpRequest, account: Account) -> Mapping[str, Any]:
    """For a payer its own and the list that counts today; for an end customer its reseller's."""
    actor = slots.actor_of(request)
    on = selectors.local_date(account.organization)
    seller = account.parent
    if seller is None:
        counts = selectors.price_list_for(account, on)
    elif selectors.OWN_PRICES in ENTITLEMENTS.get().capabilities(seller.pk):
        counts = selectors.resale_list_for(seller, account, on)
    else:
        counts = None
    assigned = selectors.assignment_of(account)
    return {
        "account": account,
        "assigned": assigned.price_list if assigned else None,
        "counts": counts,
        "lapsed": bool(assigned and (counts is None or counts.pk != assigned.price_list_id)),
        "seller": seller,
        "edit": reverse("catalog:account-price-list", args=[account.public_id])
        if actor.can(Permission.ACCOUNT_EDIT)
        else "",
    }


def _find_products(request: HttpRequest, text: str) -> Iterable[SearchHit]:
    where = Q(name__icontains=text) | Q(code__icontains=text)
    return [
        SearchHit(
            product.name,
            reverse("catalog:product-detail", args=[product.public_id]),
            _("Product"),
            product.code,
        )
        for product in selectors.products().filter(where).order_by("name")[:5]
    ]


def _describe() -> None:
    words = {
        "product_type.created": _("Product type created"),
        "product_type.edited": _("Product type edited"),
        "product_type.defined": _("Defined by its service manager"),
        "product_type.redefined": _("Updated by its service manager"),
        "product.created": _("Product created"),
        "product.edited": _("Product edited"),
        "product.defined": _("Defined by its service manager"),
        "product.redefined": _("Updated by its service manager"),
        "product.withdrawn": _("Withdrawn by its service manager"),
        "product.industries_set": _("Industries changed"),
        "product.price_set": _("List price changed"),
        "product.picture_changed": _("Picture changed"),
        "product.picture_removed": _("Picture removed"),
        "product.add_on_set": _("Add-on offered"),
        "product.add_on_removed": _("Add-on no longer offered"),
        "price_list.created": _("Price list created"),
        "price_list.edited": _("Price list edited"),
        "price_list.item_set": _("Price rule changed"),
        "price_list.items_added": _("Products added"),
        "price_list.item_removed": _("Product removed"),
        "price_list.rule_set": _("One rule for the whole list"),
        "account.price_list_assigned": _("Price list assigned"),
        "account.product_listed": _("Product shown in its storefront"),
        "account.product_unlisted": _("Product hidden in its storefront"),
    }
    for action, title in words.items():
        describe(action, title)
