"""The pure price: from what a unit costs and sells for, through price lists, to the three tracks. No queries.

Every amount is a Decimal net of tax for one unit, kept at ten decimals; nothing is rounded to a currency's minor
unit here (that happens once, on the line). docs/architecture/catalogue-and-prices.md tells it in words.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

from babel.numbers import format_decimal
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bss.catalog.choices import HUNDRED, PriceRule
from bss.core.money import round_half_up, round_unit_price
from bss.installments.contracts import PlanTerms
from bss.installments.splitting import least_total
from bss.pricing.contracts import (
    PRECISION,
    Base,
    PlannedLine,
    QuotedPrice,
    Rule,
    Tracks,
    UnitPrice,
    with_charge,
)

LIST = Rule()


def rule_price(sell: Decimal | None, cost: Decimal | None, rule: Rule) -> Decimal | None:
    """What a rule makes of a sell price and a cost: ten decimals; None where it lacks what it builds on.

    list: the sell price. discount: sell less `percent`. markup: cost plus `percent` of the cost. margin: the price
    of which `percent` is profit, cost / (1 - percent). Raises ValueError for a margin of 100 per cent or more.
    """
    base = sell if rule.rule in {PriceRule.LIST, PriceRule.DISCOUNT} else cost
    if base is None:
        return None
    with localcontext() as context:
        context.prec = PRECISION
        return round_unit_price(_applied(base, rule))


def _applied(base: Decimal, rule: Rule) -> Decimal:
    match rule.rule:
        case PriceRule.DISCOUNT:
            return base * (HUNDRED - rule.percent) / HUNDRED
        case PriceRule.MARKUP:
            return base * (HUNDRED + rule.percent) / HUNDRED
        case PriceRule.MARGIN:
            if rule.percent >= HUNDRED:
                raise ValueError("a margin of 100 % or more has no price")
            return base * HUNDRED / (HUNDRED - rule.percent)
    return base


def base_of(
    sell: Decimal | None, cost: Decimal | None, quote: QuotedPrice | None = None
) -> Base | None:
    """Where the tracks begin: the list, or the quote in its place. None when there is neither.

    A quoted cost leaves no sell price to build on, a quoted list price takes the place of both. A quoted sell keeps the
    catalogue's cost, and where that is unknown counts as its own cost, so that no profit is invented.
    """
    if quote is None or quote.amount is None:
        return None if sell is None else Base(cost=cost or Decimal(0), sell=sell)
    if quote.mark == "list":
        return Base(cost=quote.cost or Decimal(0), sell=quote.amount)
    if quote.mark == "cost":
        return Base(cost=quote.amount, sell=None, quoted="cost")
    return Base(cost=quote.amount if cost is None else cost, sell=quote.amount, quoted="sell")


def tracks(base: Base, rule: Rule, resale: Rule | None = None) -> Tracks | None:
    """The three tracks of a unit. `rule` is the organization's price list's, `resale` the reseller's.

    A quoted sell skips `rule`; a quoted cost under a rule without mark-up or margin cannot be ordered: None. Pass
    `resale=LIST` for a reseller without a rule of its own, None when the customer is the payer.
    """
    price = base.sell if base.quoted == "sell" else rule_price(base.sell, base.cost, rule)
    if price is None:
        return None
    sell = price if base.sell is None else base.sell
    return Tracks(
        cost=round_unit_price(base.cost),
        list_price=round_unit_price(sell),
        price=round_unit_price(price),
        # The reseller's cost is the price it pays.
        resale=None if resale is None else rule_price(sell, price, resale),
    )


def planned(price: UnitPrice, plan: PlanTerms, quantity: int) -> PlannedLine | None:
    """A line of `quantity` units paid by `plan`, for a whole term; None where a track has too little to be split.

    Page, list, sum, basket and API ask here: one choice is split one way everywhere.
    """
    least = least_total(plan.count, price.currency)
    total = _planned_total(price.price, price.currency, plan, quantity)
    resale = (
        None
        if price.resale is None
        else _planned_total(price.resale, price.currency, plan, quantity)
    )
    if total < least or (resale is not None and resale < least):
        return None
    return PlannedLine(price, plan, quantity, total, resale)


def _planned_total(unit: Decimal, currency: str, plan: PlanTerms, quantity: int) -> Decimal:
    """One track's total: charge, multiply, round half-up once."""
    return round_half_up(with_charge(unit, plan.extra_charge) * quantity, currency)


def explanation(price: UnitPrice) -> str:
    """How a price was made, in a sentence for staff: "List 12.00, discount 10 %". It may tell the cost."""
    amount = _amount(price.cost if _on_cost(price) else price.list_price)
    percent = _percent(price.percent)
    if price.quoted == "sell":
        return _("Quoted sell price %(amount)s") % {"amount": amount}
    if price.rule == PriceRule.LIST:
        return _("List %(amount)s") % {"amount": amount}
    if price.rule == PriceRule.DISCOUNT:
        words = _("List %(amount)s, discount %(percent)s %%")
    elif price.quoted == "cost":
        words = (
            _("Quoted cost %(amount)s, mark-up %(percent)s %%")
            if price.rule == PriceRule.MARKUP
            else _("Quoted cost %(amount)s, margin %(percent)s %%")
        )
    elif price.rule == PriceRule.MARKUP:
        words = _("Cost %(amount)s, mark-up %(percent)s %%")
    else:
        words = _("Cost %(amount)s, margin %(percent)s %%")
    return words % {"amount": amount, "percent": percent}


def margin_percent(price: Decimal, cost: Decimal) -> Decimal | None:
    """What part of `price` is profit, in per cent with one decimal; None for a price of 0."""
    if price == 0:
        return None
    return ((price - cost) / price * HUNDRED).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _on_cost(price: UnitPrice) -> bool:
    return price.rule in {PriceRule.MARKUP, PriceRule.MARGIN} and price.quoted != "sell"


def _amount(amount: Decimal) -> str:
    return _formatted(amount, "#,##0.00########")


def _percent(percent: Decimal) -> str:
    return _formatted(percent, "#,##0.####")


def _formatted(number: Decimal, pattern: str) -> str:
    locale = (get_language() or "en").replace("-", "_")
    return str(format_decimal(number, format=pattern, locale=locale))
