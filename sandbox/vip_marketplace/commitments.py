"""The three-year commitment: asked for, accepted or declined, fulfilled, lapsed, renewed, over.

REQUESTED -- accepted --> ACCEPTED -- the minimum is owned --> COMMITTED (moves to `commitment`)
    |                        +-- not in time --> NONCOMPLIANT
    +-- declined, or nobody answers in seven days --> DECLINED or EXPIRED
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sandbox import clock
from sandbox.vip_marketplace.catalogue import (
    LICENSE,
    LOWEST,
    MINIMUMS,
    STANDARD,
    committed_ladder,
    higher,
    level_for,
    read_offer,
)
from sandbox.vip_marketplace.errors import Refusal
from sandbox.vip_marketplace.records import ACTIVE, Customer, Subscription, Term
from sandbox.vip_marketplace.rules import Rules
from sandbox.vip_marketplace.store import Books

EARLY_DAYS: Final = 30
WIRE: Final = {"commitmentRequest": "request", "recommitmentRequest": "recommitment"}


def years_later(day: date, years: int) -> date:
    """Return the same day of another year; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


# Asking ------------------------------------------------------------------------------------------


def ask(books: Books, customer: Customer, benefits: list[Mapping[str, Any]]) -> None:
    """Take the requests in a benefits block. A request replaces the one before it.

    Raises Refusal 1135 for a minimum out of range, 1117 for what may not be asked now.
    """
    asked = {wire: benefit[wire] for benefit in benefits for wire in WIRE if benefit.get(wire)}
    customer.has_benefit = customer.has_benefit or bool(asked)
    if len(asked) > 1:
        raise Refusal("1117", [f"benefits[0].{wire}" for wire in asked])
    for wire, body in asked.items():
        _may_ask(books, customer, wire)
        minimums = _minimums(body)
        _keeps_types(customer, wire, minimums)
        lapses = books.now + timedelta(days=books.rules.accept_days)
        term = Term("REQUESTED", minimums, books.instant, lapses_at=clock.instant(lapses))
        setattr(customer, WIRE[wire], term)


def _may_ask(books: Books, customer: Customer, wire: str) -> None:
    other = customer.recommitment if wire == "commitmentRequest" else customer.request
    if other is not None and other.status in {"REQUESTED", "ACCEPTED"}:
        raise Refusal("1117", [f"benefits[0].{wire}"])
    if wire == "recommitmentRequest":
        term = customer.committed
        first = _recommit_from(term, books.rules) if term else date.max
        if books.now.date() < first:
            raise Refusal("1117", [f"benefits[0].{wire}"])


def _recommit_from(term: Term, rules: Rules) -> date:
    return date.fromisoformat(term.end) - timedelta(days=rules.recommit_days)


def _minimums(body: Mapping[str, Any]) -> dict[str, int]:
    found = {entry["offerType"]: entry["quantity"] for entry in body["minimumQuantities"]}
    small = [kind for kind, quantity in found.items() if quantity < MINIMUMS[kind]]
    if small or not found:
        raise Refusal("1135", small)
    return found


def _keeps_types(customer: Customer, wire: str, minimums: Mapping[str, int]) -> None:
    """What is committed already is named again by a request that adds a type."""
    held = customer.committed.minimums if customer.committed else {}
    added = set(minimums) - set(held)
    if held and added and not set(held) <= set(minimums):
        raise Refusal("1117", [f"benefits[0].{wire}.minimumQuantities"])


# Answering: the Admin Console --------------------------------------------------------------------


def accept(books: Books, customer: Customer, name: str) -> None:
    """The customer accepts the open request `name` ("request" or "recommitment")."""
    term = _open(customer, name)
    lapses = books.now + timedelta(days=books.rules.compliance_days)
    term.status, term.accepted_at = "ACCEPTED", books.instant
    term.lapses_at = clock.instant(lapses)
    if name == "recommitment":
        end = date.fromisoformat(customer.committed.end) if customer.committed else books.now.date()
        start = end + timedelta(days=1)
        term.start = start.isoformat()
        term.end = (years_later(start, 3) - timedelta(days=1)).isoformat()
        return
    today = books.now.date()
    term.start = today.isoformat()
    term.end = _end(today, customer.coterm, books.rules).isoformat()
    customer.coterm = customer.coterm or years_later(today, 1).isoformat()
    fulfil(books, customer)


def decline(books: Books, customer: Customer, name: str) -> None:
    """The customer declines the open request `name`."""
    _open(customer, name).status = books.rules.refused_status


def enrol(books: Books, customer: Customer) -> None:
    """The customer starts a commitment without its partner, for what it owns."""
    owned = {kind: n for kind, n in owned_by(books, customer.id).items() if n >= MINIMUMS[kind]}
    if not owned:
        raise Refusal("1135", [])
    customer.has_benefit = True
    customer.request = Term("REQUESTED", owned, books.instant)
    accept(books, customer, "request")


def _open(customer: Customer, name: str) -> Term:
    term: Term | None = getattr(customer, name)
    if term is None or term.status != "REQUESTED" or customer.status != ACTIVE:
        raise Refusal("1134", [name])
    return term


