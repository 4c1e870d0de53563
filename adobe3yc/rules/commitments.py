"""The three-year commitment (3YC): what may be asked, what is missing, what may be given up, until when.

Statuses are mirrors of Adobe's: nothing here refuses what Adobe says, it only tells what follows from it.
Source: Adobe's VIP Marketplace docs, "Manage 3YC"; where those changed, both eras are named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from adobe3yc.rules.offers import OfferType
from adobe3yc.vipmp.contracts import Minimum, Term, ThreeYearCommit

LEAST = {OfferType.LICENSE: 10, OfferType.CONSUMABLES: 1_000}
ACCEPT_DAYS = 7
# From acceptance to the purchase of the minimum: 7 days until June 2025.
BUY_DAYS = 30
RECOMMIT_DAYS = 30
# How far an end that means the same day may lie from it.
ABOUT_DAYS = 30
LIVE = frozenset({"COMMITTED", "ACTIVE"})
OPEN = frozenset({"REQUESTED", "ACCEPTED"})

Quantities = Mapping[OfferType, int]


class Shown(StrEnum):
    """How a customer's commitment is called on a screen."""

    UNCOMMITTED = "uncommitted"
    COMMITTED = "committed"
    ENDED = "ended"


class Objection(StrEnum):
    """Why a commitment is not asked for."""

    NOTHING_ASKED = "nothing_asked"
    TOO_FEW = "too_few"
    OTHER_OPEN = "other_open"
    NOT_COMMITTED = "not_committed"
    TOO_EARLY = "too_early"
    TYPE_LEFT_OUT = "type_left_out"
    NOT_MORE = "not_more"


@dataclass(frozen=True, slots=True)
class Objected:
    """An objection, the type of offer it is about (None: the whole), and the number that would do (None: none)."""

    why: Objection
    type: OfferType | None = None
    least: int | None = None


# Reading what Adobe says ---------------------------------------------------------------------------------


def shown(found: ThreeYearCommit) -> Shown:
    if is_live(found.commitment):
        return Shown.COMMITTED
    return Shown.ENDED if found.commitment is not None else Shown.UNCOMMITTED


def is_live(term: Term | None) -> bool:
    """Whether a commitment is in force."""
    return term is not None and term.status in LIVE


def is_open(term: Term | None) -> bool:
    """Whether a request waits, for the customer or for the purchase."""
    return term is not None and term.status in OPEN


def minimums_of(term: Term | None) -> dict[OfferType, int]:
    """What is promised, by type; types that nobody here knows are left out."""
    known = {kind.value: kind for kind in OfferType}
    found = term.minimums if term else ()
    return {known[m.offer_type]: m.quantity for m in found if m.offer_type in known}


def price_date(found: ThreeYearCommit, kind: OfferType, total: int) -> date | None:
    """The acceptance date that locks the prices of a type; None when they are the standard ones.

    `total` is what would be owned with the order in hand: an accepted request counts once it reaches its minimum.
    """
    request = found.request
    asked = minimums_of(request).get(kind, 0)
    if request is not None and request.status == "ACCEPTED" and 0 < asked <= total:
        return request.start
    commitment = found.commitment
    if commitment is not None and is_live(commitment) and minimums_of(commitment).get(kind):
        return commitment.start
    return None


def missing(request: Term | None, total: Quantities) -> dict[OfferType, int]:
    """How many are missing to the minimum of an accepted request, by type; empty when it is reached."""
    return {
        kind: least - total.get(kind, 0)
        for kind, least in minimums_of(request).items()
        if total.get(kind, 0) < least
    }


# Asking --------------------------------------------------------------------------------------------------


def request_objections(found: ThreeYearCommit, asked: Sequence[Minimum]) -> list[Objected]:
    """Why this is not asked for as a commitment, or as more of one; empty when it may be."""
    objections = _quantity_objections(asked)
    if is_open(found.recommitment):
        objections.append(Objected(Objection.OTHER_OPEN))
    if not is_live(found.commitment):
        return objections
    held = minimums_of(found.commitment)
    wanted = minimums_of(Term("", tuple(asked)))
    if set(wanted) - set(held):
        left_out = set(held) - set(wanted)
        objections += [Objected(Objection.TYPE_LEFT_OUT, kind, held[kind]) for kind in left_out]
    objections += [
        Objected(Objection.NOT_MORE, kind, held[kind])
        for kind, quantity in wanted.items()
        if quantity < held.get(kind, 0)
    ]
    return objections


def recommitment_objections(
    found: ThreeYearCommit, asked: Sequence[Minimum], today: date
) -> list[Objected]:
    """Why the next three years are not asked for; empty when they may be."""
    objections = _quantity_objections(asked)
    if is_open(found.request):
        objections.append(Objected(Objection.OTHER_OPEN))
    first = recommit_from(found)
    if first is None:
        objections.append(Objected(Objection.NOT_COMMITTED))
    elif today < first:
        objections.append(Objected(Objection.TOO_EARLY, None, (first - today).days))
    return objections


def recommit_from(found: ThreeYearCommit) -> date | None:
    """The first day on which the next three years may be asked for; None without a commitment in force."""
    term = found.commitment
    if term is None or not is_live(term) or term.end is None:
        return None
    return term.end - timedelta(days=RECOMMIT_DAYS)


def accept_until(requested_on: date) -> date:
    """The last day on which the customer may accept."""
    return requested_on + timedelta(days=ACCEPT_DAYS)


def buy_until(accepted_on: date) -> date:
    """The last day on which the minimum may be bought."""
    return accepted_on + timedelta(days=BUY_DAYS)


def _quantity_objections(asked: Sequence[Minimum]) -> list[Objected]:
    wanted = minimums_of(Term("", tuple(asked)))
    if not wanted:
        return [Objected(Objection.NOTHING_ASKED)]
    return [
        Objected(Objection.TOO_FEW, kind, LEAST[kind])
        for kind, quantity in wanted.items()
        if quantity < LEAST[kind]
    ]


# Giving up -----------------------------------------------------------------------------------------------


def least_quantity(found: ThreeYearCommit, kind: OfferType, total: int, this: int) -> int:
    """The least that one subscription may be reduced to, by return.

    `total` is what all subscriptions of the type hold, `this` what this one does of it. Of what was bought
    beyond the minimum all may go; 0 without a commitment.
    """
    promised = minimums_of(found.commitment).get(kind, 0) if is_live(found.commitment) else 0
    return max(0, promised - (total - this))


def least_renewing(
    found: ThreeYearCommit, kind: OfferType, total: int, this: int, renews_on: date | None
) -> int:
    """The least that one subscription may renew with on the customer's anniversary; 0 where it may end.

    `total` is what all of the type renew with as things stand, `this` what this one does of it. In the last term of a
    commitment only an accepted recommitment holds the next one.
    """
    term = found.commitment if outlives(found.commitment, renews_on) else found.recommitment
    is_promised = is_live(term) or (term is not None and term.status == "ACCEPTED")
    promised = minimums_of(term).get(kind, 0) if is_promised else 0
    return max(0, promised - (total - this))


def outlives(term: Term | None, renews_on: date | None) -> bool:
    """Whether a commitment in force still counts in the term that begins on an anniversary.

    Its end lies within days of an anniversary, before or after: Adobe's own samples differ.
    """
    if term is None or not is_live(term):
        return False
    if term.end is None or renews_on is None:
        return True
    return term.end - renews_on > timedelta(days=ABOUT_DAYS)
