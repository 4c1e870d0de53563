"""Adobe's error codes, and the three bodies in which a call to it can fail."""

from collections.abc import Sequence
from typing import Any, Final

# Code: HTTP status and message. What is not listed is 400 and says "Request refused".
CODES: Final[dict[str, tuple[int, str]]] = {
    "1114": (400, "Invalid Distributor"),
    "1115": (404, "Invalid Reseller"),
    "1116": (404, "Invalid Customer"),
    "1117": (400, "Some Fields are Invalid"),
    "1118": (400, "Invalid Address"),
    "1119": (400, "Some Fields are not Editable"),
    "1121": (400, "Unexpected Additional Fields"),
    "1122": (400, "Missing Required Fields"),
    "1124": (500, "Internal Server Error"),
    "1125": (400, "Account is Pending or Blocked"),
    "1126": (400, "Reseller Account is Inactive"),
    "1127": (400, "Account already Exists"),
    "1132": (400, "Invalid Search Value"),
    "1133": (400, "Offset out of Range"),
    "1134": (400, "Invalid Operation on Path"),
    "1135": (400, "Minimum Quantity out of Range"),
    "1160": (400, "Invalid Market Segment"),
    "1161": (400, "Invalid Currency or Region"),
    "1162": (404, "Price List not Found"),
    "2115": (404, "Invalid Customer or Order"),
    "2119": (400, "Too many Line Items"),
    "2120": (400, "Line Item Quantity out of Range"),
    "2121": (400, "Duplicate Line Item Number"),
    "2122": (400, "Line Item Offer is Invalid"),
    "2123": (400, "Line Item Number out of Range"),
    "2126": (400, "External Reference Id too long"),
    "2127": (400, "Order Cancellation not Allowed"),
    "2128": (400, "Currency not Valid for Offer"),
    "2129": (400, "Customer is not Eligible to Purchase Offer"),
    "2130": (400, "Return Offer does not Match"),
    "2131": (400, "Return Line Item Number does not Match"),
    "2132": (400, "Return Quantity does not Match"),
    "2133": (400, "Line Item already Returned"),
    "2134": (400, "Return Window is Closed"),
    "2135": (400, "Invalid Market Segment"),
    "2136": (400, "No Subscription is set to Renew"),
    "2137": (400, "Currencies are not Aligned"),
    "2138": (404, "Invalid Deployment"),
    "2140": (400, "Currency at both Levels"),
    "3115": (404, "Invalid Customer or Subscription"),
    "3116": (400, "Renewal Quantity out of Range"),
    "3119": (400, "Inactive Subscription is not Editable"),
    "3120": (400, "Update could not be performed because it would create an Invalid Renewal Order"),
    "4115": (403, "API Key is Invalid"),
    "4116": (401, "Token is Invalid"),
    "4117": (403, "Token is Missing"),
    "4118": (429, "Too many Requests"),
    "4119": (400, "Correlation Id is Missing"),
    "4120": (400, "Duplicate Request Id"),
    "5122": (400, "Invalid Request"),
}


class Refusal(Exception):
    """A call that Adobe answers with one of its codes. `details` name fields, types or reasons."""

    def __init__(self, code: str, details: Sequence[str] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.status, self.message = CODES.get(code, (400, "Request refused"))
        self.details = list(details)

    @property
    def told(self) -> str:
        """Return the refusal in one line, for people."""
        return " ".join([f"{self.code} {self.message}.", *self.details])

    def body(self) -> dict[str, Any]:
        """Return the API's own shape of an error."""
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        return {**body, "additionalDetails": self.details} if self.details else body


def gateway_error(code: str, message: str) -> dict[str, str]:
    """Return the shape in which the gateway before the API fails."""
    return {"error_code": code, "message": message}


def token_error(code: str, message: str) -> dict[str, str]:
    """Return the shape in which the token endpoint fails."""
    return {"error": code, "error_description": message}
