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


@dataclass(frozen=True)
class OwnTerms:
    """What a reseller's customers accept in its own shop."""

    account: str
    version: str
    text: str


OWN_TERMS = OwnTerms(
    "alpenwerk",
    "2026-A",
    """\
1. With whom you deal. You order from Alpenwerk: we set it up, answer your questions, and send you the invoice.

2. Term. What you order runs for the term you chose and renews for the same term until you cancel it.

3. Support. We answer on working days from 8:00 to 17:00, within four hours, by telephone and e-mail.

4. Payment. You pay within 14 days of the invoice, without deduction.

5. Law. Austrian law applies; the courts of Innsbruck are competent.
""",
)
