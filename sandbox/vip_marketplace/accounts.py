"""Resellers and customers: made, read, changed, and as they look on the wire."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from sandbox import clock
from sandbox.vip_marketplace import commitments
from sandbox.vip_marketplace.catalogue import LOWEST, SEGMENTS, TYPES
from sandbox.vip_marketplace.errors import Refusal
from sandbox.vip_marketplace.records import (
    ACTIVE,
    PENDING,
    Customer,
    Reseller,
    Subscription,
    Term,
)
from sandbox.vip_marketplace.rules import Rules
from sandbox.vip_marketplace.shapes import CUSTOMER, CUSTOMER_UPDATE, RESELLER, require
from sandbox.vip_marketplace.store import Books

FIXED: Final = (("companyName",), ("address", "country"), ("address", "region"))


# Resellers ---------------------------------------------------------------------------------------


def reseller_create(books: Books, body: Mapping[str, Any], distributor: str) -> dict[str, Any]:
    """Make a reseller that settles later. Raises Refusal."""
    require(RESELLER, body)
    if body["distributorId"] != distributor:
        raise Refusal("1114")
    profile = {"marketSegments": ["COM"], **body["companyProfile"]}
    reseller = Reseller(
        books.new_id(Reseller),
        distributor,
        profile,
        books.instant,
        body.get("externalReferenceId") or "",
        settles_at=settles_at(books),
    )
    books.keep(reseller)
    return reseller_body(reseller)


def reseller_of(books: Books, key: str) -> Reseller:
    """Return a reseller. Raises Refusal 1115."""
    reseller = books.find(Reseller, key)
    if reseller is None:
        raise Refusal("1115")
    return reseller


def reseller_body(reseller: Reseller) -> dict[str, Any]:
    """Return a reseller as it is sent."""
    return {
        "externalReferenceId": reseller.reference,
        "distributorId": reseller.distributor_id,
        "resellerId": reseller.id,
        "companyProfile": reseller.profile,
        "creationDate": reseller.created_at,
        "status": reseller.status,
        "links": links(f"/v3/resellers/{reseller.id}"),
    }


# Customers ---------------------------------------------------------------------------------------


def customer_create(books: Books, body: Mapping[str, Any]) -> dict[str, Any]:
    """Make a customer that settles later, with the commitment it asks for. Raises Refusal."""
    require(CUSTOMER, body)
    reseller = reseller_of(books, body["resellerId"])
    if reseller.status not in {ACTIVE, PENDING}:
        raise Refusal("1126")
    profile = {"marketSegment": "COM", **body["companyProfile"]}
    _check_segment(profile["marketSegment"])
    if any(twin.reseller_id == reseller.id for twin in twins(books, profile)):
        raise Refusal("1127")
    customer = Customer(
        books.new_id(Customer),
        reseller.id,
        profile,
        books.instant,
        dict(LOWEST),
        body.get("externalReferenceId") or "",
        settles_at=settles_at(books),
        coterm=_coterm(books, body.get("cotermDate") or "", profile["marketSegment"]),
    )
    commitments.ask(books, customer, body.get("benefits") or [])
    books.keep(customer)
    return customer_body(customer, books.rules)


def customer_of(books: Books, key: str, code: str = "1116") -> Customer:
    """Return a customer. Raises Refusal with the code given."""
    customer = books.find(Customer, key)
    if customer is None:
        raise Refusal(code)
    return customer


def customer_update(books: Books, key: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Replace a customer's profile and take the commitment it asks for. Raises Refusal."""
    customer = customer_of(books, key)
    require(CUSTOMER_UPDATE, body)
    if customer.status != ACTIVE:
        raise Refusal("1125")
    profile = {**customer.profile, **body["companyProfile"]}
    _check_fixed(customer.profile, profile)
    if profile["marketSegment"] != customer.segment:
        _check_segment(profile["marketSegment"])
        if any(s.status == ACTIVE for s in books.of(Subscription, customer.id)):
            raise Refusal("1134", ["INVALID_CUSTOMER_MARKET_SEGMENT"])
    profile["contacts"] = _contacts(customer.profile["contacts"], profile["contacts"])
    customer.profile = profile
    customer.reference = body.get("externalReferenceId") or customer.reference
    commitments.ask(books, customer, body.get("benefits") or [])
    books.keep(customer)
    return customer_body(customer, books.rules)


