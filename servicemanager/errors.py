"""Why provisioning fails, explained: the cause, who must act, what they do next, and the button that does it.

Each code that the framework or a gateway may store has an entry here or in its service manager's `explanations`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from bss.core.errors import Conflict, DomainError


@dataclass(frozen=True, slots=True)
class Explanation:
    """A failure as people need it: what happened, why, who must act, and what they do next.

    `action` names the button that does it: "retry", "settings" (of the instance), "deliver", or "" for none.
    """

    code: str
    title: Any
    cause: Any
    who: Literal["staff", "buyer", "vendor", "developer"]
    next_step: Any
    action: Literal["retry", "settings", "deliver", ""] = ""


class Code(StrEnum):
    """The framework's own failure codes; gateways use them too where they fit."""

    NOT_FINISHED_IN_TIME = "NOT_FINISHED_IN_TIME"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    VENDOR_BUSY = "VENDOR_BUSY"
    VENDOR_UNREACHABLE = "VENDOR_UNREACHABLE"
    VENDOR_FAILED = "VENDOR_FAILED"
    VENDOR_REFUSED = "VENDOR_REFUSED"
    VENDOR_GARBLED = "VENDOR_GARBLED"
    ADDRESS_REFUSED = "ADDRESS_REFUSED"
    CREDENTIALS_INVALID = "CREDENTIALS_INVALID"
    SECRET_UNREADABLE = "SECRET_UNREADABLE"  # noqa: S105 -- a code, not a secret
    INSTANCE_MISSING = "INSTANCE_MISSING"
    INSTANCE_INACTIVE = "INSTANCE_INACTIVE"
    MANAGER_MISSING = "MANAGER_MISSING"
    OPERATION_UNSUPPORTED = "OPERATION_UNSUPPORTED"
    SKU_UNKNOWN = "SKU_UNKNOWN"
    QUANTITY_OUT_OF_RANGE = "QUANTITY_OUT_OF_RANGE"
    UNIT_NOT_OFFERED = "UNIT_NOT_OFFERED"
    ADD_ON_NOT_OFFERED = "ADD_ON_NOT_OFFERED"
    CHANGE_NOT_OFFERED = "CHANGE_NOT_OFFERED"
    ATTRIBUTE_INVALID = "ATTRIBUTE_INVALID"
    ATTRIBUTE_FIXED = "ATTRIBUTE_FIXED"
    ACCOUNT_UNKNOWN = "ACCOUNT_UNKNOWN"
    ACCOUNT_BUSY = "ACCOUNT_BUSY"
    SUBSCRIPTION_GONE = "SUBSCRIPTION_GONE"
    DECLINED = "DECLINED"
    INTERNAL_FAULT = "INTERNAL_FAULT"


# After these the vendor gave no verdict: a retry goes on under the old key.
UNCERTAIN = frozenset(
    {
        Code.NOT_FINISHED_IN_TIME,
        Code.OUTCOME_UNKNOWN,
        Code.VENDOR_BUSY,
        Code.VENDOR_UNREACHABLE,
        Code.ACCOUNT_BUSY,
        Code.INTERNAL_FAULT,
        Code.INSTANCE_INACTIVE,
        Code.MANAGER_MISSING,
        Code.SECRET_UNREADABLE,
    }
)

_RETRY = _("Retry once the cause is gone. The vendor is asked first, so nothing is made twice.")
_CATALOGUE = _("Run Get Services Definition, so that what is sold is what the vendor offers.")

