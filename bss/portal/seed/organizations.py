"""The two organizations of the story: the distributor, and a reseller that became a tenant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OrganizationRow:
    """A tenant of the platform with its own shop at `host` ("" for the default host)."""

    key: str
    name: str
    country: str
    currency: str
    language: str
    time_zone: str
    vat_id: str
    support_email: str
    bank_details: str
    host: str
    tagline: str
    about: str
    accent: str


MERIDIAN = OrganizationRow(
    key="meridian",
    name="Meridian Cloud Distribution",
    country="GR",
    currency="EUR",
    language="en",
    time_zone="Europe/Athens",
    vat_id="EL998877665",
    support_email="support@meridian.example",
    bank_details="Meridian Cloud Distribution\nIBAN GR16 0110 1250 0000 0001 2300 695\nBIC ETHNGRAA",
    host="",
    tagline="Cloud services for resellers in the whole of Europe",
    about="<p>Meridian brings the services of fourteen vendors to 900 resellers. One catalogue, one order, one "
    "invoice, and people in Piraeus who answer the telephone.</p>",
    accent="#1f6feb",
)

NORDHAVEN = OrganizationRow(
    key="nordhaven",
    name="Nordhaven Systems",
    country="SE",
    currency="SEK",
    language="en",
    time_zone="Europe/Stockholm",
    vat_id="SE556677889901",
    support_email="support@nordhaven.example",
    bank_details="Nordhaven Systems\nIBAN SE45 5000 0000 0583 9825 7466\nBIC ESSESESS",
    host="nordhaven.localhost",
    tagline="IT for companies on the west coast",
    about="<p>From Gothenburg to Strömstad: we run the IT of 140 companies, so that they can run theirs.</p>",
    accent="#0f766e",
)

PAYMENT_METHODS = (
    ("Bank transfer, 30 days", "transfer", 30),
    ("Direct debit, 14 days", "direct_debit", 14),
    ("Card", "card", 0),
)

TERMS_VERSION = "2026-01"
TERMS_TEXT = """\
1. What you buy. Each product is provided under the terms of its vendor, named on the product's page. We provide the \
platform on which you order and manage it.

2. Term and renewal. A subscription runs for the term you chose and renews for the same term until you cancel it. You \
can cancel at any time; unless the product's page says otherwise, it then runs until the end of the term.

3. Prices. The prices on the order are net and hold for the term. Before a renewal at another price we tell you at \
least 30 days ahead.

4. Payment. Invoices are due within the days of your payment method. We may suspend a subscription whose invoice is \
30 days late, after a reminder.

5. Data. Your data stays yours. After the end of a subscription it is kept for 30 days, so that you can take it with \
you, and then deleted.

6. Liability. We are liable without limit for intent and gross negligence, and otherwise for foreseeable damage up to \
what you paid us in the year before.

7. Law. The law of our seat applies. If one of these terms does not hold, the others do.
"""