def twins(books: Books, profile: Mapping[str, Any]) -> list[Customer]:
    """Return the customers with the same company name and the same first administrator."""
    name, admin = _identity(profile)
    return [
        customer
        for customer in books.all(Customer)
        if customer.status in {ACTIVE, PENDING} and _identity(customer.profile) == (name, admin)
    ]


def customer_body(customer: Customer, rules: Rules) -> dict[str, Any]:
    """Return a customer as it is sent."""
    body = {
        "externalReferenceId": customer.reference,
        "customerId": customer.id,
        "resellerId": customer.reseller_id,
        "globalSalesEnabled": False,
        "companyProfile": customer.profile,
        "discounts": _discounts(customer),
        "cotermDate": customer.coterm,
        "creationDate": customer.created_at,
        "status": customer.status,
        "links": links(f"/v3/customers/{customer.id}"),
    }
    if not customer.has_benefit:
        return body
    terms = {
        "commitment": customer.commitment,
        "commitmentRequest": customer.request,
        "recommitmentRequest": customer.recommitment,
    }
    told = {name: _term(term, rules) for name, term in terms.items()}
    if rules.empty_terms == "missing":
        told = {name: term for name, term in told.items() if term is not None}
    if rules.empty_terms == "object":
        told = {name: term or {} for name, term in told.items()}
    return {**body, "benefits": [{"type": "THREE_YEAR_COMMIT", **told}]}


def links(path: str) -> dict[str, Any]:
    """Return the links of a resource."""
    return {"self": {"uri": path, "method": "GET", "headers": []}}


def settles_at(books: Books) -> str:
    """Return when what is made now settles."""
    return clock.instant(books.now + timedelta(seconds=books.rules.settle_seconds))


def _term(term: Term | None, rules: Rules) -> dict[str, Any] | None:
    if term is None:
        return None
    body: dict[str, Any] = {
        "status": term.status,
        "minimumQuantities": [
            {"offerType": kind, "quantity": least} for kind, least in term.minimums.items()
        ],
    }
    if term.start and (rules.request_dates == "yes" or term.status == "COMMITTED"):
        body = {"startDate": term.start, "endDate": term.end, **body}
    return body


def _discounts(customer: Customer) -> list[dict[str, str]]:
    """The level of each type: a commitment's where one is in force, else the standard one."""
    return [
        {"offerType": kind, "level": commitments.level(customer, kind, 0, 0)[0]} for kind in TYPES
    ]


def _check_segment(segment: str) -> None:
    if segment not in SEGMENTS:
        raise Refusal("2135")


def _check_fixed(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    changed = [path for path in FIXED if _at(old, path) != _at(new, path)]
    if changed:
        raise Refusal("1119", [f"companyProfile.{'.'.join(path)}" for path in changed])


def _at(profile: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = profile
    for name in path:
        value = value[name]
    return value


def _contacts(old: list[dict[str, Any]], sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those who are left out stay administrators, and a known e-mail keeps its name."""
    known = {contact["email"].lower(): contact for contact in old}
    added = [contact for contact in sent if contact["email"].lower() not in known]
    return [*old, *added]


def _identity(profile: Mapping[str, Any]) -> tuple[str, str]:
    return profile["companyName"].lower(), profile["contacts"][0]["email"].lower()


def _coterm(books: Books, day: str, segment: str) -> str:
    """An extended term: more than one year and up to three ahead, for education four."""
    if not day:
        return ""
    today, asked = books.now.date(), date.fromisoformat(day)
    most = commitments.years_later(today, 4 if segment == "EDU" else 3)
    if not commitments.years_later(today, 1) < asked <= most:
        raise Refusal("1117", ["cotermDate"])
    return day
