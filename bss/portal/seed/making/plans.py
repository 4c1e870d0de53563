"""Moves resellers between plans as the story says, and dresses their storefronts."""

from __future__ import annotations

from bss.accounts.services import storefront_edit
from bss.core.actor import Actor
from bss.orders.models import BasketLine
from bss.orders.services import basket_answer
from bss.portal.seed.making.stage import Stage
from bss.portal.seed.making.trade import basket_open, basket_placed, change_make
from bss.portal.seed.orders import PlanMove
from bss.portal.seed.pictures import logo_picture
from bss.portal.seed.plans import OwnTerms
from bss.portal.seed.resellers import BRANDS, Brand
from bss.subscriptions.choices import ChangeKind
from resellers.choices import ALIAS_FIELD
from resellers.models import Plan
from resellers.selectors import own_products, profile_of
from resellers.services import plan_cancel, plan_choose, plan_switch, prices_save, terms_save

# What Alpenwerk adds to what it pays, in percent; the rest goes at its list price.
MARKUPS = {
    "workplace-complete": "18",
    "endpoint-shield": "35",
    "cloud-backup-1tb": "30",
    "cloud-phone": "22.5",
}


def plan_move(stage: Stage, row: PlanMove) -> None:
    """One move, by whoever made it."""
    {"choose": _choose, "switch": _switch, "suspend": _suspend, "cancel": _cancel}[row.verb](
        stage, row
    )


def storefront_dress(stage: Stage, brand: Brand, actor: Actor) -> None:
    """The reseller's own look: texts, colours and a logo."""
    profile = profile_of(stage.account(brand.account))
    assert profile is not None and profile.storefront is not None  # noqa: S101, PT018
    storefront_edit(
        storefront=profile.storefront,
        version=None,
        actor=actor,
        name=brand.name,
        title=brand.title,
        tagline=brand.tagline,
        about=brand.about,
        accent=brand.accent,
        radius=brand.radius,
        typeface=brand.typeface,
        contact_email=f"hello@{brand.account}.example",
        logo=logo_picture(brand.account, brand.name, brand.accent),
    )


def own_prices_make(stage: Stage, account_key: str, actor: Actor) -> None:
    """A reseller's own mark-ups."""
    account = stage.account(account_key)
    typed = {
        f"markup-{product.pk}": MARKUPS[product.code]
        for product in own_products(account)
        if product.code in MARKUPS
    }
    prices_save(account=account, typed=typed, actor=actor)


def own_terms_make(stage: Stage, row: OwnTerms, actor: Actor) -> None:
    """A reseller's own terms, which its customers accept from now on."""
    account = stage.account(row.account)
    terms_save(account=account, version=row.version, text=row.text, actor=actor)


def brand_of(account: str) -> Brand | None:
    return next((brand for brand in BRANDS if brand.account == account), None)


def _choose(stage: Stage, row: PlanMove) -> None:
    actor = stage.actor(row.by)
    basket = basket_open(stage, row.by)
    plan_choose(basket=basket, plan=_plan(row.plan), unit=row.unit, actor=actor)
    lines = BasketLine.objects.filter(basket=basket)
    answers = {line.public_id: {ALIAS_FIELD: row.alias} for line in lines}
    basket_answer(basket=basket, answers=answers, actor=actor)
    basket_placed(basket, actor)


def _switch(stage: Stage, row: PlanMove) -> None:
    account = stage.account(row.account)
    plan_switch(
        account=account, plan=_plan(row.plan), actor=stage.actor(row.by), source="storefront"
    )


def _suspend(stage: Stage, row: PlanMove) -> None:
    profile = profile_of(stage.account(row.account))
    assert profile is not None and profile.subscription is not None  # noqa: S101, PT018
    actor = stage.actor(row.by)
    change_make(profile.subscription, ChangeKind.SUSPEND, actor, reason="Two invoices are late.")


def _cancel(stage: Stage, row: PlanMove) -> None:
    plan_cancel(account=stage.account(row.account), actor=stage.actor(row.by), source="storefront")


def _plan(code: str) -> Plan:
    return Plan.objects.select_related("product").get(code=code)
