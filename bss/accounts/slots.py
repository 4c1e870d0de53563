"""What accounts put onto the surfaces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts import selectors
from bss.accounts.choices import AccountKind
from bss.accounts.contracts import theme_of
from bss.accounts.models import Account, Membership
from bss.accounts.permissions import Permission
from bss.core.actor import Actor
from bss.ui import slots, theme
from bss.ui.components import Confirm
from bss.ui.context import Brand, register_brand
from bss.ui.slots import Action, NavItem, Panel, SearchHit, SearchSource
from bss.ui.timeline import describe

FOUND = 8

WORDS: Mapping[str, Any] = {
    "account.created": gettext_lazy("Account created"),
    "account.edited": gettext_lazy("Account changed"),
    "account.activated": gettext_lazy("Account activated"),
    "account.deactivated": gettext_lazy("Account deactivated"),
    "account.viewed_as": gettext_lazy("Storefront looked at as this account"),
    "contact.created": gettext_lazy("Contact added"),
    "contact.edited": gettext_lazy("Contact changed"),
    "membership.invited": gettext_lazy("Invited to sign in"),
    "membership.invited_again": gettext_lazy("Invited again"),
    "membership.activated_by_person": gettext_lazy("First password set"),
    "membership.edited": gettext_lazy("Rights changed"),
    "membership.deactivated": gettext_lazy("Login deactivated"),
    "membership.activated": gettext_lazy("Login active again"),
    "membership.password_reset_requested": gettext_lazy("New password asked for"),
    "membership.password_changed": gettext_lazy("Password changed"),
    "membership.second_factor_added": gettext_lazy("Second factor set up"),
    "membership.second_factor_removed": gettext_lazy("Second factor removed"),
    "membership.recovery_codes_generated": gettext_lazy("Recovery codes made"),
    "organization.created": gettext_lazy("Organization created"),
    "organization.edited": gettext_lazy("Organization changed"),
    "storefront.created": gettext_lazy("Storefront opened"),
    "storefront.edited": gettext_lazy("Storefront changed"),
    "storefront.open": gettext_lazy("Storefront opened again"),
    "storefront.close": gettext_lazy("Storefront closed"),
    "storefront.alias_changed": gettext_lazy("Storefront moved to another alias"),
    "storefront.logo_changed": gettext_lazy("Logo changed"),
    "storefront.logo_removed": gettext_lazy("Logo removed"),
}


def register() -> None:
    """Called once at start-up."""
    register_brand(brand_of)
    theme.register_provider(selectors.theme_for)
    for action, words in WORDS.items():
        describe(action, words)
    _navigation()
    _account_actions()
    _frame()


def brand_of(request: HttpRequest) -> Brand | None:
    """A storefront wears its seller's brand; the portal the house's."""
    storefront = getattr(getattr(request, "surface", None), "storefront", None)
    if storefront is None:
        return None
    return Brand(
        name=storefront.name,
        logo_url=storefront.logo.url if storefront.logo else "",
        theme_url=theme_of(storefront).url(storefront.public_id),
        title=storefront.title,
        is_house=storefront.owner_id is None and not storefront.logo,
    )


def _navigation() -> None:
    slots.register(
        "portal.nav",
        NavItem(
            gettext_lazy("Customers"), "accounts:list", "users", section=gettext_lazy("Customers"),
            permission=Permission.ACCOUNT_VIEW, order=100,
            matches=("accounts:detail", "accounts:create", "accounts:edit", "accounts:import"),
        ),
    )  # fmt: skip
    slots.register(
        "portal.create",
        NavItem(
            gettext_lazy("Customer"), "accounts:create", "users",
            permission=Permission.ACCOUNT_EDIT, order=100,
        ),
    )  # fmt: skip
    slots.register(
        "portal.search",
        SearchSource(gettext_lazy("Customers"), _found, Permission.ACCOUNT_VIEW, 100),
    )
    people = gettext_lazy("Organization and people")
    slots.register(
        "setup.pages",
        NavItem(
            gettext_lazy("Organizations"), "accounts:organizations", "building-office", section=people,
            permission=Permission.ORGANIZATION_EDIT, order=100,
            text=gettext_lazy("Your company's data, the second factor for staff, tenant resellers."),
        ),
        NavItem(
            gettext_lazy("Staff"), "accounts:staff", "user-group", section=people,
            permission=Permission.USER_MANAGE, order=110,
            text=gettext_lazy("Who works here, and what each may do."),
        ),
        NavItem(
            gettext_lazy("API tokens"), "accounts:tokens", "key", section=people,
            permission=Permission.TOKEN_MANAGE, order=120,
            text=gettext_lazy("Keys with which other software reads and writes here."),
        ),
        NavItem(
            gettext_lazy("Payment methods"), "accounts:payment_methods", "banknotes",
            section=gettext_lazy("Billing"), permission=Permission.ORGANIZATION_EDIT, order=300,
            text=gettext_lazy("How accounts pay, and in how many days."),
        ),
    )  # fmt: skip


def _account_actions() -> None:
    slots.register(
        "account.actions",
        Action(
            gettext_lazy("Edit"), "accounts:edit", "pencil", "primary",
            permission=Permission.ACCOUNT_EDIT, order=10,
        ),
        Action(
            gettext_lazy("New contact"), "accounts:contact_create", "user-plus",
            permission=Permission.CONTACT_EDIT, order=20,
        ),
        Action(
            gettext_lazy("New end customer"), _new_customer_url, "users",
            permission=Permission.ACCOUNT_EDIT, visible=_is_reseller, order=30,
        ),
        Action(
            gettext_lazy("View the storefront as this account"), "accounts:view_as", "eye",
            permission=Permission.VIEW_AS, method="post", visible=_is_active, order=40,
        ),
        Action(
            gettext_lazy("Create a tenant organization"), _tenant_url, "building-office",
            permission=Permission.ORGANIZATION_EDIT, visible=_may_become_tenant, order=80,
        ),
        Action(
            gettext_lazy("Deactivate"), _deactivate_url, "no-symbol", "danger",
            permission=Permission.ACCOUNT_EDIT, method="post", visible=_is_active,
            confirm=_deactivate_confirm, order=900,
        ),
    )  # fmt: skip


def _frame() -> None:
    mine = NavItem(
        gettext_lazy("Sign-in and security"), "mfa_index", "lock-closed", order=900,
        visible=lambda actor: not actor.read_only,
    )  # fmt: skip
    slots.register("user.menu", mine)
    slots.register("my_account.entries", mine)
    slots.register("portal.switcher", Panel("accounts/_switcher.html", _organizations))
    slots.register("user.sign_out", Panel("accounts/_sign_out.html", _signed_in))
    slots.register("storefront.sign_in", Panel("accounts/_sign_in.html"))
    slots.register("storefront.banner", Panel("accounts/_viewing.html", _viewing))


def _found(_request: HttpRequest, text: str) -> Iterable[SearchHit]:
    found = selectors.accounts_visible().filter(selectors.accounts_matching(text))
    return [
        SearchHit(
            account.name,
            reverse("accounts:detail", args=[account.public_id]),
            account.get_kind_display(),
            account.number,
        )
        for account in found.order_by("-pk")[:FOUND]
    ]


def _organizations(request: HttpRequest, _subject: Any) -> Mapping[str, Any] | None:
    memberships: list[Membership] = getattr(request, "memberships", [])
    if len(memberships) < 2:
        return None
    return {"memberships": memberships, "current": getattr(request, "membership", None)}


def _signed_in(request: HttpRequest, _subject: Any) -> Mapping[str, Any] | None:
    return {} if request.user.is_authenticated else None


def _viewing(request: HttpRequest, _subject: Any) -> Mapping[str, Any] | None:
    actor = slots.actor_of(request)
    return {"account": actor.label, "staff": actor.viewed_by} if actor.viewed_by else None


def _is_reseller(_actor: Actor, account: Account) -> bool:
    return account.kind == AccountKind.RESELLER and account.is_active


def _is_active(_actor: Actor, account: Account) -> bool:
    return account.is_active


def _may_become_tenant(_actor: Actor, account: Account) -> bool:
    return _is_reseller(_actor, account) and not hasattr(account, "tenant_organization")


def _new_customer_url(account: Account) -> str:
    return f"{reverse('accounts:create')}?kind=customer&parent={account.public_id}"


def _tenant_url(account: Account) -> str:
    return f"{reverse('accounts:tenant_create')}?billing_account={account.public_id}"


def _deactivate_url(account: Account) -> str:
    return reverse("accounts:do", args=[account.public_id, "deactivate"])


def _deactivate_confirm(account: Account) -> Confirm:
    return Confirm(
        _("Deactivate %(name)s") % {"name": account.name},
        _(
            "Its people, and those of its customers, are signed out and cannot sign in. Its services go on."
        ),
        _("Deactivate it"),
    )
