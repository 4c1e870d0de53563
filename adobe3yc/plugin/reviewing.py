"""The checkout's questions: what Adobe still needs, whether a commitment is asked for or waited for, what it costs.

Reads only: one GET and one PREVIEW at most.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from adobe3yc.gateway import adobe, exists_words, objection_words, profiles, words_of
from adobe3yc.models import AdobeCustomer
from adobe3yc.plugin import pricing
from adobe3yc.plugin.bounding import bound_of
from adobe3yc.plugin.parties import Party, offer_of, owned_by, party_of_subject
from adobe3yc.plugin.pricing import Priced
from adobe3yc.plugin.requests import TWIN, request_key
from adobe3yc.plugin.telling import verdict_of
from adobe3yc.rules.commitments import (
    Objected,
    accept_until,
    is_live,
    request_objections,
)
from adobe3yc.rules.offers import Offer
from adobe3yc.rules.prices import CommittedListMissing, NoPrice
from adobe3yc.selectors import is_anothers, refused_since, three_year_of, times_asked, turn_of
from adobe3yc.vipmp.client import VipClient
from adobe3yc.vipmp.contracts import Customer, Minimum, Progress, Term, ThreeYearCommit
from adobe3yc.vipmp.errors import VipError
from bss.core import clock
from bss.core.fields import FieldSpec
from bss.orders.contracts import (
    Proceed,
    Refuse,
    ReviewLine,
    ReviewStep,
    ReviewSubject,
    Verdict,
    Wait,
)
from bss.subscriptions.contracts import Reduction
from bss.ui import formats
from servicemanager.contracts import InstanceContext

TAKES = frozenset({"quantity", "cancel"})
# How long a refusal of Adobe's is told before the same may be asked for again.
REFUSAL_STANDS = timedelta(minutes=10)
LAPSED = frozenset({"DECLINED", "EXPIRED", "NONCOMPLIANT"})


@dataclass(frozen=True, slots=True)
class Checkout:
    """What is reviewed: the lines of one instance, for one customer, with the answers given so far."""

    context: InstanceContext
    subject: ReviewSubject
    lines: Sequence[ReviewLine]
    party: Party
    segment: str
    answers: Mapping[str, Any]
    step: ReviewStep

    @property
    def minimums(self) -> tuple[Minimum, ...]:
        return profiles.minimums_in(self.answers)

    @property
    def wants_commitment(self) -> bool:
        return bool(self.answers.get(profiles.COMMITMENT))

    @property
    def adobe_id(self) -> str:
        """As whom Adobe knows it, or as whom the reseller says it does; "" for one that is new."""
        return self.party.adobe_id or str(self.answers.get(profiles.ADOBE_ID) or "")

    @property
    def times_asked(self) -> int:
        """How often the customer was asked before."""
        return times_asked(self.party.customer) if self.party.customer else 0

    @property
    def currency(self) -> str:
        return str(self.context.settings["currency"])

    @property
    def first(self) -> str:
        """The line that stands for the customer: its questions are asked with it."""
        return self.lines[0].key

    def refusal(self, message: str, field: str = "") -> Refuse:
        return Refuse({(self.first, field): [message]})


# Questions -----------------------------------------------------------------------------------------------


def fields(
    context: InstanceContext, line: ReviewLine, subject: ReviewSubject
) -> Sequence[FieldSpec]:
    """What the first of the instance's new lines is asked for the customer; nothing with the others."""
    own = _new(subject.lines, context)
    offer = offer_of(line.sku)
    if not own or own[0].key != line.key or offer is None:
        return ()
    party = party_of_subject(context, subject)
    if party.is_reseller:
        return ()
    given = str(line.parameters.get(profiles.COMMITMENT) or "")
    if party.adobe_id:
        assert party.customer is not None  # noqa: S101 -- it has an id
        return _commitment_specs(party.customer, given, own)
    times = times_asked(party.customer) if party.customer else 0
    asked = profiles.detail_specs(party.known_profile(offer.segment.value))
    return (profiles.id_spec(), *asked, *profiles.commitment_specs(times, given))


def _commitment_specs(
    customer: AdobeCustomer, given: str, lines: Sequence[ReviewLine]
) -> Sequence[FieldSpec]:
    """What a customer that Adobe knows is asked of a commitment, by how it stands; nothing of one in force.

    A review keeps nothing but its quotes: they tell of an acceptance before the mirror does.
    """
    commit = three_year_of(customer)
    status = commit.request.status if commit.request else ""
    if is_live(commit.commitment):
        return ()
    if status == "ACCEPTED":
        return profiles.accepted_specs(given)
    if status == "REQUESTED" and any(_is_committed(line.quoted) for line in lines):
        return profiles.priced_specs(given)
    return profiles.commitment_specs(times_asked(customer), given, status)


def _is_committed(offer_id: str) -> bool:
    offer = offer_of(offer_id)
    return offer is not None and offer.is_committed


def _new(lines: Sequence[ReviewLine], context: InstanceContext) -> list[ReviewLine]:
    return [x for x in lines if x.managed_by == context.public_id and x.kind == "new"]


