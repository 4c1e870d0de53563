"""What something costs somebody: price lists, list prices and quotes read together, always in as many queries.

Each function reads the payer's list, the products, and their list prices with the lists' items once, whatever the
number of products; a resale price adds the reseller's plan and its list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, CharField, DecimalField, QuerySet, Value

from bss.accounts.models import Account, Organization
from bss.accounts.ports import capabilities_of
from bss.catalog import selectors as catalog
from bss.catalog.choices import Unit
from bss.catalog.contracts import Offer, OfferedPlan
from bss.catalog.models import ListPrice, PriceList, PriceListItem, Product
from bss.catalog.selectors import Audience, unit_months
from bss.core import clock
from bss.core.prepared import Prepared
from bss.installments.contracts import PlanTerms
from bss.installments.selectors import plans_for
from bss.pricing import engine
from bss.pricing.contracts import PlannedLine, PriceRequest, QuotedPrice, Rule, UnitPrice
from bss.pricing.ports import PRICE_SOURCE

_Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Market:
    """Under which lists something is priced, and for whom. `resale` adds the reseller's track.

    `capabilities` are those of the reseller's plan where it resells, so that whoever needs them asks once.
    """

    price_list: PriceList
    audience: Audience
    resale: bool = False
    resale_list: PriceList | None = None
    capabilities: frozenset[str] = frozenset()

    @property
    def currency(self) -> str:
        return self.price_list.currency


@dataclass(frozen=True, slots=True)
class _Listed:
    """A list price."""

    price: Decimal
    cost: Decimal


@dataclass(slots=True)
class _Loaded:
    """Everything the engine needs of some products, by (product id, unit); `units` are those with a list price."""

    products: Mapping[int, Product]
    units: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    list_prices: dict[_Key, _Listed] = field(default_factory=dict)
    rules: dict[_Key, Rule] = field(default_factory=dict)
    resale_rules: dict[_Key, Rule] = field(default_factory=dict)


# Questions ---------------------------------------------------------------------------------------------------


def prices_for(
    *,
    payer: Account,
    requests: Sequence[PriceRequest],
    customer: Account | None = None,
    at: datetime | None = None,
) -> list[UnitPrice | None]:
    """The unit price of each request, in the payer's currency; None for what this payer cannot buy.

    With a `customer` that is an end customer of the payer the resale track is filled, whoever orders. `at` is the
    moment whose price lists count, now by default.
    """
    market = market_for(payer, customer, at)
    if market is None or not requests:
        return [None] * len(requests)
    return _priced(market, requests)


def offers_for(
    *, payer: Account, product_ids: Collection[int], customer: Account | None = None
) -> dict[int, list[UnitPrice]]:
    """Every unit on sale of each product, shortest first, for lists and product pages.

    A reseller that looks for itself also gets what it may only buy for its customers. Products that cannot be
    bought are left out.
    """
    market = browsing_market(payer, customer)
    return offers_under(market, _products(product_ids)) if market else {}


def prices_of_known(
    *,
    payer: Account,
    products: Collection[Product],
    requests: Sequence[PriceRequest],
    customer: Account | None = None,
    browsing: bool = False,
    quotes: Mapping[int, QuotedPrice] | None = None,
) -> list[UnitPrice | None]:
    """As `prices_for`, of products that were read already with their types. `browsing` sees what `offers_for` sees.

    `quotes` were given for single requests, by their position: they go before the price source's.
    """
    market = (browsing_market if browsing else market_for)(payer, customer)
    if market is None or not requests:
        return [None] * len(requests)
    loaded = _load(market, {each.pk: each for each in products})
    return _answers(market, loaded, requests, quotes=quotes)


def visitor_offers(
    *, organization: Organization, product_ids: Collection[int]
) -> dict[int, list[UnitPrice]]:
    """What a visitor of an organization's shop sees: its default list's prices, nothing without one."""
    market = visitor_market(organization)
    return offers_under(market, _products(product_ids)) if market else {}


def resale_visitor_offers(
    *, reseller: Account, product_ids: Collection[int]
) -> dict[int, list[UnitPrice]]:
    """What a visitor of a reseller's own storefront sees: its default list's resale prices, nothing without one."""
    market = resale_visitor_market(reseller)
    if market is None or market.resale_list is None:
        return {}
    return offers_under(market, _products(product_ids))


def offers_under(market: Market, products: Collection[Product]) -> dict[int, list[UnitPrice]]:
    """Every unit on sale of products that were read already (with their type), shortest first."""
    return _offers(market, {product.pk: product for product in products})


def preview(price_list: PriceList, items: Sequence[PriceListItem]) -> dict[int, list[UnitPrice]]:
    """What each item of a price list makes of today's list prices and quotes, by item id, for staff."""
    market = Market(price_list, catalog.EVERYBODY)
    products = {item.product_id: item.product for item in items}
    offered = _offers(market, products, on_sale=False)
    specific = {(item.product_id, item.unit) for item in items if item.unit}
    found: dict[int, list[UnitPrice]] = {}
    for item in items:
        prices = offered.get(item.product_id, [])
        found[item.pk] = [
            price
            for price in prices
            if (
                price.unit == item.unit
                if item.unit
                else (item.product_id, price.unit) not in specific
            )
        ]
    return found


