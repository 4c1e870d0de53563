"""What reseller plans put on the surfaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.core.actor import Actor
from bss.orders.choices import OrderState
from bss.orders.models import Order
from bss.subscriptions.models import Subscription
from bss.ui import slots
from bss.ui.slots import Action, NavItem, Panel
from resellers import selectors
from resellers.choices import PLAN_TYPE


def _is_plain_reseller(_actor: Actor, account: Account) -> bool:
    return account.is_reseller and not hasattr(account, "tenant_organization")


def _plan_panel(_request: HttpRequest, account: Account) -> Mapping[str, Any] | None:
    if not account.is_reseller:
        return None
    plans = selectors.plans_of(account.organization_id)
    if not plans:
        return None
    profile = selectors.profile_of(account)
    held = selectors.held_profile(profile)
    others = [p for p in plans if p.product_id and held and p.pk != held.plan_id]
    return {
        "account": account,
        "profile": profile,
        "held": held,
        "others": others,
        "is_tenant": hasattr(account, "tenant_organization"),
        "is_open": bool(profile and selectors.storefront_is_open(profile)),
        "in_flight": selectors.plan_in_flight(account),
    }


def _live_panel(request: HttpRequest, order: Order) -> Mapping[str, Any] | None:
    """What an order of a plan has led to: the live storefront, or that the plan has ended."""
    profile = selectors.profile_of(order.account)
    if profile is None or not selectors.is_about_plan(order):
        return None
    shop = profile.storefront
    return {
        "profile": profile,
        "is_done": order.state == OrderState.EXECUTED,
        "is_open": selectors.storefront_is_open(profile),
        "shop_url": request.build_absolute_uri(f"{shop.prefix}/") if shop else "",
    }


def _waiting(request: HttpRequest) -> int:
    return selectors.count_waiting(slots.actor_of(request).account_id or 0)


def _is_plan(_actor: Actor, subscription: Subscription) -> bool:
    return subscription.product.type.external_id == PLAN_TYPE


def register() -> None:
    slots.register(
        "portal.nav",
        NavItem(
            _("Reseller plans"), "resellers:plans", "building-storefront", section=_("Catalogue"),
            permission=Permission.PLAN_VIEW, order=260, matches=("resellers:",),
        ),
    )  # fmt: skip
    slots.register(
        "account.panels",
        Panel(
            "resellers/_plan_panel.html", _plan_panel, permission=Permission.PLAN_VIEW, order=20,
            title=_("Reseller plan"),
        ),
    )  # fmt: skip
    slots.register(
        "account.actions",
        Action(
            _("Upgrade reseller"),
            lambda account: reverse("resellers:upgrade", args=[account.public_id]),
            "arrow-up-circle",
            permission=Permission.PLAN_SWITCH,
            visible=_is_plain_reseller,
            order=30,
        ),
    )
    slots.register(
        "storefront.header",
        NavItem(
            _("Storefront"), "plans:plans", "building-storefront", permission=Permission.PLAN_VIEW,
            order=10, matches=("plans:",),
        ),
    )  # fmt: skip
    slots.register(
        "storefront.order_progress",
        Panel("resellers/_live_panel.html", _live_panel, permission=Permission.PLAN_VIEW),
    )
    slots.register(
        "storefront.subscription.actions",
        Action(
            _("Change or cancel the plan"),
            lambda _subscription: reverse("plans:plans"),
            "arrows-right-left",
            kind="primary",
            permission=Permission.PLAN_SWITCH,
            visible=_is_plan,
        ),
    )
    slots.register(
        "my_account.entries",
        NavItem(
            _("Reseller plans"), "plans:plans", "building-storefront", permission=Permission.PLAN_VIEW,
            order=60,
        ),
        NavItem(
            _("My customers"), "plans:customers", "users", permission=Permission.ACCOUNT_VIEW, order=50
        ),
        NavItem(
            _("Orders to approve"), "plans:approvals", "check-badge", permission=Permission.ORDER_APPROVE,
            order=55, count=_waiting,
            text=_("What your customers ordered by themselves and waits for you."),
        ),
    )  # fmt: skip