# The verdict ---------------------------------------------------------------------------------------------


def review(
    context: InstanceContext,
    subject: ReviewSubject,
    lines: Sequence[ReviewLine],
    step: ReviewStep,
) -> Verdict:
    new = [line for line in lines if line.kind == "new"]
    if not new:
        return _review_actions(context, subject, lines)
    party = party_of_subject(context, subject)
    if party.is_reseller:
        return Proceed()
    segments = {offer.segment.value if offer else "" for offer in map(_offer, new)}
    if len(segments) != 1 or "" in segments:
        words = _("An order at Adobe is for one market segment: commercial, education, government.")
        return Refuse({(line.key, ""): [words] for line in new})
    answers = {k: v for line in new for k, v in line.parameters.items() if v not in {None, ""}}
    return _answer(Checkout(context, subject, new, party, segments.pop(), answers, step))


def _offer(line: ReviewLine) -> Offer | None:
    return offer_of(line.sku)


def _answer(checkout: Checkout) -> Verdict:
    """The verdict, or why there is none."""
    try:
        return _verdict(checkout)
    except CommittedListMissing:
        words = _("Unable to define product price. Please upload the 3YC pricing file.")
    except NoPrice:
        words = _("The price files in force have no price for what Adobe offers.")
    except VipError as error:
        words = words_of(error)
    return checkout.refusal(words)


def _verdict(checkout: Checkout) -> Verdict:
    if not checkout.party.reseller_id:
        return checkout.refusal(
            _("Your company is not set up with Adobe yet. Ask your provider to do it.")
        )
    if _is_anothers(checkout):
        words = _("Another customer has this Adobe id already. Check it.")
        return checkout.refusal(words, profiles.ADOBE_ID)
    if checkout.adobe_id:
        with adobe(checkout.context, about=checkout.party.reference) as client:
            return _known(checkout, client, client.customer(checkout.adobe_id))
    if checkout.step != "items":
        stopped = _details_missing(checkout) or _request_objected(checkout, ThreeYearCommit())
        if stopped is not None:
            return stopped
        if checkout.wants_commitment:
            return _ask(checkout)
    found = _priced(checkout, pricing.volume_offers(checkout.lines), None)
    return verdict_of(found, checkout.party.name)


def _is_anothers(checkout: Checkout) -> bool:
    """Whether the id that was given is another customer's: its prices and its orders are nobody else's business."""
    party = checkout.party
    given = "" if party.adobe_id else checkout.adobe_id
    return bool(given) and is_anothers(given, party.account, party.instance)


def _known(checkout: Checkout, client: VipClient, customer: Customer) -> Verdict:
    """A customer that Adobe has: its commitment decides, and Adobe says the level."""
    stopped = _unusable(checkout, customer)
    if stopped is not None:
        return stopped
    if checkout.wants_commitment and checkout.step != "items":
        waits = _commitment(checkout, customer.three_year)
        if waits is not None:
            return waits
    preview = client.order_preview(
        checkout.adobe_id, pricing.bodies(checkout.lines), checkout.currency
    )
    named = {line.number: line.offer_id for line in preview.lines}
    offers = [named[n] for n in range(1, len(checkout.lines) + 1)]
    return verdict_of(_priced(checkout, offers, customer), checkout.party.name)


def _unusable(checkout: Checkout, customer: Customer) -> Verdict | None:
    """Why nothing can be bought for a customer as Adobe has it; None when it can."""
    if customer.reseller_id != checkout.party.reseller_id:
        words = _("Adobe has this customer with another reseller. Check the id.")
        return checkout.refusal(words, profiles.ADOBE_ID)
    if customer.progress == Progress.PENDING:
        if checkout.step == "items":
            return Proceed()
        return Wait(_("Adobe is still setting the customer up. Look again in a minute."))
    if customer.status == TWIN:
        return checkout.refusal(exists_words(), profiles.ADOBE_ID)
    if customer.progress != Progress.DONE:
        return checkout.refusal(
            _("Adobe could not set the customer up (status %s). Ask your provider.")
            % customer.status
        )
    return None


def _details_missing(checkout: Checkout) -> Refuse | None:
    """What Adobe would refuse of the customer's details, each by its field."""
    profile = checkout.party.profile(checkout.segment, checkout.answers)
    wrong = profiles.field_errors(profile)
    if not wrong:
        return None
    return Refuse({(checkout.first, field): [words] for field, words in wrong.items()})


# The commitment ------------------------------------------------------------------------------------------


def _commitment(checkout: Checkout, commit: ThreeYearCommit) -> Verdict | None:
    """What must happen before a wanted commitment can be priced; None when its prices can be had, or it is there."""
    request = commit.request
    status = request.status if request else ""
    if status == "REQUESTED":
        assert request is not None  # noqa: S101 -- it has a status
        return Wait(_requested_words(checkout, request))
    if status == "ACCEPTED" or (is_live(commit.commitment) and not _is_more(checkout, commit)):
        return None
    asks_again = checkout.answers.get(profiles.COMMITMENT) == profiles.ask_again(
        checkout.times_asked
    )
    if status in LAPSED and not asks_again:
        return checkout.refusal(_lapsed_words(checkout, status), profiles.COMMITMENT)
    return _request_objected(checkout, commit) or _ask(checkout)


