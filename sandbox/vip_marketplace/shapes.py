"""What a body may hold: unknown fields refused, then missing ones, then those that are not valid."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sandbox.vip_marketplace.catalogue import SEGMENTS, TYPES
from sandbox.vip_marketplace.errors import Refusal

NAME: Final = r"[\w ,.\uff06&'()\uff08\uff09\\\"/-]{4,80}"
PERSON: Final = r"[\w ,.\uff06&'\"-]{1,35}"
EMAIL: Final = r"[^@\s<>\[\]\"]+@[^@\s<>\[\]\"]+\.[^@\s<>\[\]\"]+"
PLAIN: Final = r"[^<>\[\]\"]*"
LOCALES: Final = (  # noqa: SIM905 -- as Adobe lists them
    "bg-BG cs-CZ da-DK de-DE en-AE en-GB en-IL en-US en-XM es-ES es-LA es-MX es-NA et-EE fi-FI fr-CA"
    " fr-FR fr-MA fr-XM hr-HR hu-HU it-IT ja-JP ko-KR lt-LT lv-LV nb-NO nl-NL pl-PL pt-BR ro-RO ru-RU"
    " sk-SK sl-SI sr-RS sr-SP sv-SE tr-TR uk-UA zh-CN zh-HANS zh-HANT zh-TW"
).split()
UNSUPPORTED: Final = (
    "AQ AX BL BQ BV CU CW EH GG GS HM IM IO IR JE KM KP MF PN PW SD SJ SS SY TF".split()  # noqa: SIM905
)
POSTAL_CODES: Final = {
    **dict.fromkeys(("DE", "FR", "ES", "IT"), r"\d{5}"),
    "US": r"\d{5}(-\d{4})?",
    "GR": r"\d{3} ?\d{2}",
    "AT": r"\d{4}",
    "NL": r"\d{4} ?[A-Z]{2}",
    "GB": r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}",
}


@dataclass(frozen=True)
class Text:
    pattern: str = PLAIN
    longest: int = 255
    shortest: int = 1
    one_of: Sequence[str] = ()
    required: bool = True


@dataclass(frozen=True)
class Whole:
    required: bool = True


@dataclass(frozen=True)
class Flag:
    required: bool = True


@dataclass(frozen=True)
class Day:
    required: bool = False


@dataclass(frozen=True)
class Block:
    fields: Mapping[str, "Shape"]
    required: bool = True


@dataclass(frozen=True)
class Many:
    of: "Shape"
    least: int = 0
    required: bool = True


Shape = Text | Whole | Flag | Day | Block | Many


@dataclass
class Findings:
    """Paths of the fields in which a body differs from its shape."""

    unknown: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    invalid: list[str] = field(default_factory=list)


REFERENCE: Final = Text(longest=35, required=False)
ADDRESS: Final = Block(
    {
        "country": Text(r"[A-Z]{2}"),
        "region": Text(),
        "city": Text(longest=40),
        "addressLine1": Text(longest=60),
        "addressLine2": Text(longest=60, required=False, shortest=0),
        "postalCode": Text(longest=40),
        "phoneNumber": Text(longest=40, required=False, shortest=0),
    }
)
CONTACT: Final = Block(
    {
        "firstName": Text(PERSON),
        "lastName": Text(PERSON),
        "email": Text(EMAIL, longest=240),
        "phoneNumber": Text(longest=40, required=False, shortest=0),
    }
)
MINIMUM: Final = Block({"offerType": Text(one_of=TYPES), "quantity": Whole()})
ASKED: Final = Block(
    {
        "minimumQuantities": Many(MINIMUM),
        # Read-only. They may come back as they were sent, and are ignored.
        "status": Text(required=False),
        "startDate": Day(),
        "endDate": Day(),
    },
    required=False,
)
BENEFIT: Final = Block(
    {
        "type": Text(one_of=("THREE_YEAR_COMMIT",)),
        "commitment": ASKED,
        "commitmentRequest": ASKED,
        "recommitmentRequest": ASKED,
    }
)


def profile(least_contacts: int, **more: Shape) -> Block:
    """Return the shape of a company profile."""
    return Block(
        {
            "companyName": Text(NAME, longest=80, shortest=4),
            "preferredLanguage": Text(one_of=LOCALES),
            "address": ADDRESS,
            "contacts": Many(CONTACT, least_contacts),
            **more,
        }
    )


RESELLER: Final = Block(
    {
        "distributorId": Text(longest=40),
        "externalReferenceId": REFERENCE,
        "companyProfile": profile(
            1, marketSegments=Many(Text(one_of=tuple(SEGMENTS)), required=False)
        ),
    }
)
_SEGMENT: Final = Text(longest=3, required=False)
CUSTOMER: Final = Block(
    {
        "resellerId": Text(longest=40),
        "externalReferenceId": REFERENCE,
        "companyProfile": profile(1, marketSegment=_SEGMENT),
        "benefits": Many(BENEFIT, required=False),
        "cotermDate": Day(),
    }
)
CUSTOMER_UPDATE: Final = Block(
    {
        "externalReferenceId": REFERENCE,
        "companyProfile": profile(
            0, marketSegment=_SEGMENT, marketSubSegments=Many(Text(), required=False)
        ),
        "benefits": Many(BENEFIT, required=False),
    }
)
_LINE: Final[dict[str, Shape]] = {
    "extLineItemNumber": Whole(),
    "offerId": Text(),
    "quantity": Whole(),
    "currencyCode": Text(longest=3, required=False),
    "deploymentId": Text(required=False, shortest=0),
    # What a preview answered may be sent on as it is.
    "subscriptionId": Text(required=False, shortest=0),
    "status": Text(required=False, shortest=0),
    "proratedDays": Whole(required=False),
}
_ORDER: Final[dict[str, Shape]] = {
    "orderType": Text(),
    "externalReferenceId": Text(longest=10_000, required=False),
    "currencyCode": Text(longest=3, required=False),
    "orderId": Text(required=False, shortest=0),
    "customerId": Text(required=False, shortest=0),
    "status": Text(required=False, shortest=0),
    "creationDate": Text(required=False, shortest=0),
}
ORDER: Final = Block({**_ORDER, "lineItems": Many(Block(_LINE), 1)})
RETURN: Final = Block(
    {**_ORDER, "referenceOrderId": Text(longest=40), "lineItems": Many(Block(_LINE), 1)}
)
_RENEWED: Final[dict[str, Shape]] = {
    **_LINE,
    "offerId": Text(required=False),
    "subscriptionId": Text(),
}
RENEWAL: Final = Block({**_ORDER, "lineItems": Many(Block(_RENEWED), required=False)})
ORDER_UPDATE: Final = Block({"externalReferenceId": Text(longest=10_000, shortest=0)})
AUTO_RENEWAL: Final = Block(
    {"autoRenewal": Block({"enabled": Flag(), "renewalQuantity": Whole(required=False)})}
)
PRICE_LIST: Final = Block(
    {
        "region": Text(),
        "marketSegment": Text(),
        "priceListType": Text(one_of=("STANDARD", "3YC", "STD-LGA"), required=False),
        "currency": Text(),
        "priceListMonth": Text(r"\d{6}"),
        "filters": Block(
            {
                "offerId": Text(required=False, shortest=0),
                "productFamily": Text(required=False, shortest=0),
                "firstOrderDate": Day(),
                "lastOrderDate": Day(),
                "discountCode": Text(required=False, shortest=0),
            },
            required=False,
        ),
        "includeOfferAttributes": Many(Text(), required=False),
    }
)


def require(shape: Block, body: Mapping[str, Any]) -> None:
    """Refuse a body that has other fields (1121), lacks some (1122), or has some that are not valid (1117, 1118)."""
    found = Findings()
    _look(shape, body, "", found)
    if found.unknown:
        raise Refusal("1121", found.unknown)
    if found.missing:
        raise Refusal("1122", found.missing)
    if found.invalid:
        only_address = all(".address." in f".{path}" for path in found.invalid)
        raise Refusal("1118" if only_address else "1117", found.invalid)


def _look(shape: Shape, value: Any, path: str, found: Findings) -> None:
    if isinstance(shape, Block):
        _look_into(shape, value, path, found)
    elif isinstance(shape, Many):
        if not isinstance(value, list) or len(value) < shape.least:
            found.invalid.append(path)
            return
        for index, one in enumerate(value):
            _look(shape.of, one, f"{path}[{index}]", found)
    elif not _is_valid(shape, value):
        found.invalid.append(path)


def _look_into(shape: Block, value: Any, path: str, found: Findings) -> None:
    if not isinstance(value, Mapping):
        found.invalid.append(path or "body")
        return
    if not value and not shape.required:
        return
    prefix = f"{path}." if path else ""
    found.unknown += [f"{prefix}{name}" for name in value if name not in shape.fields]
    for name, part in shape.fields.items():
        if value.get(name) is None:
            if part.required:
                found.missing.append(f"{prefix}{name}")
            continue
        _look(part, value[name], f"{prefix}{name}", found)
    if shape is ADDRESS:
        found.invalid += [f"{prefix}{name}" for name in _address_faults(value)]


def _address_faults(value: Mapping[str, Any]) -> list[str]:
    country, code = str(value.get("country")), str(value.get("postalCode") or "")
    pattern = POSTAL_CODES.get(country)
    faults = ["country"] if country in UNSUPPORTED else []
    return faults + (["postalCode"] if pattern and not re.fullmatch(pattern, code) else [])


def _is_valid(shape: Text | Whole | Flag | Day, value: Any) -> bool:
    if isinstance(shape, Flag):
        return isinstance(value, bool)
    if isinstance(shape, Whole):
        return isinstance(value, int) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if isinstance(shape, Day):
        return not value or _is_day(value)
    fits = shape.shortest <= len(value) <= shape.longest and re.fullmatch(shape.pattern, value)
    return bool(fits) and (not shape.one_of or value in shape.one_of)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