# Markets -----------------------------------------------------------------------------------------------------


def market_for(
    payer: Account, customer: Account | None = None, at: datetime | None = None
) -> Market | None:
    """The lists under which `payer` buys for `customer`; None when it has no valid one."""
    on = (at or clock.now()).astimezone(ZoneInfo(payer.organization.time_zone)).date()
    if customer is not None and customer.parent_id == payer.pk:
        return _resale_market(payer, customer, on)
    price_list = catalog.price_list_for(payer, on)
    return Market(price_list, catalog.audience_of(payer, customer)) if price_list else None


def browsing_market(payer: Account, customer: Account | None = None) -> Market | None:
    """As `market_for`; a reseller that looks for itself also sees what is for its customers only."""
    market = market_for(payer, customer)
    if market is not None and payer.is_reseller and customer is None:
        return replace(market, audience=catalog.EVERYBODY)
    return market


def visitor_market(organization: Organization) -> Market | None:
    """What visitors of an organization's shop look at: its default list; None without one."""
    price_list = catalog.visitor_list_for(organization, catalog.local_date(organization))
    return Market(price_list, catalog.CUSTOMERS) if price_list else None


def resale_visitor_market(reseller: Account) -> Market | None:
    """What visitors of a reseller's own storefront look at. Without `resale_list` they are shown no prices."""
    return _resale_market(reseller, None, catalog.local_date(reseller.organization))


def _resale_market(reseller: Account, customer: Account | None, on: date) -> Market | None:
    """A reseller's market for a customer (None: a visitor). Its own list counts while its plan includes own prices."""
    price_list, own = catalog.lists_for(reseller, customer, on)
    if price_list is None:
        return None
    capabilities = capabilities_of(reseller.pk)
    if catalog.OWN_PRICES not in capabilities:
        own = None
    return Market(price_list, catalog.CUSTOMERS, True, own, capabilities)


class CatalogueOffers:
    """Fills the catalogue's port: prices for its API."""

    def offers(
        self, *, account: Account, product_ids: Collection[int]
    ) -> Mapping[int, Sequence[Offer]]:
        payer = account.parent or account
        customer = account if account.parent else None
        found = offers_for(payer=payer, product_ids=product_ids, customer=customer)
        plans = plans_for(payer, found)
        return {
            product_id: [_offer(price, plans.get((product_id, price.unit), ())) for price in prices]
            for product_id, prices in found.items()
        }


def _offer(price: UnitPrice, plans: Sequence[PlanTerms]) -> Offer:
    lines = [line for plan in plans if (line := engine.planned(price, plan, 1)) is not None]
    return Offer(price.unit, price.currency, price.customer_price, [_plan(line) for line in lines])


def _plan(line: PlannedLine) -> OfferedPlan:
    return OfferedPlan(
        code=line.plan.code,
        frequency=line.plan.frequency,
        count=line.plan.count,
        price=line.unit_price.customer_price,
        total=line.customer.total,
        regular=line.customer.regular,
        last=line.customer.last,
    )


# Answers -----------------------------------------------------------------------------------------------------


def _offers(
    market: Market, products: Mapping[int, Product], *, on_sale: bool = True
) -> dict[int, list[UnitPrice]]:
    if not products:
        return {}
    loaded = _load(market, products)
    requests = [
        PriceRequest(product_id, unit)
        for product_id, product in products.items()
        for unit in _units(product, loaded)
    ]
    found: dict[int, list[UnitPrice]] = defaultdict(list)
    for price in _answers(market, loaded, requests, on_sale=on_sale):
        if price is not None:
            found[price.product_id].append(price)
    for prices in found.values():
        prices.sort(key=lambda price: unit_months(price.unit))
    return dict(found)