def _is_more(checkout: Checkout, commit: ThreeYearCommit) -> bool:
    """Whether more is asked for than is committed."""
    held = commit.commitment
    return held is not None and any(
        m.quantity > held.minimum(m.offer_type) for m in checkout.minimums
    )


def _request_objected(checkout: Checkout, commit: ThreeYearCommit) -> Refuse | None:
    if not checkout.wants_commitment:
        return None
    errors = {
        (checkout.first, _field_of(each)): [objection_words(each)]
        for each in request_objections(commit, checkout.minimums)
    }
    return Refuse(errors) if errors else None


def _field_of(objected: Objected) -> str:
    if objected.type is None:
        return profiles.COMMITMENT
    return profiles.FIELD_OF_TYPE[objected.type]


def _ask(checkout: Checkout) -> Verdict:
    """Wait for a request that is made now, unless Adobe refused the very same one a moment ago."""
    party, profile = checkout.party, checkout.party.profile(checkout.segment, checkout.answers)
    customer = party.customer
    request = {
        "kind": "commitment",
        "reseller_id": party.reseller_id,
        "reseller": party.reseller.pk if party.reseller else 0,
        "account": party.account.pk if party.account else 0,
        "draft": party.draft.reference if party.draft else "",
        "adobe_id": checkout.adobe_id,
        "profile": json.loads(json.dumps(asdict(profile))),
        "minimums": {m.offer_type: m.quantity for m in checkout.minimums},
        # What was answered meanwhile makes the same wish another request.
        "turn": turn_of(customer) if customer else 0,
    }
    if _was_refused(customer, request_key(request)):
        assert customer is not None  # noqa: S101 -- it was refused
        again = _("Correct it, or try the same again in ten minutes.")
        is_failed = customer.adobe_id and not customer.usable_id
        return checkout.refusal(
            f"{customer.problem} {again}", profiles.ADOBE_ID if is_failed else ""
        )
    words = _(
        "Adobe asks %(customer)s for the three-year commitment. It is accepted in the customer's Adobe Admin Console, "
        "within 7 days. The basket is kept: come back when it is accepted."
    )
    return Wait(words % {"customer": party.name}, [request])


def _was_refused(customer: AdobeCustomer | None, key: str) -> bool:
    if customer is None or customer.problem_key != key:
        return False
    return refused_since(customer, clock.now() - REFUSAL_STANDS)


def _requested_words(checkout: Checkout, request: Term) -> str:
    words = _("%(customer)s has not accepted the three-year commitment yet. The basket is kept.")
    text = words % {"customer": checkout.party.name}
    if request.start is None:
        return text
    day = {"day": formats.day(accept_until(request.start))}
    return f"{text} {_('It can be accepted until %(day)s.') % day}"


def _lapsed_words(checkout: Checkout, status: str) -> str:
    words = {
        "DECLINED": _("%(customer)s declined the three-year commitment."),
        "EXPIRED": _(
            "The time in which %(customer)s could accept the three-year commitment is over."
        ),
        "NONCOMPLIANT": _(
            "%(customer)s accepted the three-year commitment and did not buy its minimum in time."
        ),
    }[status]
    choice = _("Ask once more, or choose no commitment and buy at standard prices.")
    return f"{words % {'customer': checkout.party.name}} {choice}"


# Prices --------------------------------------------------------------------------------------------------


def _priced(checkout: Checkout, offers: Sequence[str], customer: Customer | None) -> Priced:
    return pricing.priced(
        checkout.party.instance,
        checkout.currency,
        checkout.lines,
        offers,
        today=clock.now().date(),
        owned=owned_by(checkout.party),
        customer=customer,
    )


# Actions -------------------------------------------------------------------------------------------------


def _review_actions(
    context: InstanceContext, subject: ReviewSubject, lines: Sequence[ReviewLine]
) -> Verdict:
    """What is done to subscriptions, bounded by the commitment as Adobe last told it.

    What is asked of the next term was bounded when it was asked for, and has to wait for nobody.
    """
    party = party_of_subject(context, subject)
    errors = {}
    for line in lines:
        held = bound_of(party, reduction) if (reduction := _reduction(subject, line)) else None
        if held is not None:
            errors[(line.key, "quantity")] = [held.message]
    return Refuse(errors) if errors else Proceed()


def _reduction(subject: ReviewSubject, line: ReviewLine) -> Reduction | None:
    """What a line takes away of its subscription; None for what takes nothing."""
    before = line.quantity if line.previous_quantity is None else line.previous_quantity
    left = 0 if line.kind == "cancel" else line.quantity
    if line.kind not in TAKES or left >= before:
        return None
    return Reduction(
        line.managed_by, subject.organization_id, subject.customer_id, line.sku, before, left
    )
