"""From Adobe's JSON to typed values. Tolerant of what is missing; what it cannot do without raises OutcomeUnknown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from adobe3yc.vipmp.contracts import (
    Address,
    CompanyProfile,
    Contact,
    Customer,
    CustomerEntry,
    Line,
    LinePrices,
    ListedPrice,
    Minimum,
    Order,
    Page,
    Reseller,
    Subscription,
    Term,
    ThreeYearCommit,
)
from adobe3yc.vipmp.errors import NotDone, OutcomeUnknown

T = TypeVar("T")

# Names that Adobe's own samples give the same amount.
LINE_AMOUNT = ("lineItemPartnerPrice", "lineItemPrice")
NET_AMOUNT = ("netPartnerPrice", "proratedPartnerPrice")


def json_of(body: bytes) -> Any:
    """A body as JSON with exact numbers; None for anything else."""
    try:
        return json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def token(data: Any) -> tuple[str, int]:
    """A token and how many seconds it is good for. Raises NotDone for anything else."""
    found = _object(data)
    value, seconds = found.get("access_token"), found.get("expires_in")
    if not (isinstance(value, str) and value and isinstance(seconds, int)):
        raise NotDone("Adobe's sign-in service answered without a token.")
    return value, seconds


# Accounts ------------------------------------------------------------------------------------------------


def reseller(data: Any) -> Reseller:
    found = _object(data)
    return Reseller(
        id=_needed(found, "resellerId"),
        distributor_id=_text(found.get("distributorId")),
        status=_needed(found, "status"),
        profile=profile(found.get("companyProfile")),
        reference=_text(found.get("externalReferenceId")),
    )


def customer(data: Any) -> Customer:
    found = _object(data)
    return Customer(
        id=_needed(found, "customerId"),
        reseller_id=_text(found.get("resellerId")),
        status=_needed(found, "status"),
        profile=profile(found.get("companyProfile")),
        reference=_text(found.get("externalReferenceId")),
        levels=_levels(found.get("discounts")),
        three_year=three_year(found.get("benefits")),
        coterm=_day(found.get("cotermDate")),
        profile_sent=_object(found.get("companyProfile")),
    )


def customer_entries(data: Any) -> Page[CustomerEntry]:
    """A page of a list of customers: Adobe's table calls the array otherwise than its samples do."""
    found = _object(data)
    return _page(found, _list(found.get("accounts") or found.get("customers")), _customer_entry)


def _customer_entry(data: Any) -> CustomerEntry:
    found = _object(data)
    return CustomerEntry(
        id=_needed(found, "customerId"),
        name=_text(_object(found.get("companyProfile")).get("companyName")),
        status=_text(found.get("status")),
        reference=_text(found.get("externalReferenceId")),
    )


def profile(data: Any) -> CompanyProfile:
    found, address = _object(data), _object(_object(data).get("address"))
    segments = [_text(s) for s in _list(found.get("marketSegments"))]
    segment = _text(found.get("marketSegment"))
    return CompanyProfile(
        name=_text(found.get("companyName")),
        language=_text(found.get("preferredLanguage")),
        address=Address(
            country=_text(address.get("country")),
            region=_text(address.get("region")),
            city=_text(address.get("city")),
            line1=_text(address.get("addressLine1")),
            postal_code=_text(address.get("postalCode")),
            line2=_text(address.get("addressLine2")),
            phone=_text(address.get("phoneNumber")),
        ),
        contacts=tuple(_contact(entry) for entry in _list(found.get("contacts"))),
        segments=tuple([segment] if segment else segments),
    )


def _contact(data: Any) -> Contact:
    found = _object(data)
    return Contact(
        first_name=_text(found.get("firstName")),
        last_name=_text(found.get("lastName")),
        email=_text(found.get("email")),
        phone=_text(found.get("phoneNumber")),
    )


def three_year(data: Any) -> ThreeYearCommit:
    """The three-year commitment among a customer's benefits; null, {} and nothing are alike."""
    for entry in map(_object, _list(data)):
        if entry.get("type") == "THREE_YEAR_COMMIT":
            return ThreeYearCommit(
                commitment=term(entry.get("commitment")),
                request=term(entry.get("commitmentRequest")),
                recommitment=term(entry.get("recommitmentRequest")),
            )
    return ThreeYearCommit()


def term(data: Any) -> Term | None:
    """A commitment or request; None when there is none. Dates and minimums may be missing."""
    found = _object(data)
    status = _text(found.get("status"))
    if not status:
        return None
    return Term(
        status=status,
        minimums=tuple(_minimum(entry) for entry in _list(found.get("minimumQuantities"))),
        start=_day(found.get("startDate")),
        end=_day(found.get("endDate")),
    )


def _minimum(data: Any) -> Minimum:
    found = _object(data)
    return Minimum(_text(found.get("offerType")), _number(found.get("quantity")))


def _levels(data: Any) -> dict[str, str]:
    entries = map(_object, _list(data))
    return {_text(e.get("offerType")): _text(e.get("level")) for e in entries if e.get("offerType")}


# Orders and subscriptions --------------------------------------------------------------------------------


def order(data: Any) -> Order:
    """A stored order. Raises OutcomeUnknown without its id and status."""
    found = _object(data)
    _needed(found, "orderId")
    _needed(found, "status")
    return preview(found)