def _priced(market: Market, requests: Sequence[PriceRequest]) -> list[UnitPrice | None]:
    products = {p.pk: p for p in _products({request.product_id for request in requests})}
    return _answers(market, _load(market, products), requests)


def _answers(
    market: Market,
    loaded: _Loaded,
    requests: Sequence[PriceRequest],
    *,
    on_sale: bool = True,
    quotes: Mapping[int, QuotedPrice] | None = None,
) -> list[UnitPrice | None]:
    known = PRICE_SOURCE.get().quotes(requests, market.currency) if requests else {}
    quoted = {**known, **(quotes or {})}
    return [
        _answer(market, loaded, request, quoted.get(index))
        if _sold(market, loaded.products.get(request.product_id)) or not on_sale
        else None
        for index, request in enumerate(requests)
    ]


def _sold(market: Market, product: Product | None) -> bool:
    return product is not None and product.is_active and product.type.audience in market.audience


def _answer(
    market: Market, loaded: _Loaded, request: PriceRequest, quote: QuotedPrice | None
) -> UnitPrice | None:
    key = (request.product_id, request.unit)
    rule = _rule(loaded.rules, key)
    listed = loaded.list_prices.get(key)
    if quote is not None and quote.currency != market.currency:
        quote = None
    base = engine.base_of(listed.price if listed else None, listed.cost if listed else None, quote)
    if rule is None or base is None:
        return None
    resale = (_rule(loaded.resale_rules, key) or engine.LIST) if market.resale else None
    made = engine.tracks(base, rule, resale)
    if made is None:
        return None
    return UnitPrice(
        product_id=request.product_id,
        unit=request.unit,
        currency=market.currency,
        list_price=made.list_price,
        cost=made.cost,
        price=made.price,
        resale=made.resale,
        source=market.price_list.name,
        price_list_id=market.price_list.pk,
        rule=rule.rule,
        percent=rule.percent,
        quoted=base.quoted,
    )


def _rule(rules: Mapping[_Key, Rule], key: _Key) -> Rule | None:
    """An item with this unit goes before one for every unit."""
    return rules.get(key) or rules.get((key[0], ""))


def _units(product: Product, loaded: _Loaded) -> list[str]:
    """The units that may have a price: those listed, and any where a service manager may quote."""
    if product.type.managed_by:
        return list(Unit.values)
    return loaded.units[product.pk]


# Loading -----------------------------------------------------------------------------------------------------


def _products(product_ids: Collection[int]) -> list[Product]:
    return _PRODUCTS.all(ids=list(product_ids))


def _load(market: Market, products: Mapping[int, Product]) -> _Loaded:
    """List prices and the lists' rules in one query: rows of one shape, those without a list are list prices."""
    loaded = _Loaded(products)
    lists = [found.pk for found in (market.price_list, market.resale_list) if found]
    rows = _PRICES.all(product_ids=list(products), list_ids=lists, currency=market.currency)
    for product_id, unit, list_id, rule, amount, cost in rows:
        if list_id is None:
            loaded.units[product_id].append(unit)
            loaded.list_prices[product_id, unit] = _Listed(amount, cost)
        else:
            own = list_id == market.price_list.pk
            rules = loaded.rules if own else loaded.resale_rules
            rules[product_id, unit] = Rule(rule, amount)
    return loaded


_NO_LIST: Any = Value(None, output_field=BigIntegerField())
_NO_RULE = Value("", output_field=CharField())
_NOTHING: Any = Value(None, output_field=DecimalField())


def _prices(product_ids: list[int], list_ids: list[int], currency: str) -> QuerySet[Any, Any]:
    listed = ListPrice.objects.filter(
        product_id__any=product_ids, currency=currency, is_active=True
    ).values_list("product_id", "unit", _NO_LIST, _NO_RULE, "price", "cost")
    items = PriceListItem.objects.filter(price_list_id__any=list_ids, product_id__any=product_ids)
    return listed.union(
        items.values_list("product_id", "unit", "price_list_id", "rule", "percent", _NOTHING),
        all=True,
    )


_PRICES = Prepared(_prices, product_ids=list, list_ids=list, currency=str)
_PRODUCTS = Prepared(
    lambda ids: Product.objects.filter(pk__any=ids).select_related("type"), ids=list
)