def _end(accepted: date, coterm: str, rules: Rules) -> date:
    """Return the last day: three years from acceptance, or aligned with the anniversary that exists."""
    if not coterm:
        return years_later(accepted, 3) - timedelta(days=1)
    anniversary = date.fromisoformat(coterm)
    is_early = anniversary - timedelta(days=EARLY_DAYS) <= accepted <= anniversary
    years = 3 if rules.era != "2024" and is_early else 2
    return years_later(anniversary, years) - timedelta(days=1)


# Fulfilling --------------------------------------------------------------------------------------


def owned_by(books: Books, customer_id: str) -> dict[str, int]:
    """Return what a customer owns by type, of what counts."""
    return _counted(books, customer_id, "quantity")


def renewing(books: Books, customer_id: str) -> dict[str, int]:
    """Return what will renew by type, of what counts."""
    return _counted(books, customer_id, "next_quantity")


def _counted(books: Books, customer_id: str, attribute: str) -> dict[str, int]:
    total = dict.fromkeys(MINIMUMS, 0)
    for subscription in books.of(Subscription, customer_id):
        offer = read_offer(subscription.offer_id)
        if subscription.status == ACTIVE and offer and offer.product.counts:
            total[offer.product.type] += getattr(subscription, attribute)
    return total


def promised_next(customer: Customer) -> Term | None:
    """Return what holds the term that begins on the anniversary: the commitment, or in its last term what follows."""
    term, following = customer.committed, customer.recommitment
    if term is None or not customer.coterm or term.end >= customer.coterm:
        return term
    return following if following is not None and following.status == "ACCEPTED" else None


def fulfil(books: Books, customer: Customer) -> None:
    """Move each accepted type whose minimum is owned from the request to the commitment."""
    term = customer.request
    if term is None or term.status != "ACCEPTED":
        return
    owned = owned_by(books, customer.id)
    met = {kind: least for kind, least in term.minimums.items() if owned[kind] >= least}
    if not met:
        return
    held = customer.committed.minimums if customer.committed else {}
    customer.commitment = Term(
        "COMMITTED", {**held, **met}, term.asked_at, term.accepted_at, term.start, term.end
    )
    left = {kind: least for kind, least in term.minimums.items() if kind not in met}
    term.minimums = left
    customer.request = term if left else None


def lapse(customer: Customer, moment: datetime, rules: Rules) -> None:
    """Let go of the requests whose time is over at `moment`."""
    at = clock.instant(moment)
    for name in WIRE.values():
        term: Term | None = getattr(customer, name)
        if term is None or not term.lapses_at or term.lapses_at > at:
            continue
        if term.status == "REQUESTED":
            term.status = "EXPIRED"
        elif term.status == "ACCEPTED" and name == "request":
            term.status = "NONCOMPLIANT"


def end(books: Books, customer: Customer) -> None:
    """The commitment in force is over: an accepted recommitment follows it, or the lowest levels."""
    term, following = customer.committed, customer.recommitment
    if term is None:
        return
    if following is None or following.status != "ACCEPTED":
        term.status = "EXPIRED"
        customer.levels = dict(LOWEST)
        if following is not None and following.status == "REQUESTED":
            following.status = "EXPIRED"
        return
    owned = renewing(books, customer.id)
    kept = all(owned[kind] >= least for kind, least in following.minimums.items())
    following.status = "COMMITTED" if kept else "NONCOMPLIANT"
    if kept:
        customer.commitment, customer.recommitment = following, None
    else:
        term.status = "EXPIRED"


def keep_minimum(books: Books, customer: Customer) -> None:
    """At a renewal: who renews less than committed is no longer compliant."""
    term = customer.committed
    if term is None:
        return
    owned = owned_by(books, customer.id)
    if any(owned[kind] < least for kind, least in term.minimums.items()):
        term.status = "NONCOMPLIANT"


# Levels ------------------------------------------------------------------------------------------


def level(customer: Customer, offer_type: str, ordered: int, owned: int) -> tuple[str, bool]:
    """Return the level of an order of `ordered` by one who owns `owned`, and whether a commitment gives it.

    Standard levels count the order alone and do not fall within a term; a commitment's follows its minimum.
    """
    earned = level_for(STANDARD[offer_type], ordered, LOWEST[offer_type])
    standard = higher(offer_type, customer.levels[offer_type], earned)
    minimum = _promised(customer, offer_type, ordered + owned)
    if not minimum:
        return standard, False
    ladder = committed_ladder(offer_type, customer.segment)
    found = level_for(ladder, minimum, ladder[0][1])
    if customer.segment == "EDU" and offer_type == LICENSE:
        found = higher(offer_type, found, standard)
    return found, True


def _promised(customer: Customer, offer_type: str, total: int) -> int:
    """Return the minimum whose level is due: of the request when `total` reaches it, else of the commitment."""
    request, term = customer.request, customer.committed
    asked = request.minimums.get(offer_type, 0) if request and request.status == "ACCEPTED" else 0
    if asked and total >= asked:
        return asked
    return term.minimums.get(offer_type, 0) if term else 0


def standard_levels(quantities: Mapping[str, int]) -> dict[str, str]:
    """Return the standard levels that quantities earn, by type."""
    return {
        kind: level_for(STANDARD[kind], quantities.get(kind, 0), lowest)
        for kind, lowest in LOWEST.items()
    }
