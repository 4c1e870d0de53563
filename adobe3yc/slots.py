"""What Adobe Services puts on the surfaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adobe3yc import selectors
from adobe3yc.choices import PriceFileState
from adobe3yc.models import AdobeCustomer, PriceFile
from adobe3yc.services import FETCH, UPLOAD
from adobe3yc.views.commitments import commitments_shown
from adobe3yc.views.price_uploads import upload_back
from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.core.actor import Actor
from bss.subscriptions.models import Subscription
from bss.ui import slots
from bss.ui.components import Confirm
from bss.ui.generic.work import RunKind
from bss.ui.slots import Action, NavItem, Panel
from bss.ui.timeline import describe
from servicemanager.models import Instance

VIEW = Permission.SERVICE_VIEW
SETUP = Permission.SERVICE_SETUP
# Adobe is asked, and what it says is written down.
ASK = Permission.SUBSCRIPTION_MANAGE


def register() -> None:
    """Called once at start-up."""
    slots.register(
        "setup.pages",
        NavItem(
            gettext_lazy("Adobe"), "adobe3yc:home", "document-currency-euro",
            section=gettext_lazy("Services"), permission=VIEW, order=210,
            text=gettext_lazy("Price files, prices in force, customers and every message."),
        ),
    )  # fmt: skip
    slots.register(
        "account.panels",
        Panel(
            "adobe3yc/_reseller.html", _reseller_panel, permission=VIEW, order=40,
            title=gettext_lazy("Adobe"),
        ),
    )  # fmt: skip
    slots.register("subscription.panels", _commitment_panel(_in_portal))
    slots.register("storefront.subscription.panels", _commitment_panel(_in_shop))
    slots.register(
        "instance.actions",
        Action(
            gettext_lazy("Price files"), "adobe3yc:price-files", "document-currency-euro",
            permission=VIEW, visible=_is_adobe, order=15,
        ),
    )  # fmt: skip
    for kind in (UPLOAD, FETCH):
        slots.register("run.kinds", RunKind(kind, VIEW, back=upload_back, manage=SETUP))
    _price_file_actions()
    _customer_actions()
    _words()


PanelContext = Callable[[HttpRequest, Subscription], Mapping[str, Any] | None]


def _commitment_panel(context: PanelContext) -> Panel:
    return Panel(
        "adobe3yc/_panel.html", context, permission=Permission.SUBSCRIPTION_VIEW, order=50,
        title=gettext_lazy("Adobe 3YC"),
    )  # fmt: skip


def _in_portal(request: HttpRequest, subscription: Subscription) -> Mapping[str, Any] | None:
    return _commitments(request, subscription, "adobe3yc:commitment")


def _in_shop(request: HttpRequest, subscription: Subscription) -> Mapping[str, Any] | None:
    return _commitments(request, subscription, "commitments:commitment")


def _commitments(
    request: HttpRequest, subscription: Subscription, page: str
) -> Mapping[str, Any] | None:
    """What is committed and asked for at Adobe; nothing on another vendor's subscription."""
    customer = selectors.customer_of_subscription(subscription)
    if customer is None:
        return None
    may = slots.actor_of(request).can(Permission.SUBSCRIPTION_MANAGE)
    url = reverse(page, args=[subscription.public_id]) if may else ""
    return {"commitments": commitments_shown(customer), "page_url": url}


def _reseller_panel(request: HttpRequest, account: Account) -> Mapping[str, Any] | None:
    """Where Adobe knows a reseller; nothing for anybody else, and where Adobe is not connected."""
    if not account.is_reseller:
        return None
    links, open_at = selectors.links_of(account), selectors.instances_for(account)
    if not links and not open_at:
        return None
    may = slots.actor_of(request).can(SETUP) and bool(open_at)
    url = reverse("adobe3yc:reseller", args=[account.public_id]) if may else ""
    return {"links": links, "set_up_url": url}


def _is_adobe(_actor: Actor, instance: Instance) -> bool:
    return selectors.is_adobe(instance)


# Price files -----------------------------------------------------------------------------------------------


