"""What the lines of a basket cost at Adobe's levels: the offers a preview names, priced from the files in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from adobe3yc.plugin.catalogue import UNIT
from adobe3yc.rules.commitments import missing, price_date
from adobe3yc.rules.offers import Offer, OfferType, read_offer, standard_level
from adobe3yc.rules.prices import Chosen, NoPrice, Source, purchase_ends_on
from adobe3yc.selectors import PriceBook, price_book
from adobe3yc.vipmp.contracts import Customer, LineBody, Term, ThreeYearCommit
from bss.orders.contracts import ReviewLine
from bss.pricing.contracts import QuotedPrice
from bss.ui import formats
from servicemanager.models import Instance

Quantities = Mapping[OfferType, int]


@dataclass(frozen=True, slots=True)
class Priced:
    """The quotes of lines, and why they are other than list prices. `accepted_on` is set where a commitment counts,
    `ends_on` where they end with everything else of their customer.
    """

    quotes: Sequence[QuotedPrice]
    levels: Sequence[str] = ()
    accepted_on: date | None = None
    missing: Quantities | None = None
    ends_on: date | None = None


def bodies(lines: Sequence[ReviewLine]) -> list[LineBody]:
    """The lines as a preview takes them, numbered from 1 in their order."""
    return [LineBody(n, line.sku, line.quantity) for n, line in enumerate(lines, start=1)]


def ordered_of(lines: Sequence[ReviewLine]) -> dict[OfferType, int]:
    """What is ordered by type, of what counts."""
    total: dict[OfferType, int] = {}
    for line in lines:
        offer = read_offer(line.sku)
        if offer.is_standard:
            total[offer.type] = total.get(offer.type, 0) + line.quantity
    return total


def volume_offers(lines: Sequence[ReviewLine]) -> list[str]:
    """The offers of a customer that is new to Adobe, in order: nobody can be asked yet, and its level follows from the
    order alone. The worker's preview has the last word.
    """
    ordered = ordered_of(lines)
    found = []
    for line in lines:
        offer = read_offer(line.sku)
        level = standard_level(offer.type, max(1, ordered.get(offer.type, 0)))
        found.append(Offer(offer.part, offer.segment, level, offer.kind, offer.months).id)
    return found


def priced(
    instance: Instance,
    currency: str,
    lines: Sequence[ReviewLine],
    offers: Sequence[str],
    *,
    today: date,
    owned: Quantities,
    customer: Customer | None = None,
) -> Priced:
    """Price lines by the offers Adobe named for them. Raises CommittedListMissing and NoPrice (rules.prices)."""
    commit = customer.three_year if customer else ThreeYearCommit()
    ordered = ordered_of(lines)
    totals = {kind: owned.get(kind, 0) + ordered.get(kind, 0) for kind in OfferType}
    earned = volume_offers(lines)
    book = price_book(instance, {*offers, *earned, *(line.sku for line in lines)}, currency)
    ends_on = purchase_ends_on(customer.coterm, today) if customer else None
    quotes: list[QuotedPrice] = []
    levels: set[str] = set()
    locked: date | None = None
    for line, offer_id, without in zip(lines, offers, earned, strict=True):
        offer = read_offer(offer_id)
        accepted_on = price_date(commit, offer.type, totals.get(offer.type, 0))
        chosen, used = _chosen(book, offer_id, line.sku, accepted_on, today, is_new=not customer)
        if used == line.sku and chosen.source == Source.STANDARD:
            if ends_on:
                quotes.append(at_list_price(line, currency, offer.type, ends_on))
            continue
        if chosen.source == Source.COMMITTED:
            locked = accepted_on
        levels.add(read_offer(used).level)
        standard = _price_before(book, line.sku, without, chosen, today)
        quote = quoted(line, used, currency, chosen, standard, commit)
        quotes.append(_ending(quote, offer.type, ends_on) if ends_on else quote)
    lacking = missing(accepted_in(commit), totals)
    return Priced(quotes, sorted(levels), locked, lacking, ends_on)


def at_list_price(line: ReviewLine, currency: str, kind: OfferType, ends_on: date) -> QuotedPrice:
    """A line whose price stays what it is, ending with everything else of its customer."""
    quote = QuotedPrice(line.product_id, UNIT, currency, None, "list", line=line.key)
    return _ending(quote, kind, ends_on)


def _ending(quote: QuotedPrice, kind: OfferType, day: date) -> QuotedPrice:
    """A quote of what ends as a day of Adobe's (UTC) begins. Transactions cost no less for less time."""
    ends_at = datetime.combine(day, time(), UTC)
    return replace(quote, ends_at=ends_at, is_prorated=kind != OfferType.CONSUMABLES)


def _chosen(
    book: PriceBook, offer_id: str, sku: str, accepted_on: date | None, today: date, *, is_new: bool
) -> tuple[Chosen, str]:
    """The price of an offer and the offer it is of. A level that was only reckoned may be one that is not sold."""
    try:
        return book.price(offer_id, accepted_on=accepted_on, ordered_on=today), offer_id
    except NoPrice:
        if not is_new:
            raise
        return book.price(sku, accepted_on=accepted_on, ordered_on=today), sku


def _price_before(
    book: PriceBook, sku: str, earned: str, chosen: Chosen, today: date
) -> Decimal | None:
    """What a price is compared with: a commitment's with the level that the order earns without one, which is what the
    basket showed before, and that level's own with the list price.
    """
    if chosen.source != Source.COMMITTED:
        return standard_price(book, sku, today)
    found = standard_price(book, earned, today)
    return standard_price(book, sku, today) if found is None else found


def standard_price(book: PriceBook, sku: str, today: date) -> Decimal | None:
    """What an offer sells for without a commitment; None where no file says so."""
    try:
        return book.price(sku, accepted_on=None, ordered_on=today).sell
    except NoPrice:
        return None


def quoted(
    line: ReviewLine,
    offer_id: str,
    currency: str,
    chosen: Chosen,
    standard: Decimal | None,
    commit: ThreeYearCommit,
) -> QuotedPrice:
    """A line at the price of an offer; `standard` is what it would cost without, for the part that is saved."""
    return QuotedPrice(
        product_id=line.product_id,
        unit=UNIT,
        currency=currency,
        amount=chosen.sell,
        mark="list",
        cost=chosen.price,
        line=line.key,
        reference=offer_id,
        note=_note(read_offer(offer_id).level, chosen, standard, commit),
    )


def _note(level: str, chosen: Chosen, standard: Decimal | None, commit: ThreeYearCommit) -> str:
    """The level, what part of the list price it saves, and for how long.

    No amount: whoever reads it may be a reseller's customer, and list prices are its seller's.
    """
    is_locked = chosen.source == Source.COMMITTED
    parts = [
        (_("Adobe 3YC, level %s") if is_locked else _("Adobe volume discount, level %s")) % level
    ]
    if standard is not None and standard > chosen.sell:
        part = ((standard - chosen.sell) / standard * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
        shown = number_format(part if part % 1 else int(part))
        parts.append(_("saves %(part)s %%") % {"part": shown})
    term = accepted_in(commit) or commit.commitment
    if is_locked and term is not None and term.end is not None:
        parts.append(_("until %(day)s") % {"day": formats.day(term.end)})
    return ", ".join(parts)


def accepted_in(commit: ThreeYearCommit) -> Term | None:
    """The request that the customer has accepted and not fulfilled yet."""
    request = commit.request
    return request if request is not None and request.status == "ACCEPTED" else None
