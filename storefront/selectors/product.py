"""One product's page: its terms, the ways to pay them, its add-ons, and what a choice of them costs."""

from __future__ import annotations

from collections.abc import Sequence

from bss.catalog import selectors as catalog
from bss.catalog.choices import Unit
from bss.catalog.models import AddOn, Product
from bss.core.money import Money
from bss.core.prepared import Prepared
from bss.installments.contracts import PlanTerms
from bss.installments.models import PaymentPlan
from bss.installments.selectors import plan_coded
from bss.pricing.contracts import UnitPrice
from storefront.contracts import (
    AddOnOption,
    Choice,
    PlanOption,
    ProductView,
    SumLine,
    SumView,
    TermOption,
    TermRow,
    Viewer,
)
from storefront.selectors.cards import audience_note
from storefront.selectors.paying import line_total, offers_seen, option_of, options_of, plans_seen
from storefront.selectors.window import visible_one


def product_view(viewer: Viewer, public_id: str) -> ProductView:
    """A product with its terms, plans and add-ons. Raises NotFound for what this viewer does not see."""
    product = visible_one(viewer, public_id)
    links = _add_ons(viewer, product)
    offers = offers_seen(viewer, [product, *(link.add_on for link in links)])
    plans = plans_seen(viewer, [product.pk, *(link.add_on_id for link in links)])
    return ProductView(
        product=product,
        vendor=viewer.vendor_of(product.vendor),
        terms=[
            _term(viewer, price, plans.get((product.pk, price.unit), ()))
            for price in offers.get(product.pk, ())
        ],
        add_ons=[
            AddOnOption(
                link.add_on,
                {price.unit: price for price in offers[link.add_on_id]},
                link.max_quantity,
                {unit: found for (pk, unit), found in plans.items() if pk == link.add_on_id},
            )
            for link in links
            if offers.get(link.add_on_id)
        ],
        owned=product.owned,  # type: ignore[attr-defined]  # with_owned annotates it
        note=audience_note(viewer, product),
    )


def plan_chosen(viewer: Viewer, view: ProductView, choice: Choice) -> PlanOption | None:
    """The plan of a choice at its term and quantity; None for paying at once, and where the plan is not on offer."""
    term = view.term(choice.unit)
    if term is None:
        return None
    return option_of(viewer, term.price, term.plans, choice.quantity, choice.plan)


def payment_plan_of(viewer: Viewer, option: PlanOption | None) -> PaymentPlan | None:
    """The plan behind an option, as a basket keeps it; None for paying at once."""
    if option is None:
        return None
    return plan_coded(viewer.organization.pk, option.plan.code)


def term_rows(viewer: Viewer, view: ProductView, choice: Choice) -> list[TermRow]:
    """Every term with all ways to pay the chosen quantity of it; a ticked plan stays ticked while on offer."""
    chosen = view.term(choice.unit)
    rows = []
    for term in view.terms:
        options = options_of(viewer, term.price, term.plans, choice.quantity)
        codes = {option.plan.code for option in options}
        rows.append(
            TermRow(
                term=term,
                at_once=line_total(viewer, term.price, choice.quantity),
                options=options,
                is_chosen=term is chosen,
                chosen=ticked if (ticked := choice.plans.get(term.unit, "")) in codes else "",
            )
        )
    return rows


def sum_of(viewer: Viewer, view: ProductView, choice: Choice) -> SumView | None:
    """What a choice costs, line by line, rounded as an order would round it; None without a price.

    Add-ons are paid as their product is where they can be, otherwise at once: as the basket takes them.
    """
    term = view.term(choice.unit)
    if term is None:
        return None
    option = plan_chosen(viewer, view, choice)
    code = option.plan.code if option else ""
    lines = [_sum_line(viewer, view.product.name, term.price, choice.quantity, option)]
    for add_on in view.add_ons:
        quantity = choice.add_ons.get(add_on.product.public_id, 0)
        price = add_on.prices.get(term.unit)
        if quantity and price is not None:
            plans = add_on.plans.get(term.unit, ())
            paid = option_of(viewer, price, plans, quantity, code)
            lines.append(_sum_line(viewer, add_on.product.name, price, quantity, paid))
    total = Money.total((line.total for line in lines), term.money.currency)
    return SumView(lines, total, term.per)


def _sum_line(
    viewer: Viewer, label: str, price: UnitPrice, quantity: int, option: PlanOption | None
) -> SumLine:
    if option is not None:
        return SumLine(label, quantity, option.unit_price, option.split.total_money, option)
    return SumLine(label, quantity, viewer.money_of(price), line_total(viewer, price, quantity))


def _add_ons(viewer: Viewer, product: Product) -> list[AddOn]:
    if viewer.market is None:
        return []
    return _ADD_ONS.all(product_id=product.pk)


_ADD_ONS = Prepared(
    lambda product_id: catalog.add_ons_of(product_id).filter(add_on__is_active=True), product_id=int
)


def _term(viewer: Viewer, price: UnitPrice, plans: Sequence[PlanTerms]) -> TermOption:
    unit = Unit(price.unit)
    money = viewer.money_of(price)
    return TermOption(price.unit, unit.label, unit.per, money, price, plans)
