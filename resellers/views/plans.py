"""The Reseller Plans page of the Storefront: compare, choose, switch, cancel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.catalog.choices import Unit
from bss.core.actor import Actor
from bss.core.errors import DomainError, NotFound
from bss.orders.choices import PICKED_BASKET, OrderSource
from bss.orders.errors import PriceChanged
from bss.orders.services import basket_open_for
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.ui.components import Attention, Badge, Button, Crumb, PlanColumn
from bss.ui.generic import Page, Screen
from resellers import selectors
from resellers.access import access_own_account, access_plan
from resellers.choices import PlanCode
from resellers.contracts import CapabilityView, PlanOffer
from resellers.errors import NoPlan
from resellers.models import Plan, ResellerProfile
from resellers.services import plan_cancel, plan_change_preview, plan_choose, plan_switch


class Plans(Page):
    """Three columns: what each plan is, the present one, what each change would mean."""

    permission = Permission.PLAN_VIEW
    template_name = "resellers/plans.html"
    title = gettext_lazy("Reseller plans")

    def _shop_url(self, profile: ResellerProfile) -> str:
        """The whole address, to be handed on; "" before there is one."""
        shop = profile.storefront
        return self.request.build_absolute_uri(f"{shop.prefix}/") if shop else ""

    def context(self) -> Mapping[str, Any]:
        account = access_own_account(self.actor)
        may = self.actor.can(Permission.PLAN_SWITCH) and not self.actor.read_only
        profile = selectors.profile_of(account)
        waiting = selectors.plan_in_flight(account)
        wanted = self.request.GET.get("term", "")
        offers = selectors.plan_offers(
            account, profile=profile, waiting=waiting, may_switch=may, wanted_unit=wanted
        )
        return {
            "terms": _terms(offers, wanted),
            "plans": [_column(offer) for offer in offers],
            "profile": profile,
            "is_open": bool(profile and selectors.storefront_is_open(profile)),
            "shop_url": self._shop_url(profile) if profile else "",
            "coming": selectors.coming(offers),
            "notices": _notices(account, waiting),
            "may_manage": self.actor.can(Permission.STOREFRONT_MANAGE),
        }


class PlanChoose(Screen):
    """Into the basket: the first purchase, or coming back after a cancellation."""

    permission = Permission.PLAN_SWITCH

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        account = access_own_account(self.actor, Permission.PLAN_SWITCH)
        plan = access_plan(self.actor, code)
        unit = request.POST.get("unit", "")
        basket = basket_open_for(
            user_id=self.actor.user_id or 0,
            storefront=request.surface.storefront,  # type: ignore[attr-defined]
            account=account,
        )
        try:
            plan_choose(basket=basket, plan=plan, unit=unit, actor=self.actor)
        except DomainError as refusal:
            messages.error(request, str(refusal.message))
            return HttpResponseRedirect(f"{reverse('plans:plans')}?{urlencode({'term': unit})}")
        # It went into the open one, whichever of several was looked at before.
        request.session.pop(PICKED_BASKET, None)
        return HttpResponseRedirect(reverse("storefront:basket"))


class PlanChangePage(Page):
    """What the change means, before it is confirmed; then the change, and where to watch it."""

    permission = Permission.PLAN_SWITCH
    template_name = "resellers/plan_change.html"

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Reseller plans"), reverse("plans:plans"))]

    def account(self) -> Account:
        return access_own_account(self.actor, Permission.PLAN_SWITCH)

    def plan_code(self) -> str:
        return str(self.kwargs["code"])

    def context(self) -> Mapping[str, Any]:
        account, plan = self.account(), access_plan(self.actor, self.plan_code())
        return {
            "change": selectors.change_preview(account, plan),
            **on_invoices(account, plan, self.actor),
        }

    def ask(self, token: str) -> ScheduledChange:
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            change = self.ask(seen_token(request))
        except NotFound:
            raise
        except PriceChanged as moved:
            messages.error(request, str(moved.message))
            return HttpResponseRedirect(request.path)
        except DomainError as refusal:
            messages.error(request, str(refusal.message))
            return HttpResponseRedirect(reverse("plans:plans"))
        order = change.order_line.order
        return HttpResponseRedirect(reverse("storefront:order-progress", args=[order.public_id]))


class PlanSwitch(PlanChangePage):
    def get_title(self) -> Any:
        return _("Change your plan")

    def ask(self, token: str) -> ScheduledChange:
        return plan_switch(
            account=self.account(),
            plan=access_plan(self.actor, self.plan_code()),
            actor=self.actor,
            source=OrderSource.STOREFRONT,
            token=token,
        )


class PlanCancel(PlanChangePage):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if selectors.held_profile(selectors.profile_of(self.account())) is None:
            messages.info(request, str(NoPlan.message))
            return HttpResponseRedirect(reverse("plans:plans"))
        return super().get(request, *args, **kwargs)

    def get_title(self) -> Any:
        return _("Cancel your plan")

    def plan_code(self) -> str:
        return PlanCode.BASIC

    def ask(self, token: str) -> ScheduledChange:
        return plan_cancel(
            account=self.account(),
            actor=self.actor,
            source=OrderSource.STOREFRONT,
            token=token,
        )

    def context(self) -> Mapping[str, Any]:
        return {**super().context(), "is_cancel": True}


def on_invoices(account: Account, plan: Plan, actor: Actor) -> dict[str, Any]:
    """What a change of plan puts on which invoice, and the token that its form carries; nothing while it cannot be."""
    try:
        preview = plan_change_preview(account=account, plan=plan, actor=actor)
    except DomainError as refusal:
        return {"refusal": refusal.message}
    return {"invoices": preview.invoices, "seen": preview.token}


def seen_token(request: HttpRequest) -> str:
    """The token of the preview that was confirmed. Raises PriceChanged for who saw none."""
    token = request.POST.get("seen", "")
    if not token:
        raise PriceChanged
    return token


def _notices(account: Account, waiting: Subscription | None) -> list[Attention]:
    """What stands above the comparison: a plan on its way, or why there is none to choose."""
    if hasattr(account, "tenant_organization"):
        return [
            Attention(
                _("You have your own organization"),
                _("It has its own storefronts, so a plan is not needed here."),
                tone="info",
            )
        ]
    if waiting is None:
        return []
    order = waiting.order_line.order
    button = Button(
        _("Show the order"), reverse("storefront:order-progress", args=[order.public_id])
    )
    if waiting.problem_text:
        return [Attention(_("Your plan waits for an answer"), waiting.problem_text, button=button)]
    return [
        Attention(
            _("Your plan is being set up"),
            _("%(name)s is on its way.") % {"name": waiting.name},
            tone="info",
            button=button,
        )
    ]


def _terms(offers: Sequence[PlanOffer], wanted: str) -> list[Mapping[str, Any]]:
    """The terms to choose from, as links to this page; the one that its prices are for is marked."""
    units = selectors.offered_units(offers)
    shown = wanted if wanted in units else next(iter(units), "")
    return [
        {"label": Unit(unit).label, "url": f"?term={unit}", "is_current": unit == shown}
        for unit in units
    ]


def _column(offer: PlanOffer) -> PlanColumn:
    price = offer.prices[0] if offer.prices else None
    return PlanColumn(
        name=offer.name,
        price=_price_text(offer),
        period=price.unit_label if price and price.money else "",
        text=offer.text,
        current=offer.is_current,
        featured=offer.code == PlanCode.STANDARD and not offer.is_current,
        features=[_feature(view) for view in offer.capabilities],
        changes=offer.changes,
        button=_button(offer),
        badge=Badge(offer.obstacle, "warning") if offer.obstacle else None,
    )


def _price_text(offer: PlanOffer) -> Any:
    if not offer.prices:
        return _("Included") if offer.code == PlanCode.BASIC else "—"
    return offer.prices[0].money or _("Free of charge")


def _feature(view: CapabilityView) -> tuple[Any, str]:
    if view.note:
        return "soon", _("%(what)s (soon)") % {"what": view.label}
    return view.included, str(view.label)


def _button(offer: PlanOffer) -> Button | None:
    name = {"name": offer.name}
    if offer.action == "choose":
        unit = offer.prices[0].unit
        return Button(
            _("Choose %(name)s") % name,
            reverse("plans:choose", args=[offer.code]),
            kind="primary",
            method="post",
            fields={"unit": unit},
        )
    if offer.action == "switch":
        return Button(
            _("Switch to %(name)s") % name,
            reverse("plans:switch", args=[offer.code]),
            kind="primary",
        )
    if offer.action == "cancel":
        return Button(_("Cancel the plan"), reverse("plans:cancel"), kind="normal")
    return None
