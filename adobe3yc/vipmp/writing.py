"""From typed values to the bodies that Adobe takes. It refuses fields that it does not know, so there are no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adobe3yc.vipmp.contracts import (
    CompanyProfile,
    Contact,
    Customer,
    LineBody,
    Minimum,
    PriceListQuery,
)

REQUEST = "commitmentRequest"
RECOMMITMENT = "recommitmentRequest"


def reseller(distributor_id: str, profile: CompanyProfile, reference: str) -> dict[str, Any]:
    segments = {"marketSegments": list(profile.segments)} if profile.segments else {}
    return {
        "distributorId": distributor_id,
        **_without_empty({"externalReferenceId": reference}),
        "companyProfile": {**_profile(profile), **segments},
    }


def customer(
    reseller_id: str, profile: CompanyProfile, reference: str, minimums: Sequence[Minimum]
) -> dict[str, Any]:
    """`minimums` ask for a three-year commitment; without them there is no request."""
    segment = {"marketSegment": profile.segments[0]} if profile.segments else {}
    body = {
        "resellerId": reseller_id,
        **_without_empty({"externalReferenceId": reference}),
        "companyProfile": {**_profile(profile), **segment},
    }
    return {**body, "benefits": benefits(minimums, REQUEST)} if minimums else body


def commitment(known: Customer, minimums: Sequence[Minimum], kind: str) -> dict[str, Any]:
    """An update that asks for a commitment and changes nothing else.

    No contact is sent: each one that is would get the administrators' welcome mail again.
    """
    profile = {**known.profile_sent, "contacts": []}
    return {"companyProfile": profile, "benefits": benefits(minimums, kind)}


def benefits(minimums: Sequence[Minimum], kind: str) -> list[dict[str, Any]]:
    asked = [{"offerType": m.offer_type, "quantity": m.quantity} for m in minimums]
    return [{"type": "THREE_YEAR_COMMIT", kind: {"minimumQuantities": asked}}]


def order(
    kind: str, lines: Sequence[LineBody], currency: str, reference: str = "", of: str = ""
) -> dict[str, Any]:
    """`of` is the order that a return gives back."""
    body: dict[str, Any] = {
        "orderType": kind,
        "currencyCode": currency,
        "lineItems": [
            {
                "extLineItemNumber": line.number,
                "offerId": line.offer_id,
                "quantity": line.quantity,
            }
            for line in lines
        ],
    }
    return {
        **body,
        **_without_empty({"externalReferenceId": reference, "referenceOrderId": of}),
    }


def renewal(*, enabled: bool, quantity: int | None) -> dict[str, Any]:
    """Without a quantity what renews follows what is owned."""
    wanted: dict[str, Any] = {"enabled": enabled}
    if enabled and quantity is not None:
        wanted["renewalQuantity"] = quantity
    return {"autoRenewal": wanted}


def price_list(query: PriceListQuery) -> dict[str, Any]:
    return {
        "region": query.region,
        "marketSegment": query.segment,
        "priceListType": query.kind,
        "currency": query.currency,
        "priceListMonth": query.month,
        # Not sent unless asked for; what is sold at follows from it.
        "includeOfferAttributes": ["estimatedStreetPrice"],
    }


def _profile(profile: CompanyProfile) -> dict[str, Any]:
    address = profile.address
    return {
        "companyName": profile.name,
        "preferredLanguage": profile.language,
        "address": _without_empty(
            {
                "country": address.country,
                "region": address.region,
                "city": address.city,
                "addressLine1": address.line1,
                "addressLine2": address.line2,
                "postalCode": address.postal_code,
                "phoneNumber": address.phone,
            }
        ),
        "contacts": [_contact(contact) for contact in profile.contacts],
    }


def _contact(contact: Contact) -> dict[str, Any]:
    return _without_empty(
        {
            "firstName": contact.first_name,
            "lastName": contact.last_name,
            "email": contact.email,
            "phoneNumber": contact.phone,
        }
    )


def _without_empty(body: Mapping[str, str]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value}
