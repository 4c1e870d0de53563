"""What payment plans put into the portal: set-up, a tab on the product, a panel on the account, words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.catalog.models import Product
from bss.core.actor import Actor
from bss.installments import selectors
from bss.installments.models import PaymentPlan
from bss.ui import slots
from bss.ui.components import Button, Confirm
from bss.ui.slots import Action, NavItem, Panel, TabItem
from bss.ui.timeline import describe

WORDS: Mapping[str, Any] = {
    "payment_plan.created": _("Payment plan created"),
    "payment_plan.edited": _("Payment plan changed"),
    "payment_plan.activated": _("Offered again"),
    "payment_plan.deactivated": _("No longer offered"),
    "payment_plan.offered": _("Offered for more products"),
    "payment_plan.withdrawn": _("Offered for fewer products"),
    "product.payment_plans_set": _("Payment plans changed"),
    "account.payment_plans_set": _("Payment by installments changed"),
}


def register() -> None:
    """Put this app's items into their slots."""
    slots.register(
        "setup.pages",
        NavItem(
            _("Payment plans"), "installments:plans", "calendar-days", section=_("Billing"),
            permission=Permission.CATALOG_VIEW, order=310,
            text=_("In how many installments a term can be paid, and for which products."),
        ),
    )  # fmt: skip
    slots.register(
        "product.tabs",
        TabItem(
            "payment_plans",
            _("Payment plans"),
            "installments/_product_offers.html",
            _product_offers,
            permission=Permission.CATALOG_VIEW,
            order=45,
        ),
    )
    slots.register(
        "account.panels",
        Panel(
            "installments/_account_access.html",
            _account_access,
            Permission.BILLING_VIEW,
            order=65,
            title=_("Payment by installments"),
        ),
    )
    slots.register("payment_plan.actions", *_plan_actions())
    for action, words in WORDS.items():
        describe(action, words)


def _plan_actions() -> tuple[Action, ...]:
    edit = Permission.CATALOG_EDIT
    return (
        Action(
            _("Offer it for more"), "installments:offers-add", "plus", "primary", edit, order=10
        ),
        Action(_("Edit"), "installments:plan-edit", "pencil", permission=edit, order=20),
        Action(
            _("Stop offering it for some"),
            "installments:offers-withdraw",
            "minus",
            permission=edit,
            order=30,
        ),
        Action(
            _("Offer it to nobody"),
            "installments:plan-switch",
            "pause",
            "danger",
            edit,
            visible=_is_offered,
            confirm=_to_nobody,
            method="post",
            order=40,
        ),
        Action(
            _("Offer it again"),
            "installments:plan-switch",
            "play",
            permission=edit,
            visible=_is_idle,
            method="post",
            order=40,
        ),
    )


def _is_offered(_actor: Actor, plan: PaymentPlan) -> bool:
    return plan.is_active


def _is_idle(_actor: Actor, plan: PaymentPlan) -> bool:
    return not plan.is_active


def _to_nobody(plan: PaymentPlan) -> Confirm:
    return Confirm(
        _("Offer %(plan)s to nobody?") % {"plan": plan},
        _("What was bought by it goes on. It can be offered again later."),
        _("Offer it to nobody"),
    )


def _product_offers(request: HttpRequest, product: Product) -> Mapping[str, Any]:
    by_unit: dict[str, list[PaymentPlan]] = {}
    for offer in selectors.offers_on(product):
        by_unit.setdefault(offer.unit, []).append(offer.plan)
    may_edit = slots.actor_of(request).can(Permission.CATALOG_EDIT)
    url = reverse("installments:product-offers", args=[product.public_id])
    terms = [(u.label, by_unit.get(u.value, [])) for u in selectors.long_terms(product)]
    return {
        "terms": terms,
        "edit": Button(_("Edit payment plans"), url, "pencil") if may_edit and terms else None,
    }


def _account_access(request: HttpRequest, account: Account) -> Mapping[str, Any]:
    """Its own for a payer; for an end customer its reseller's, which decides."""
    payer = selectors.payer_of(account)
    may_edit = slots.actor_of(request).can(Permission.BILLING_EDIT) and payer == account
    url = reverse("installments:account-access", args=[account.public_id])
    return {
        "account": account,
        "payer": payer,
        "access": selectors.access_of(payer),
        "withheld": selectors.is_withheld(payer),
        "tenant": getattr(account, "tenant_organization", None),
        "edit": url if may_edit else "",
    }
