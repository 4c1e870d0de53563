"""How Meridian shows the two plans it sells to its resellers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PlanLook:
    """A plan under the distributor's own name."""

    code: str
    name: str
    summary: str
    description: str


PLAN_LOOKS = (
    PlanLook(
        "free",
        "Free Storefront",
        "Your own shop window under our address, in your colours.",
        "Show our catalogue under your name, choose what is in it, and give your customers a place to sign in. It "
        "costs nothing and can be left at any time.",
    ),
    PlanLook(
        "standard",
        "Standard Storefront",
        "Your own shop with your own prices, and access for your programs.",
        "Everything in the Free Storefront, your own selling prices, and the API. Changing between the two keeps your "
        "address, your settings and your customers.",
    ),
)