FRAMEWORK: dict[str, Explanation] = {
    entry.code: entry
    for entry in (
        Explanation(
            Code.NOT_FINISHED_IN_TIME,
            _("The vendor did not finish in time"),
            _("The vendor took the request and was still working on it when the limit passed."),
            "vendor",
            _("Ask the vendor how far it is, then retry: the old request is looked up first."),
            "retry",
        ),
        Explanation(
            Code.OUTCOME_UNKNOWN,
            _("Nobody knows whether it was done"),
            _("The request was sent and no answer came; the vendor could not be asked since."),
            "staff",
            _(
                "Look at the vendor's own console, then retry: the vendor is asked before anything is repeated."
            ),
            "retry",
        ),
        Explanation(
            Code.VENDOR_BUSY,
            _("The vendor stayed busy"),
            _("Each try was turned away with a request to come later, until the limit passed."),
            "vendor",
            _RETRY,
            "retry",
        ),
        Explanation(
            Code.VENDOR_UNREACHABLE,
            _("The vendor cannot be reached"),
            _(
                "No connection came about: the address is wrong, or the vendor or the network is down."
            ),
            "staff",
            _(
                "Check the address in the instance's settings and the vendor's status page, then retry."
            ),
            "settings",
        ),
        Explanation(
            Code.VENDOR_FAILED,
            _("The vendor could not finish"),
            _(
                "The vendor took the request, worked on it and reported a failure. Nothing was changed."
            ),
            "vendor",
            _RETRY,
            "retry",
        ),
        Explanation(
            Code.VENDOR_REFUSED,
            _("The vendor said no"),
            _("The vendor refused the request for a reason of its own, shown beside this."),
            "staff",
            _("Read the vendor's words, clear the cause with the vendor, then retry."),
            "retry",
        ),
        Explanation(
            Code.VENDOR_GARBLED,
            _("The vendor's answer makes no sense"),
            _("The answer was not what the vendor's documentation promises."),
            "vendor",
            _(
                "Check that the address in the settings is the API's, then retry; show the vendor the exchange."
            ),
            "settings",
        ),
        Explanation(
            Code.ADDRESS_REFUSED,
            _("This address may not be called"),
            _(
                "The vendor's name leads into a private network, and this deployment does not allow that."
            ),
            "staff",
            _(
                "Correct the address, or have the operator add its network to OUTBOUND_ALLOW_NETWORKS."
            ),
            "settings",
        ),
        Explanation(
            Code.CREDENTIALS_INVALID,
            _("The vendor does not accept our credentials"),
            _(
                "The key or password in the instance's settings is wrong, expired or not allowed to do this."
            ),
            "staff",
            _("Enter valid credentials in the instance's settings, then retry."),
            "settings",
        ),
        Explanation(
            Code.SECRET_UNREADABLE,
            _("The stored credentials cannot be opened"),
            _(
                "No key of the key ring fits: it was changed, or the database came from another deployment."
            ),
            "staff",
            _("Restore the key ring, or enter the credentials again, then retry."),
            "settings",
        ),
        Explanation(
            Code.INSTANCE_MISSING,
            _("No service manager looks after this product"),
            _("The product type names an instance that does not exist in this organization."),
            "staff",
            _("Assign the product type to an instance, then retry."),
            "retry",
        ),
        Explanation(
            Code.INSTANCE_INACTIVE,
            _("The service manager's instance is not active"),
            _(
                "Somebody deactivated the instance; nothing is sent to the vendor until it is active again."
            ),
            "staff",
            _("Activate the instance, then retry."),
            "settings",
        ),
        Explanation(
            Code.MANAGER_MISSING,
            _("The service manager is not installed"),
            _("This deployment runs without the app that speaks to the vendor."),
            "staff",
            _("Have the operator install it, then retry."),
            "retry",
        ),
        Explanation(
            Code.OPERATION_UNSUPPORTED,
            _("The service manager cannot do this"),
            _("It does not offer this kind of change for its services."),
            "staff",
            _("Cancel the change, or make it at the vendor by hand."),
        ),
        Explanation(
            Code.SKU_UNKNOWN,
            _("The vendor does not know this product"),
            _("It was renamed or withdrawn by the vendor after it was put on sale here."),
            "staff",
            _CATALOGUE,
            "settings",
        ),
        Explanation(
            Code.QUANTITY_OUT_OF_RANGE,
            _("The vendor does not sell this quantity"),
            _("The quantity is below the vendor's minimum or above its maximum."),
            "buyer",
            _("Order again with a quantity the vendor sells."),
        ),
        Explanation(
            Code.UNIT_NOT_OFFERED,
            _("The vendor does not sell this term"),
            _("The product is not offered for the term that was ordered."),
            "staff",
            _CATALOGUE,
            "settings",
        ),
        Explanation(
            Code.ADD_ON_NOT_OFFERED,
            _("The vendor does not sell this add-on here"),
            _("The add-on does not belong to the product it was ordered with."),
            "staff",
            _CATALOGUE,
            "settings",
        ),
        Explanation(
            Code.CHANGE_NOT_OFFERED,
            _("The vendor does not offer this exchange"),
            _("From the present product there is no way to the one that was asked for."),
            "buyer",
            _("Withdraw the change; order the other product as a new subscription instead."),
        ),
        Explanation(
            Code.ATTRIBUTE_INVALID,
            _("The vendor needs another value"),
            _("One of the answers in Service Details is missing or is not what the vendor takes."),
            "buyer",
            _("Correct the value on the order line; it goes to the vendor again by itself."),
        ),
        Explanation(
            Code.ATTRIBUTE_FIXED,
            _("This value cannot be changed any more"),
            _("The vendor fixes it when the subscription is created."),
            "buyer",
            _("Withdraw the change; order a new subscription with the other value instead."),
        ),
        Explanation(
            Code.ACCOUNT_UNKNOWN,
            _("The vendor does not know the customer"),
            _("The customer's account was deleted at the vendor, or belongs to other credentials."),
            "staff",
            _("Retry: the account is created at the vendor again if it is missing."),
            "retry",
        ),
        Explanation(
            Code.ACCOUNT_BUSY,
            _("The customer's account was not ready"),
            _(
                "Another order of this customer was still making its account at the vendor when the limit passed."
            ),
            "staff",
            _("See to the customer's other order first, then retry this one."),
            "retry",
        ),
        Explanation(
            Code.SUBSCRIPTION_GONE,
            _("The subscription no longer exists at the vendor"),
            _(
                "Somebody cancelled or deleted it there; a cancelled subscription does not come back."
            ),
            "staff",
            _("Cancel it here too, and order a new one if the customer still needs it."),
        ),
        Explanation(
            Code.DECLINED,
            _("Staff declined this"),
            _("A member of staff decided not to deliver; the reason stands beside this."),
            "staff",
            _("Retry to put it back among the open deliveries."),
            "retry",
        ),
        Explanation(
            Code.INTERNAL_FAULT,
            _("Our own software failed"),
            _("A fault in the service manager stopped the operation; the log names it."),
            "developer",
            _("Have it mended, then retry: the vendor is asked before anything is repeated."),
            "retry",
        ),
    )
}


class VendorUnavailable(DomainError):
    """A vendor could not be asked for what a person waits for now."""

    status = 503
    code = Code.VENDOR_UNREACHABLE
    message = _("The vendor did not answer as expected.")


class InstanceBusy(Conflict):
    """An instance with open operations stays active."""

    code = "INSTANCE_BUSY"
    message = _("Operations are still open at this vendor.")
