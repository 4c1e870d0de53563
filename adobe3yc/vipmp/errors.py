"""How a call to Adobe fails: one family of exceptions that keeps Adobe's code and says what is known of the outcome.

Adobe answers in three shapes: `code`, `message`, `additionalDetails` (the API), `error_code`, `message` (the gateway
before it) and `error`, `error_description` (the token endpoint).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class VipError(Exception):
    """A call that did not bring what was asked for.

    `code` and `message` are Adobe's own ("" when it said nothing), `details` name fields, types or reasons,
    `status` is HTTP's (None without an answer).
    """

    is_known = True
    # Whether the key of the call has its answer with this, which Adobe would repeat.
    ends_key = False

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        details: Sequence[str] = (),
        status: int | None = None,
    ) -> None:
        super().__init__(f"{code} {message}".strip())
        self.code = code
        self.message = message
        self.details = tuple(details)
        self.status = status


class Refused(VipError):
    """Adobe says no. Nothing was done; the same again is refused again, and a corrected call takes a new key."""

    ends_key = True

    @property
    def meaning(self) -> Meaning:
        """What the code means to us."""
        return meaning_of(self.code)


class CredentialsRefused(Refused):
    """Adobe does not accept the key, the secret or the token. Nothing was done, and the call itself not looked at."""

    ends_key = False


class NotDone(VipError):
    """Nothing was done: not sent, or turned away. The same call may be made again after `retry_after` seconds."""

    def __init__(self, message: str, *, retry_after: float | None = None, **told: Any) -> None:
        super().__init__(message, **told)
        self.retry_after = retry_after


class OutcomeUnknown(VipError):
    """Sent, and no answer that can be read: a time-out, a breakdown, a page instead of JSON.

    A write under the same key is answered as the first time, for ten days: that is how to ask.
    """

    is_known = False


# The table of codes --------------------------------------------------------------------------------------


class Kind(StrEnum):
    """What a refusal is about, and so who can do something about it."""

    FIELDS = "fields"
    SETTINGS = "settings"
    RESELLER = "reseller"
    CUSTOMER = "customer"
    EXISTS = "exists"
    PENDING = "pending"
    MINIMUM = "minimum"
    OFFER = "offer"
    QUANTITY = "quantity"
    ELIGIBILITY = "eligibility"
    CURRENCY = "currency"
    CANCELLATION = "cancellation"
    RENEWAL = "renewal"
    COMMITMENT = "commitment"
    PRICE_LIST = "price_list"
    MISSING = "missing"
    BUSY = "busy"
    OURS = "ours"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one of Adobe's codes means. `text` is Adobe's wording, shortened."""

    code: str
    kind: Kind
    text: str


# Adobe's "Error codes", VIP Marketplace docs. 1135 is in none of its tables, and sent all the same.
_TABLE: dict[Kind, dict[str, str]] = {
    Kind.FIELDS: {
        "1117": "Some fields are invalid",
        "1118": "Invalid address",
        "1119": "Some fields are not editable",
        "2126": "External reference id too long",
        "2135": "Invalid market segment",
    },
    Kind.SETTINGS: {
        "1114": "Invalid distributor",
        "2124": "Distributor may not sell the program",
        "2125": "Distributor may not sell in this currency for the region",
        "4115": "API key is invalid",
        "4116": "Token is invalid",
        "4117": "Token is missing",
        "4121": "Action not allowed",
        "1139": "Partner not enabled for global sales",
    },
    Kind.RESELLER: {
        "1115": "Invalid reseller",
        "1126": "Reseller account is inactive",
        "1128": "Reseller change code is invalid",
        "1129": "Reseller change code has expired",
        "1131": "Reseller change is already complete",
        "1134": "Invalid operation on path",
    },
    Kind.CUSTOMER: {
        "1116": "Invalid customer",
        "1140": "Customer not enabled for global sales",
        "1142": "Market segment not allowed for global sales",
    },
    Kind.EXISTS: {"1127": "Account already exists"},
    Kind.PENDING: {
        "1125": "Account is pending or blocked",
        "4122": "Request is already being processed",
    },
    Kind.MINIMUM: {"1135": "Minimum quantity out of range"},
    Kind.OFFER: {
        "2122": "Line item offer is invalid",
        "2130": "Offer of the return does not match",
        "3123": "Line item offer has expired",
    },
    Kind.QUANTITY: {
        "2119": "Too many line items",
        "2120": "Line item quantity out of range",
        "2132": "Quantity of the return does not match",
        "3116": "Renewal quantity out of range",
        "3117": "Current quantity out of range",
        "3118": "Order quantity out of range",
    },
    Kind.ELIGIBILITY: {"2129": "Customer is not eligible to purchase the offer"},
    Kind.CURRENCY: {
        "2128": "Currency not valid for the offer",
        "2137": "Currencies are not aligned",
        "2140": "Currency given at both levels",
        "2148": "No pricing across currencies",
    },
    Kind.CANCELLATION: {
        "2116": "Invalid status to cancel",
        "2117": "Cancellation window is closed",
        "2118": "Already cancelled",
        "2127": "Order cancellation is not allowed",
        "2131": "Line number of the return does not match",
        "2133": "Line item was returned before",
        "2134": "Too late to return",
        "RETURN_QTY_EXCEEDS_REMAINING": "More returned than remains",
        "RETURN_NOT_SUPPORTED_MOQ_SKU": "Return of this offer is not supported",
        "RETURN_NOT_SUPPORTED_SWITCH_ORDER": "Return of a switch is not supported",
    },
    Kind.RENEWAL: {
        "2136": "Nothing is set to renew",
        "2164": "Everything was renewed before",
        "3119": "Subscription is inactive",
        "3121": "Not allowed for renewal",
        "3122": "Not in the renewal window",
        "3131": "Early renewal is in progress",
        "3132": "Product may not be renewed early",
    },
    Kind.COMMITMENT: {
        "1147": "Customers of this kind may not commit",
        "2166": "Code is for customers with a commitment only",
        "3120": "Update would create an invalid renewal order",
        "3133": "Final term of a commitment is not renewed early",
        "5129": "Not applicable for the committed quantity",
        "RETURN_VIOLATES_3YC_MCQ": "Return falls below the committed minimum",
    },
    Kind.PRICE_LIST: {
        "1159": "Contract is inactive",
        "1160": "Invalid market segment of a price list",
        "1161": "Invalid currency or region of a price list",
        "1162": "Price list not found",
    },
    Kind.MISSING: {
        "1133": "Offset out of range",
        "2115": "Invalid customer or order",
        "2138": "Invalid deployment",
        "3115": "Invalid customer or subscription",
    },
    Kind.BUSY: {"4118": "Too many requests"},
    Kind.OURS: {
        "1121": "Unexpected additional fields",
        "1122": "Missing required fields",
        "1132": "Bad search value",
        "2121": "Duplicate line item number",
        "2123": "Line item number out of range",
        "4119": "Correlation id is missing",
        "4120": "Duplicate request id",
        "5122": "Invalid request",
    },
    Kind.OTHER: {"1124": "Internal server error"},
}
MEANINGS: Mapping[str, Meaning] = {
    code: Meaning(code, kind, text)
    for kind, entries in _TABLE.items()
    for code, text in entries.items()
}


def meaning_of(code: str) -> Meaning:
    """What a code means; one that is not in the table is OTHER, under its own code."""
    return MEANINGS.get(code, Meaning(code, Kind.OTHER, ""))
