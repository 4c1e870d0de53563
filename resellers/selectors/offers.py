"""What the plans pages show: the comparison, and what a change would mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from bss.accounts.models import Account
from bss.catalog.choices import Unit
from bss.core.money import Money
from bss.pricing.contracts import UnitPrice
from bss.subscriptions.choices import SubscriptionState
from bss.subscriptions.models import Subscription
from resellers.choices import COMING, Capability, PlanCode
from resellers.contracts import CapabilityView, PlanChange, PlanOffer, PlanPrice
from resellers.models import Plan, ResellerProfile
from resellers.selectors.plans import (
    change_in_flight,
    held_profile,
    plan_prices,
    plans_of,
    profile_of,
)


def capability_views(plan: Plan) -> list[CapabilityView]:
    return [
        CapabilityView(
            code=flag,
            label=flag.label,
            included=flag in plan.capabilities,
            note=COMING.get(flag, "") if flag in plan.capabilities else "",
        )
        for flag in Capability
    ]


def plan_offers(
    account: Account,
    *,
    profile: ResellerProfile | None,
    waiting: Subscription | None,
    may_switch: bool,
    wanted_unit: str = "",
) -> list[PlanOffer]:
    """The three columns of the plans page, for this reseller with its profile and its plan in flight (`waiting`).

    A plan's first price is that of the term it has, of `wanted_unit` while it has none, else of the shortest term.
    """
    plans = plans_of(account.organization_id)
    held = held_profile(profile)
    current = held.plan if held else next((p for p in plans if p.code == PlanCode.BASIC), None)
    prices = plan_prices(account, plans)
    busy = waiting is not None or bool(
        held and held.subscription and change_in_flight(held.subscription)
    )
    # What is paid at present stands first; a switch keeps its term.
    unit = held.subscription.unit if held and held.subscription else wanted_unit
    return [
        _offer(
            plan,
            current,
            held,
            sorted(prices.get(plan.product_id or 0, []), key=lambda price: price.unit != unit),
            busy,
            may_switch,
        )
        for plan in plans
    ]


def offered_units(offers: Sequence[PlanOffer]) -> list[str]:
    """The terms among which somebody may choose who has no plan yet; none when there is nothing to choose."""
    units = {price.unit for offer in offers if offer.action == "choose" for price in offer.prices}
    return [unit for unit in Unit if unit in units] if len(units) > 1 else []


def _offer(
    plan: Plan,
    current: Plan | None,
    held: ResellerProfile | None,
    prices: list[UnitPrice],
    busy: bool,
    may_switch: bool,
) -> PlanOffer:
    is_current = current is not None and plan.pk == current.pk
    action = "" if is_current or not may_switch else _action(plan, held)
    obstacle = ""
    if action and busy:
        action, obstacle = "", _("A change is under way")
    elif action in {"choose", "switch"} and not prices:
        action, obstacle = "", _("Not on sale to you")
    elif (
        action
        and held
        and held.subscription
        and held.subscription.state == SubscriptionState.SUSPENDED
    ):
        action, obstacle = "", _("Your plan is suspended")
    return PlanOffer(
        code=plan.code,
        name=str(plan),
        text=plan_text(plan),
        image_url=plan.product.image.url if plan.product and plan.product.image else "",
        is_current=is_current,
        prices=[_price(price) for price in prices],
        capabilities=capability_views(plan),
        changes=_in_short(current, plan),
        action=action,
        obstacle=obstacle,
    )


def _action(plan: Plan, held: ResellerProfile | None) -> str:
    if plan.product_id is None:
        return "cancel" if held else ""
    return "switch" if held else "choose"


def plan_text(plan: Plan) -> str:
    if plan.product:
        return plan.product.summary
    return _("Order for yourself and for your customers in this shop.")


def _price(price: UnitPrice) -> PlanPrice:
    return PlanPrice(price.unit, Unit(price.unit).per, Money(price.price, price.currency))


def _in_short(current: Plan | None, plan: Plan) -> list[str]:
    """What moving from the present plan to this one gives and takes, in a few words."""
    if current is None or current.pk == plan.pk:
        return []
    if plan.product_id is None:
        return [
            _("Your storefront closes at once."),
            _("Your settings are kept, and your alias stays reserved for 90 days."),
        ]
    gained, lost = gains_and_losses(current, plan)
    words = [] if current.product_id else [_("Your storefront opens under an alias you choose.")]
    if gained and current.product_id:
        words.append(_("You gain: %(what)s.") % {"what": _listed(gained)})
    if lost:
        words.append(_("You lose: %(what)s. Their settings are kept.") % {"what": _listed(lost)})
    return [*words, _("It takes effect at once.")]


def _listed(labels: list[Any]) -> str:
    return "; ".join(str(label) for label in labels)


def gains_and_losses(before: Plan, after: Plan) -> tuple[list[Any], list[Any]]:
    """Labels of the capabilities that come and go; what is not built yet can be neither gained nor lost."""
    built = [flag for flag in Capability if flag not in COMING]
    gained = [f.label for f in built if f in after.capabilities and f not in before.capabilities]
    lost = [f.label for f in built if f in before.capabilities and f not in after.capabilities]
    return gained, lost


def change_preview(account: Account, plan: Plan) -> PlanChange:
    """What moving this reseller to `plan` means: prices, capabilities, data. Nothing is changed."""
    profile = held_profile(profile_of(account))
    plans = plans_of(account.organization_id)
    basic = next(p for p in plans if p.code == PlanCode.BASIC)
    before = profile.plan if profile else basic
    unit = profile.subscription.unit if profile and profile.subscription else ""
    prices = plan_prices(account, [before, plan])
    after_price = _money_for(prices.get(plan.product_id or 0, []), unit)
    gained, lost = gains_and_losses(before, plan)
    return PlanChange(
        from_name=str(before),
        to_name=str(plan),
        price_before=_frozen_price(profile),
        price_after=after_price,
        unit_label=unit_label(unit),
        gained=gained,
        lost=lost,
        kept=_kept(profile, plan),
        effects=_effects(profile, plan),
    )


def _frozen_price(profile: ResellerProfile | None) -> Money | None:
    if profile is None or profile.subscription is None:
        return None
    return Money(profile.subscription.unit_price, profile.subscription.currency)


def _money_for(prices: list[UnitPrice], unit: str) -> Money | None:
    """The price for the term that goes on; None where the plan is not sold for it."""
    chosen = next((p for p in prices if p.unit == unit), None)
    return Money(chosen.price, chosen.currency) if chosen else None


def _kept(profile: ResellerProfile | None, plan: Plan) -> list[str]:
    kept = [_("Your customers, their subscriptions and your invoices stay as they are.")]
    if profile is not None and profile.alias:
        words = (
            _("Your alias “%(alias)s” stays yours.")
            if plan.product_id
            else _("Your alias “%(alias)s” stays reserved for you for 90 days.")
        )
        kept.append(words % {"alias": profile.alias})
        kept.append(_("Logo, colours, texts, prices and listings are kept."))
    return kept


def _effects(profile: ResellerProfile | None, plan: Plan) -> list[str]:
    if plan.product_id is None:
        return [
            _("You are on Basic at once. You go on ordering for yourself and for your customers."),
            _("Your storefront closes at once: your customers can no longer sign in there."),
            _("Choose a plan again within 90 days, and your storefront opens as it was."),
            _("After 90 days another reseller may take your alias."),
        ]
    if profile is None:
        return [_("Your storefront opens as soon as the order is executed.")]
    return [_("The change takes effect at once; your storefront stays open.")]


def coming(offers: Sequence[PlanOffer]) -> list[tuple[Any, list[Any]]]:
    """What plans already carry and is still to be built: when it arrives, and what."""
    found: dict[str, list[Any]] = {}
    for flag in Capability:
        carried = any(view.code == flag and view.note for o in offers for view in o.capabilities)
        if carried:
            found.setdefault(str(COMING[flag]), []).append(flag.label)
    return list(found.items())


def unit_label(unit: str) -> str:
    return Unit(unit).per if unit else ""
