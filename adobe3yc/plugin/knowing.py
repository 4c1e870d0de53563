"""What is known of a basket as soon as its customer is: when what it buys ends, by the anniversary as told last."""

from __future__ import annotations

from collections.abc import Sequence

from adobe3yc.plugin import pricing
from adobe3yc.plugin.parties import offer_of, party_of_subject
from adobe3yc.rules.prices import purchase_ends_on
from bss.core import clock
from bss.orders.contracts import ReviewLine, ReviewSubject
from bss.pricing.contracts import QuotedPrice
from servicemanager.contracts import InstanceContext


def known(
    context: InstanceContext, subject: ReviewSubject, lines: Sequence[ReviewLine]
) -> Sequence[QuotedPrice]:
    """The lines at their list prices, ending on the anniversary; nothing for whoever has none. The review, which asks
    Adobe, has the next word.
    """
    party = party_of_subject(context, subject)
    mirror = None if party.is_reseller else party.customer
    ends_on = purchase_ends_on(mirror.coterm_on, clock.now().date()) if mirror else None
    if ends_on is None:
        return ()
    offers = [(line, offer_of(line.sku)) for line in lines if line.kind == "new"]
    currency = str(context.settings["currency"])
    return [
        pricing.at_list_price(line, currency, offer.type, ends_on)
        for line, offer in offers
        if offer
    ]
