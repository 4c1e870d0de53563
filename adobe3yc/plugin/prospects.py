"""What a commitment would save for a basket, told before it is asked for: from the price files in force alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adobe3yc.gateway import profiles
from adobe3yc.plugin import pricing
from adobe3yc.plugin.parties import Party, offer_of, owned_by, party_of_subject
from adobe3yc.plugin.pricing import Quantities, ordered_of
from adobe3yc.rules.commitments import LEAST, is_live
from adobe3yc.rules.offers import Offer, OfferType, committed_level, read_offer
from adobe3yc.rules.prices import NoPrice
from adobe3yc.selectors import PriceBook, price_book, three_year_of
from adobe3yc.vipmp.contracts import ThreeYearCommit
from bss.core import clock
from bss.orders.contracts import Prospect, ReviewLine, ReviewSubject
from bss.pricing.contracts import QuotedPrice
from bss.ui import formats
from servicemanager.contracts import InstanceContext


def prospects(
    context: InstanceContext, subject: ReviewSubject, lines: Sequence[ReviewLine]
) -> Sequence[Prospect]:
    """The prices of the levels that the given minimums reach, or the smallest ones while none are given.

    Nothing for whoever is committed or has accepted: its prices are these already. Nothing while no file of commitments
    is in force.
    """
    new = [line for line in lines if line.kind == "new"]
    if not new or not all(offer_of(line.sku) for line in new):
        return ()
    party = party_of_subject(context, subject)
    if party.is_reseller or _is_promised(party):
        return ()
    minimums = _minimums(new)
    currency = str(context.settings["currency"])
    named = dict(_offers(new, minimums))
    ids = {*named.values(), *(line.quoted or line.sku for line in new)}
    book = price_book(party.instance, ids, currency)
    if not book.has_committed:
        return ()
    today = clock.now().date()
    quotes = list(_quotes(new, named, book, currency, today))
    words = _words(minimums, party, new)
    return [Prospect(new[0].key, _("With a three-year commitment"), words, quotes)]


def _is_promised(party: Party) -> bool:
    if party.customer is None:
        return False
    commit = three_year_of(party.customer)
    return is_live(commit.commitment) or pricing.accepted_in(commit) is not None


def _minimums(lines: Sequence[ReviewLine]) -> Quantities:
    """The minimums of the types in the basket: as they were given, or the smallest while none are."""
    answers = {k: v for line in lines for k, v in line.parameters.items() if v not in {None, ""}}
    given = {
        kind: int(answers[code]) for code, kind in profiles.MINIMUMS.items() if code in answers
    }
    wanted = given or LEAST
    return {kind: wanted[kind] for kind in ordered_of(lines) if wanted.get(kind, 0) >= LEAST[kind]}


def _offers(lines: Sequence[ReviewLine], minimums: Quantities) -> Iterator[tuple[str, str]]:
    """The offer that each line would be bought as, by its key; lines of a type without a minimum are left out."""
    for line in lines:
        offer = read_offer(line.sku)
        if offer.is_standard and offer.type in minimums:
            yield line.key, _at_level(offer, minimums[offer.type]).id


def _at_level(offer: Offer, minimum: int) -> Offer:
    level = committed_level(offer.type, offer.segment, minimum)
    assert level is not None  # noqa: S101 -- it is the least or more
    return replace(offer, level=level)


def _quotes(
    lines: Sequence[ReviewLine],
    named: Mapping[str, str],
    book: PriceBook,
    currency: str,
    today: date,
) -> Iterator[QuotedPrice]:
    """The lines at the prices of whoever accepts today, and what that saves of their prices now. A level that is not
    sold saves nothing.
    """
    for line in lines:
        if line.key not in named:
            continue
        offer_id = named[line.key]
        try:
            chosen = book.price(offer_id, accepted_on=today, ordered_on=today)
        except NoPrice:
            continue
        standard = pricing.standard_price(book, line.quoted or line.sku, today)
        yield pricing.quoted(line, offer_id, currency, chosen, standard, ThreeYearCommit())


# Words ---------------------------------------------------------------------------------------------------


def _words(minimums: Quantities, party: Party, lines: Sequence[ReviewLine]) -> str:
    """Which minimums the prices are for, what is missing to them, and how long they hold."""
    ordered, owned = ordered_of(lines), owned_by(party)
    told = []
    for kind, minimum in minimums.items():
        told.append(_minimum_words(kind, minimum))
        missing = minimum - ordered.get(kind, 0) - owned.get(kind, 0)
        if missing > 0:
            told.append(_missing_words(kind, missing))
    told.append(_("They hold for three years from the day on which it is accepted."))
    return "\n".join(told)


def _minimum_words(kind: OfferType, minimum: int) -> str:
    n = {"n": formats.number(minimum)}
    if kind == OfferType.LICENSE:
        return _("Prices for a committed minimum of %(n)s licences.") % n
    return _("Prices for a committed minimum of %(n)s transactions.") % n


def _missing_words(kind: OfferType, count: int) -> str:
    if kind == OfferType.LICENSE:
        words = ngettext(
            "%(n)s more licence has to be bought for them.",
            "%(n)s more licences have to be bought for them.",
            count,
        )
    else:
        words = ngettext(
            "%(n)s more transaction has to be bought for them.",
            "%(n)s more transactions have to be bought for them.",
            count,
        )
    return words % {"n": formats.number(count)}
