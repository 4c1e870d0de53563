"""What wanted things cost, through the one pricing engine, and by which payment plans they can be paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bss.accounts.models import Account
from bss.core import clock
from bss.installments.contracts import PlanTerms
from bss.installments.selectors import OfferKey, plans_for
from bss.installments.splitting import is_splittable
from bss.orders.contracts import Bought, Priced, Wanted
from bss.orders.models import BasketLine, OrderLine
from bss.pricing.contracts import PriceRequest, QuotedPrice, UnitPrice
from bss.pricing.coterm import CoTerm, coterm_of
from bss.pricing.selectors import prices_of_known


def unit_prices(
    wanted: Sequence[Wanted], *, payer: Account, customer: Account
) -> list[UnitPrice | None]:
    """The three tracks of each wanted thing's unit price, in order; None where it is not on sale to this payer.

    Payment plans are left out of it: `priced_of` takes them in.
    """
    if not wanted:
        return []
    found = prices_of_known(
        payer=payer,
        customer=customer,
        products=[w.product for w in wanted],
        requests=[PriceRequest(w.product.pk, w.unit, w.quantity) for w in wanted],
        quotes=quotes_in(wanted),
    )
    return [None if w.is_hidden else price for w, price in zip(wanted, found, strict=True)]


def quotes_in(wanted: Sequence[Wanted]) -> dict[int, QuotedPrice]:
    """What was quoted for some of them, by position."""
    return {
        index: each.quote
        for index, each in enumerate(wanted)
        if each.quote is not None and each.quote.amount is not None
    }


def wanted_lines(lines: Sequence[BasketLine] | Sequence[OrderLine]) -> list[Wanted]:
    """What lines ask for, at the prices that were quoted for them. Add-ons come with their products' lines."""
    tops = {line.pk: line for line in lines}
    return [wanted_line(line, tops.get(line.parent_id or 0)) for line in lines]


def wanted_line(
    line: BasketLine | OrderLine, parent: BasketLine | OrderLine | None = None
) -> Wanted:
    """What a line asks for, at the price that was quoted for it; an add-on's first term is that of its `parent`."""
    return Wanted(
        line.public_id,
        line.product,
        line.unit,
        line.quantity,
        line.payment_plan_id,
        quote=quote_of(line),
        coterm=coterm_by(quote_of(parent or line, line.unit), line.unit),
        is_hidden=getattr(line, "is_hidden", False),
    )


def coterm_by(quote: QuotedPrice | None, unit: str) -> CoTerm | None:
    """The first term of what is bought now and was quoted so; None for one as any other."""
    if quote is None or quote.ends_at is None:
        return None
    return coterm_of(quote.ends_at, unit, at=clock.now(), is_prorated=quote.is_prorated)


def quote_of(line: BasketLine | OrderLine, unit: str = "") -> QuotedPrice | None:
    """What a service manager quoted for a line; None at its list price, or for another `unit` than was quoted."""
    kept = line.quote
    if not kept or kept["unit"] != (unit or line.unit):
        return None
    return QuotedPrice(
        product_id=line.product_id,
        unit=kept["unit"],
        currency=kept["currency"],
        amount=None if kept["amount"] is None else Decimal(kept["amount"]),
        mark=kept["mark"],
        cost=None if kept["cost"] is None else Decimal(kept["cost"]),
        line=line.public_id,
        reference=kept["reference"],
        note=kept["note"],
        ends_at=datetime.fromisoformat(kept["ends_at"]) if "ends_at" in kept else None,
        is_prorated=kept.get("is_prorated", True),
    )


def stored_quote(quote: QuotedPrice | None) -> dict[str, Any] | None:
    """A quote as a line keeps it."""
    if quote is None:
        return None
    kept = {
        "unit": quote.unit,
        "currency": quote.currency,
        "amount": None if quote.amount is None else str(quote.amount),
        "mark": quote.mark,
        "cost": None if quote.cost is None else str(quote.cost),
        "reference": quote.reference,
        "note": quote.note,
    }
    if quote.ends_at is None:
        return kept
    return {**kept, "ends_at": quote.ends_at.isoformat(), "is_prorated": quote.is_prorated}


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
    coterm = wanted.coterm
    by_plan = (
        Bought(price.paid_by(plan), plan, coterm)
        for plan in offered.get((wanted.product.pk, wanted.unit), ())
    )
    plans = tuple(each for each in by_plan if _is_payable(each, wanted.quantity))
    at_once = Priced(price, plans=plans, at_once=price, coterm=coterm)
    if wanted.plan_id is None and not wanted.plan_code:
        return at_once
    for each in plans:
        if each.plan is not None and _is_wanted(each.plan, wanted):
            return replace(at_once, price=each.price, plan=each.plan)
    return replace(at_once, is_plan_lost=True)


def _is_wanted(plan: PlanTerms, wanted: Wanted) -> bool:
    return plan.code == wanted.plan_code if wanted.plan_code else plan.plan_id == wanted.plan_id


def _is_payable(bought: Bought, quantity: int) -> bool:
    """Whether none of a plan's installments would be nothing, neither the payer's nor the customer's."""
    amounts, count = bought.line(quantity), bought.installments
    totals = [amounts.total] if amounts.resale is None else [amounts.total, amounts.resale]
    return all(is_splittable(total, count, amounts.currency) for total in totals)
