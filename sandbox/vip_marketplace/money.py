"""Amounts: how many days a line is charged for, prices in previews, and the price list API."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from sandbox.vip_marketplace import commitments
from sandbox.vip_marketplace.catalogue import (
    CONSUMABLES,
    CURRENCIES,
    REGIONS,
    SEGMENTS,
    WINDOWS,
    Offer,
    committed_ladder,
    lock_factor,
    offers,
    price,
    read_offer,
)
from sandbox.vip_marketplace.errors import Refusal
from sandbox.vip_marketplace.records import Customer
from sandbox.vip_marketplace.shapes import PRICE_LIST, require
from sandbox.vip_marketplace.store import Books

DAILY: Final = Decimal("0.000000001")
CENT: Final = Decimal("0.01")
PAGE: Final = 20
# Sent when a call asks for it by name.
ON_DEMAND: Final = ("estimatedStreetPrice",)
ALWAYS: Final = ("2022-01-01", "2098-12-31")


# Proration ---------------------------------------------------------------------------------------


def term_days(first: date, anniversary: date) -> tuple[int, int]:
    """Return the days left from `first` to the day before the anniversary, and those of the whole term."""
    start = commitments.years_later(anniversary, -1)
    return (anniversary - first).days, (anniversary - start).days


def prorated(yearly: Decimal, quantity: int, first: date, anniversary: date) -> Decimal:
    """Return the charge from `first` to the day before the anniversary."""
    days, year = term_days(first, anniversary)
    daily = (yearly / year).quantize(DAILY, ROUND_HALF_UP)
    return (daily * days * quantity).quantize(CENT, ROUND_HALF_UP)


def add_prices(
    books: Books, customer: Customer, answer: dict[str, Any], moment: datetime | None
) -> None:
    """Add prices to a preview; with `moment` None each line is charged for its whole term."""
    first = moment.date() if moment else books.now.date()
    anniversary = commitments.years_later(first, 1)
    if moment and customer.coterm:
        anniversary = date.fromisoformat(customer.coterm)
    total = Decimal(0)
    for line in answer["lineItems"]:
        offer = read_offer(line["offerId"])
        if offer is None:
            continue
        amounts = _amounts(customer, offer, line, (first, anniversary))
        line.update(amounts)
        total += Decimal(str(amounts["pricing"]["lineItemPartnerPrice"]))
    currency = answer["lineItems"][0]["currencyCode"]
    answer["pricingSummary"] = [
        {"totalLineItemPartnerPrice": float(total), "currencyCode": currency}
    ]


def _amounts(
    customer: Customer, offer: Offer, line: Mapping[str, Any], term: tuple[date, date]
) -> dict[str, Any]:
    yearly = price(offer, line["currencyCode"], _factor(customer, offer))
    days, year = term_days(*term)
    net, whole = yearly, yearly * line["quantity"]
    if offer.product.type != CONSUMABLES and days != year:
        net = (yearly / year * days).quantize(Decimal("0.001"), ROUND_HALF_UP)
        whole = prorated(yearly, line["quantity"], *term)
    return {
        "proratedDays": days,
        "pricing": {
            "partnerPrice": float(yearly),
            "discountedPartnerPrice": float(yearly),
            "netPartnerPrice": float(net),
            "lineItemPartnerPrice": float(whole),
        },
    }


def _factor(customer: Customer, offer: Offer) -> str:
    """What a commitment accepted in a window of the 3YC price list locks in."""
    asked = customer.request if customer.request and customer.request.status == "ACCEPTED" else None
    ladder = committed_ladder(offer.product.type, offer.segment)
    for term in (customer.committed, asked):
        promised = term is not None and offer.product.type in term.minimums
        if term and promised and offer.level in {level for _, level in ladder}:
            return lock_factor(term.start) or "1"
    return "1"


# The price list ----------------------------------------------------------------------------------


def price_list(books: Books, body: Mapping[str, Any], offset: int, limit: int) -> dict[str, Any]:
    """Return a page of a price list. Raises Refusal."""
    require(PRICE_LIST, body)
    kind, segment = body.get("priceListType") or "STANDARD", body["marketSegment"]
    if segment not in SEGMENTS:
        raise Refusal("1160")
    if body["region"] not in REGIONS or body["currency"] not in CURRENCIES:
        raise Refusal("1161")
    if kind == "STD-LGA" or not books.rules.has_prices:
        raise Refusal("1162")
    rows = [row for row in _rows(segment, body["currency"], kind) if _passes(row, body)]
    left_out = set(ON_DEMAND) - set(body.get("includeOfferAttributes") or ())
    shown = [
        {name: value for name, value in row.items() if name not in left_out}
        for row in rows[offset : offset + limit]
    ]
    return {
        **{name: body[name] for name in ("priceListMonth", "marketSegment", "region", "currency")},
        "priceListType": kind,
        "totalCount": len(rows),
        "count": len(shown),
        "limit": limit,
        "offset": offset,
        "offers": shown,
    }


def _rows(segment: str, currency: str, kind: str) -> list[dict[str, Any]]:
    return [
        {
            "offerId": row["Part Number"],
            "productFamily": row["Product Family"],
            "firstOrderDate": f"{row['First Order Date']}T00:00:00.000+00:00",
            "lastOrderDate": f"{row['Last Order Date']}T00:00:00.000+00:00",
            "partnerPrice": row["Partner Price"],
            "discountCode": "",
            "estimatedStreetPrice": row["Estimated Street Price"],
        }
        for row in file_rows(segment, currency, kind)
    ]


def _passes(row: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    wanted = body.get("filters") or {}
    same = all(
        not wanted.get(name) or row[name] == wanted[name]
        for name in ("offerId", "productFamily", "discountCode")
    )
    first, last = wanted.get("firstOrderDate"), wanted.get("lastOrderDate")
    return (
        same
        and (not first or row["firstOrderDate"][:10] > first)
        and (not last or row["lastOrderDate"][:10] >= last)
    )


def _street(partner: Decimal) -> Decimal:
    return (partner * Decimal("1.25")).quantize(CENT, ROUND_HALF_UP)


def file_rows(segment: str, currency: str, kind: str) -> list[dict[str, str]]:
    """Return the rows of a monthly price file, as its columns are titled. `kind` is STANDARD or 3YC."""
    windows = [(first.isoformat(), last.isoformat(), factor) for first, last, factor in WINDOWS]
    if kind == "STANDARD":
        windows = [(*ALWAYS, "1")]
    return [
        {
            "Part Number": offer.id,
            "Product Family": offer.product.name,
            "Product Type": "Subscription New",
            "Level Detail": f"Level {offer.level}",
            "Duration": "12 Months",
            "Metric": "Transaction" if offer.product.type == CONSUMABLES else "User",
            "Segment": segment,
            "Currency": currency,
            "Partner Price": str(price(offer, currency, factor)),
            "Estimated Street Price": str(_street(price(offer, currency, factor))),
            "First Order Date": first,
            "Last Order Date": last,
            "RMA Request Deadline": (date.fromisoformat(last) + timedelta(days=30)).isoformat(),
            "Points": "",
        }
        for offer in offers(segment, committed=kind == "3YC")
        for first, last, factor in windows
    ]