def _price_file_actions() -> None:
    slots.register(
        "price_file.actions",
        Action(
            gettext_lazy("Put into force"), "adobe3yc:price-file-enforce", "check", "primary", SETUP,
            _is_checked, _enforce_question, "post", 10,
        ),
        Action(
            gettext_lazy("Put into force again"), "adobe3yc:price-file-enforce", "arrow-uturn-left",
            "normal", SETUP, _is_replaced, _enforce_question, "post", 20,
        ),
        Action(
            gettext_lazy("Take back"), _earlier_url, "arrow-uturn-left", "normal", SETUP, _has_earlier,
            order=30,
        ),
        Action(
            gettext_lazy("Discard"), "adobe3yc:price-file-discard", "trash", "danger", SETUP, _is_checked,
            _discard_question, "post", 90,
        ),
    )  # fmt: skip


def _is_checked(_actor: Actor, file: PriceFile) -> bool:
    return bool(file.state == PriceFileState.CHECKED)


def _is_replaced(_actor: Actor, file: PriceFile) -> bool:
    return bool(file.state == PriceFileState.REPLACED)


def _has_earlier(_actor: Actor, file: PriceFile) -> bool:
    return file.state == PriceFileState.IN_FORCE and selectors.file_before(file) is not None


def _earlier_url(file: PriceFile) -> str:
    """The file that would be in force again: its page shows what that changes, and has the button."""
    earlier = selectors.file_before(file)
    return reverse("adobe3yc:price-file", args=[(earlier or file).public_id])


def _enforce_question(file: PriceFile) -> Confirm:
    now = selectors.file_in_force(file.instance, file.kind)
    kind = {"kind": file.get_kind_display(), "before": now.name if now else ""}
    words = (
        _(
            "Prices of the kind %(kind)s come from it at once. %(before)s goes out of force and can come back."
        )
        if now
        else _("Prices of the kind %(kind)s come from it at once.")
    )
    return Confirm(
        _("Put %(name)s into force?") % {"name": file.name}, words % kind, _("Put into force")
    )


def _discard_question(file: PriceFile) -> Confirm:
    return Confirm(
        _("Discard %(name)s?") % {"name": file.name},
        _("It cannot be put into force any more. Prices stay as they are."),
        _("Discard"),
    )


# Customers -------------------------------------------------------------------------------------------------


def _customer_actions() -> None:
    slots.register(
        "adobe_customer.actions",
        Action(
            gettext_lazy("Ask Adobe now"), "adobe3yc:customer-refresh", "arrow-path", "primary", ASK,
            _is_known, method="post", order=10,
        ),
        Action(
            gettext_lazy("Subscriptions at Adobe"), "adobe3yc:customer-subscriptions", "key",
            permission=ASK, visible=_is_known, method="post", order=20,
        ),
        Action(
            gettext_lazy("Orders at Adobe"), "adobe3yc:customer-orders", "shopping-bag",
            permission=ASK, visible=_is_known, method="post", order=30,
        ),
    )  # fmt: skip


def _is_known(_actor: Actor, customer: AdobeCustomer) -> bool:
    return customer.is_known


def _words() -> None:
    describe("price_file.taken", gettext_lazy("Read and checked"))
    describe("pricefile.enforce", gettext_lazy("Put into force"), tone="success")
    describe("pricefile.replace", gettext_lazy("Replaced by another file"))
    describe("pricefile.discard", gettext_lazy("Discarded"))
    describe("adobe_customer.synced", gettext_lazy("Adobe's answer written down"))
    describe("adobe_customer.linked", gettext_lazy("Account made"))
    describe("adobe_customer.commitment_asked", gettext_lazy("Commitment asked for"))
    describe(
        "adobe_customer.commitment_refused",
        gettext_lazy("Adobe refused the request"),
        tone="danger",
    )
    describe(
        "adobe_customer.refused", gettext_lazy("Adobe refused what was asked for"), tone="danger"
    )
    describe(
        "adobe_customer.not_asked", gettext_lazy("Adobe does not accept our sign-in"), tone="danger"
    )
    describe("adobe_customer.not_shown", gettext_lazy("Adobe no longer shows it"), tone="warning")
    describe("account.adobe_refused", gettext_lazy("Adobe refused the reseller"), tone="danger")
    describe("adobe.renewal_set", gettext_lazy("Adobe knows what renews"))
    describe(
        "adobe.renewal_postponed",
        gettext_lazy("Adobe is told later what renews"),
        tone="warning",
    )
    describe(
        "adobe.renewal_refused", gettext_lazy("Adobe refused the renewal setting"), tone="danger"
    )
    describe("adobe.order_refused", gettext_lazy("Adobe refused the order"), tone="danger")
    describe("commitment.told", gettext_lazy("Commitment as Adobe tells it"))
