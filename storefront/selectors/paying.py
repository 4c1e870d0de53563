"""What products cost a viewer, and how it may pay: prices and payment plans in the viewer's own track."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from bss.catalog.models import Product
from bss.core.money import Money
from bss.installments.contracts import PlanTerms
from bss.installments.selectors import OfferKey, plans_for
from bss.pricing import engine
from bss.pricing import selectors as pricing
from bss.pricing.contracts import UnitPrice
from storefront.contracts import PlanOption, Viewer


def offers_seen(viewer: Viewer, products: Sequence[Product]) -> dict[int, list[UnitPrice]]:
    """Product id to its units on sale, shortest first; nothing for whoever is shown no prices."""
    if viewer.market is None or not viewer.shows_prices:
        return {}
    return pricing.offers_under(viewer.market, products)


def plans_seen(
    viewer: Viewer, product_ids: Collection[int]
) -> Mapping[OfferKey, Sequence[PlanTerms]]:
    """The plans of each (product id, unit) this viewer's payer may choose. A visitor has no payer, and no plans."""
    if viewer.payer is None or not viewer.shows_prices:
        return {}
    return plans_for(viewer.payer, product_ids)


def options_of(
    viewer: Viewer, price: UnitPrice, plans: Sequence[PlanTerms], quantity: int
) -> list[PlanOption]:
    """The ways to pay a line in installments, in the order of `plans`; none for a total too small to split."""
    at_once = line_total(viewer, price, quantity)
    found = []
    for plan in plans:
        line = engine.planned(price, plan, quantity)
        if line is not None:
            split = viewer.split_of(line)
            unit_price = viewer.money_of(line.unit_price)
            found.append(PlanOption(plan, line, split, unit_price, split.total_money - at_once))
    return found


def option_of(
    viewer: Viewer, price: UnitPrice, plans: Sequence[PlanTerms], quantity: int, code: str
) -> PlanOption | None:
    """One of them by its plan's code; None where it is not on offer, and for paying at once ("")."""
    chosen = [plan for plan in plans if code and plan.code == code]
    return next(iter(options_of(viewer, price, chosen, quantity)), None)


def line_total(viewer: Viewer, price: UnitPrice, quantity: int) -> Money:
    """What `quantity` units cost this viewer, paid at once: rounded half-up once."""
    return (viewer.money_of(price) * quantity).rounded()