def preview(data: Any) -> Order:
    """What was not stored: neither id nor status. Raises OutcomeUnknown without lines."""
    found = _object(data)
    lines = tuple(_line(entry) for entry in _list(found.get("lineItems")))
    if not lines:
        raise _unreadable("lineItems")
    return Order(
        id=_text(found.get("orderId")),
        type=_text(found.get("orderType")),
        status=_text(found.get("status")),
        lines=lines,
        customer_id=_text(found.get("customerId")),
        reference=_text(found.get("externalReferenceId")),
        currency=_text(found.get("currencyCode")) or lines[0].currency,
        of=_text(found.get("referenceOrderId")),
        created_at=_instant(found.get("creationDate")),
    )


def orders(data: Any) -> Page[Order]:
    found = _object(data)
    return _page(found, _list(found.get("items")), order)


def _line(data: Any) -> Line:
    found = _object(data)
    days = found.get("proratedDays")
    return Line(
        number=_number(found.get("extLineItemNumber")),
        offer_id=_needed(found, "offerId"),
        quantity=_number(found.get("quantity")),
        currency=_text(found.get("currencyCode")),
        status=_text(found.get("status")),
        subscription_id=_text(found.get("subscriptionId")),
        prorated_days=None if days is None else _number(days),
        prices=_prices(found.get("pricing")),
    )


def _prices(data: Any) -> LinePrices | None:
    found = _object(data)
    yearly = _amount(found.get("partnerPrice"))
    line = _first(found, LINE_AMOUNT)
    if yearly is None or line is None:
        return None
    discounted = _amount(found.get("discountedPartnerPrice"))
    net = _first(found, NET_AMOUNT)
    return LinePrices(
        yearly=yearly,
        discounted=yearly if discounted is None else discounted,
        net=yearly if net is None else net,
        line=line,
    )


def subscription(data: Any) -> Subscription:
    found = _object(data)
    renewal = _object(found.get("autoRenewal"))
    quantity = _number(found.get("currentQuantity"))
    wanted = renewal.get("renewalQuantity")
    return Subscription(
        id=_needed(found, "subscriptionId"),
        offer_id=_needed(found, "offerId"),
        quantity=quantity,
        status=_needed(found, "status"),
        renews=renewal.get("enabled") is True,
        renewal_quantity=quantity if wanted is None else _number(wanted),
        used=_number(found.get("usedQuantity")),
        currency=_text(found.get("currencyCode")),
        renewal_on=_day(found.get("renewalDate")),
    )


def subscriptions(data: Any) -> Page[Subscription]:
    found = _object(data)
    return _page(found, _list(found.get("items")), subscription)


# Price lists ---------------------------------------------------------------------------------------------


def listed_prices(data: Any) -> Page[ListedPrice]:
    found = _object(data)
    if not isinstance(found.get("offers"), list):
        # A list without rows is refused with 1162: this is somebody else's answer.
        raise _unreadable("offers")
    return _page(found, _list(found["offers"]), _listed_price)


def _listed_price(data: Any) -> ListedPrice:
    found = _object(data)
    price = _amount(found.get("partnerPrice"))
    if price is None:
        raise _unreadable("partnerPrice")
    return ListedPrice(
        offer_id=_needed(found, "offerId"),
        family=_text(found.get("productFamily")),
        price=price,
        first=_day(found.get("firstOrderDate")),
        last=_day(found.get("lastOrderDate")),
        discount_code=_text(found.get("discountCode")),
        street_price=_amount(found.get("estimatedStreetPrice")),
    )


# Parts ---------------------------------------------------------------------------------------------------


def _page(found: Mapping[str, Any], entries: list[Any], read: Callable[[Any], T]) -> Page[T]:
    items = tuple(read(entry) for entry in entries)
    total = max(_number(found.get("totalCount")), len(items))
    reached = _number(found.get("offset")) + len(items)
    return Page(items, total, reached if items and reached < total else None)


def _object(data: Any) -> Mapping[str, Any]:
    return data if isinstance(data, dict) else {}


def _list(data: Any) -> list[Any]:
    return data if isinstance(data, list) else []


def _text(data: Any) -> str:
    return str(data) if isinstance(data, str | int) and not isinstance(data, bool) else ""


def _needed(found: Mapping[str, Any], name: str) -> str:
    text = _text(found.get(name))
    if not text:
        raise _unreadable(name)
    return text


def _number(data: Any) -> int:
    """A whole number, also one written as text; 0 for none."""
    if isinstance(data, bool) or data is None or data == "":
        return 0
    try:
        return int(data)
    except (TypeError, ValueError, OverflowError) as error:
        raise _unreadable("a number") from error


def _amount(data: Any) -> Decimal | None:
    """An amount, as Adobe writes it in one place as a number and in another as text; None for none."""
    if data is None or data == "":
        return None
    try:
        amount = Decimal(str(data))
    except InvalidOperation as error:
        raise _unreadable("an amount") from error
    if not amount.is_finite():
        raise _unreadable("an amount")
    return amount


def _first(found: Mapping[str, Any], names: tuple[str, ...]) -> Decimal | None:
    return next((_amount(found[name]) for name in names if found.get(name) is not None), None)


def _day(data: Any) -> date | None:
    """A date, alone or as the beginning of an instant; None for none."""
    text = _text(data)
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise _unreadable("a date") from error


def _instant(data: Any) -> datetime | None:
    text = _text(data)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise _unreadable("an instant") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _unreadable(what: str) -> OutcomeUnknown:
    return OutcomeUnknown(f"Adobe's answer cannot be read: {what}.")
