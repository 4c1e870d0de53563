"""What wanted things cost, through the one pricing engine, and by which payment plans they can be paid."""

from __future__ import annotations

from collections.abc import Sequence

from bss.accounts.models import Account
from bss.core.money import round_half_up
from bss.installments.contracts import PlanTerms
from bss.installments.selectors import OfferKey, plans_for
from bss.installments.splitting import is_splittable
from bss.orders.contracts import Bought, Priced, Wanted
from bss.pricing.contracts import PriceRequest, UnitPrice
from bss.pricing.selectors import prices_of_known


def unit_prices(
    wanted: Sequence[Wanted], *, payer: Account, customer: Account
) -> list[UnitPrice | None]:
    """The three tracks of each wanted thing's unit price, in order; None where it is not on sale to this payer.

    Payment plans are left out of it: `priced_of` takes them in.
    """
    if not wanted:
        return []
    return prices_of_known(
        payer=payer,
        customer=customer,
        products=[w.product for w in wanted],
        requests=[PriceRequest(w.product.pk, w.unit, w.quantity) for w in wanted],
    )


def priced_of(wanted: Sequence[Wanted], *, payer: Account, customer: Account) -> list[Priced]:
    """Each wanted thing's price by the plan chosen for it, in order, with the plans it may be paid by."""
    return with_plans(wanted, unit_prices(wanted, payer=payer, customer=customer), payer)


def with_plans(
    wanted: Sequence[Wanted], prices: Sequence[UnitPrice | None], payer: Account
) -> list[Priced]:
    """Prices for paying at once as those of the plans that were chosen. One query, however many."""
    offered = plans_for(payer, {w.product.pk for w in wanted}) if wanted else {}
    return [_priced(w, price, offered) for w, price in zip(wanted, prices, strict=True)]


def _priced(
    wanted: Wanted, price: UnitPrice | None, offered: dict[OfferKey, list[PlanTerms]]
) -> Priced:
    if price is None:
        return Priced(None)
    plans = tuple(
        Bought(price.paid_by(plan), plan)
        for plan in offered.get((wanted.product.pk, wanted.unit), ())
        if _is_payable_in(price.paid_by(plan), wanted.quantity, plan)
    )
    if wanted.plan_id is None and not wanted.plan_code:
        return Priced(price, plans=plans, at_once=price)
    for each in plans:
        if each.plan is not None and _is_wanted(each.plan, wanted):
            return Priced(each.price, each.plan, plans, at_once=price)
    return Priced(price, plans=plans, is_plan_lost=True, at_once=price)


def _is_wanted(plan: PlanTerms, wanted: Wanted) -> bool:
    return plan.code == wanted.plan_code if wanted.plan_code else plan.plan_id == wanted.plan_id


def _is_payable_in(price: UnitPrice, quantity: int, plan: PlanTerms) -> bool:
    """Whether none of a plan's installments would be nothing, neither the payer's nor the customer's."""
    totals = [price.price] if price.resale is None else [price.price, price.resale]
    return all(
        is_splittable(round_half_up(unit * quantity, price.currency), plan.count, price.currency)
        for unit in totals
    )
