"""What wanted things cost, through the one pricing engine, and by which payment plans they can be paid."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bss.accounts.models import Account
from bss.core.money import round_half_up
from bss.installments.contracts import PlanTerms
from bss.installments.selectors import OfferKey, plans_for
from bss.installments.splitting import is_splittable
from bss.orders.contracts import Bought, Priced, Wanted
from bss.orders.models import BasketLine, OrderLine
from bss.pricing.contracts import PriceRequest, QuotedPrice, UnitPrice
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
        quotes=quotes_in(wanted),
    )


def quotes_in(wanted: Sequence[Wanted]) -> dict[int, QuotedPrice]:
    """What was quoted for some of them, by position."""
    return {index: each.quote for index, each in enumerate(wanted) if each.quote is not None}


def wanted_line(line: BasketLine | OrderLine) -> Wanted:
    """What a line asks for, at the price that was quoted for it."""
    return Wanted(
        line.public_id,
        line.product,
        line.unit,
        line.quantity,
        line.payment_plan_id,
        quote=quote_of(line),
    )


def quote_of(line: BasketLine | OrderLine, unit: str = "") -> QuotedPrice | None:
    """What a service manager quoted for a line; None at its list price, or for another `unit` than was quoted."""
    kept = line.quote
    if not kept or kept["unit"] != (unit or line.unit):
        return None
    return QuotedPrice(
        product_id=line.product_id,
        unit=kept["unit"],
        currency=kept["currency"],
        amount=Decimal(kept["amount"]),
        mark=kept["mark"],
        cost=None if kept["cost"] is None else Decimal(kept["cost"]),
        line=line.public_id,
        reference=kept["reference"],
        note=kept["note"],
    )


def stored_quote(quote: QuotedPrice | None) -> dict[str, Any] | None:
    """A quote as a line keeps it."""
    if quote is None:
        return None
    return {
        "unit": quote.unit,
        "currency": quote.currency,
        "amount": str(quote.amount),
        "mark": quote.mark,
        "cost": None if quote.cost is None else str(quote.cost),
        "reference": quote.reference,
        "note": quote.note,
    }


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
