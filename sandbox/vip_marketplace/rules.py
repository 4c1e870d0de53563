"""The switches: which of Adobe's rules are in force, and how accounts and orders settle."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

from sandbox.serving import Problem

# What a switch may be: a tuple of choices, or a range of numbers.
CHOICES: Final[dict[str, tuple[str, ...] | range]] = {
    "era": ("2024", "2025"),
    "settle_seconds": range(86_401),
    "reseller_outcome": ("1000", "1004", "1010", "1012"),
    "customer_outcome": ("1000", "1004", "1010", "1012", "1014"),
    "order_outcome": ("1000", "1004", "1020", "1022"),
    "refused_status": ("DECLINED", "EXPIRED"),
    "empty_terms": ("null", "object", "missing"),
    "request_dates": ("yes", "no"),
    "recommit_days": range(1, 1_200),
}
LABELS: Final = {
    "era": "Rules of",
    "settle_seconds": "Seconds until accounts and orders settle",
    "reseller_outcome": "New resellers become",
    "customer_outcome": "New customers become",
    "order_outcome": "New orders become",
    "refused_status": "A declined request is called",
    "empty_terms": "A commitment that is not there is sent as",
    "request_dates": "Requests carry dates",
    "recommit_days": "Recommitment in the last days",
}


@dataclass(frozen=True)
class Rules:
    """Era 2024: 7 days to buy after acceptance, no price list API, no prices in previews. Era 2025: 30 days, both."""

    era: str = "2025"
    settle_seconds: int = 0
    reseller_outcome: str = "1000"
    customer_outcome: str = "1000"
    order_outcome: str = "1000"
    refused_status: str = "DECLINED"
    empty_terms: str = "null"
    request_dates: str = "yes"
    recommit_days: int = 30

    @property
    def accept_days(self) -> int:
        """Return how long a customer may take to accept a request."""
        return 7

    @property
    def compliance_days(self) -> int:
        """Return how long an accepted request may wait for the minimum to be bought."""
        return 7 if self.era == "2024" else 30

    @property
    def has_prices(self) -> bool:
        """Return whether replies and an API tell prices."""
        return self.era != "2024"

    def body(self) -> dict[str, Any]:
        """Return the switches as JSON has them."""
        return asdict(self)


def parse_rules(body: Mapping[str, Any], before: Rules) -> Rules:
    """Return `before` with some switches moved; raises Problem 400 naming the switch that is wrong."""
    known = {field.name for field in fields(Rules)}
    for name, value in body.items():
        if name not in known:
            raise Problem(400, "unknown_field", f"There is no switch {name}.", field=name)
        allowed = CHOICES[name]
        if isinstance(value, bool) or value not in allowed:
            said = ", ".join(allowed) if isinstance(allowed, tuple) else f"0 to {allowed[-1]}"
            raise Problem(400, "invalid", f"{name} is one of: {said}.", field=name)
    return replace(before, **body)
