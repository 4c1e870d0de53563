"""Customers at Adobe for provisioning: found under the account, the draft it was made of, or the id that was given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from adobe3yc.gateway import CODES, Failure, adobe, exists_words, outcome_of, profiles
from adobe3yc.plugin.parties import Party, offer_of, party_of_account
from adobe3yc.plugin.requests import SETTLE_SECONDS, TWIN, customer_key
from adobe3yc.rules.offers import Segment
from adobe3yc.selectors import is_anothers
from adobe3yc.services import customer_link, customer_record, customer_refused, customer_start
from adobe3yc.vipmp.contracts import Customer, Progress
from adobe3yc.vipmp.errors import Kind, VipError
from bss.orders.models import Order, OrderLine
from bss.subscriptions.models import Subscription
from servicemanager.contracts import Absent, Call, Done, InProgress, NeedsInput, Outcome, Refused
from servicemanager.errors import Code


def account_find(call: Call) -> Outcome:
    """Adobe's id of the customer, once Adobe has set it up; Absent when it has to be made, or linked, first."""
    party = party_of_call(call)
    if party.customer is None or not party.adobe_id or party.customer.account_id is None:
        return Absent()
    try:
        with adobe(call.instance) as client:
            return _settled(client.customer(party.adobe_id))
    except VipError as error:
        return outcome_of(error)


def account_sync(call: Call) -> Outcome:
    """Make the customer, or take the one that its reseller named. Made once: the mirror has it before Adobe does."""
    party, answers = party_of_call(call), answers_of(call)
    if not party.reseller_id:
        words = _("The reseller is not set up with Adobe yet.")
        return Refused(CODES[Kind.RESELLER], words)
    assert party.account is not None  # noqa: S101 -- a subscription has a customer
    segment = _segment(call)
    customer = party.customer or customer_start(
        instance=party.instance,
        reseller=party.reseller,
        account=party.account,
        name=party.name,
        market_segment=segment,
    )
    customer = customer_link(customer=customer, account=party.account)
    given = str(answers.get(profiles.ADOBE_ID) or "")
    if not customer.usable_id and given and is_anothers(given, party.account, party.instance):
        words = _("Another customer has this Adobe id already. Check it.")
        return NeedsInput(CODES[Kind.CUSTOMER], words, profiles.ADOBE_ID)
    known = customer.usable_id or given
    profile = party.profile(segment, answers)
    wrong = {} if known else profiles.field_errors(profile)
    if wrong:
        field, words = next(iter(wrong.items()))
        return NeedsInput(CODES[Kind.FIELDS], words, field or "adobe_region")
    try:
        with adobe(call.instance) as client:
            found = (
                client.customer(known)
                if known
                else client.customer_create(
                    party.reseller_id,
                    profile,
                    key=customer_key(customer),
                    reference=customer.public_id,
                )
            )
    except VipError as error:
        failure = _failure(error)
        if error.ends_key:
            customer_refused(customer=customer, problem=failure.message, error=error)
        return failure
    if found.reseller_id != party.reseller_id:
        words = _("Adobe has this customer with another reseller. Check the id.")
        return NeedsInput(CODES[Kind.CUSTOMER], words, profiles.ADOBE_ID)
    customer_record(customer=customer, found=found)
    # Made a moment ago it is pending; mostly it is there at the second look.
    return account_find(call) if found.progress == Progress.PENDING else _settled(found)


def _failure(error: VipError) -> Failure | NeedsInput:
    """A company that Adobe has already can be had by its id there."""
    outcome = outcome_of(error)
    if isinstance(outcome, Refused) and outcome.code == CODES[Kind.EXISTS]:
        return _exists(outcome.vendor_code)
    return outcome


def _exists(code: str) -> NeedsInput:
    return NeedsInput(CODES[Kind.EXISTS], exists_words(), profiles.ADOBE_ID, code)


def _settled(found: Customer) -> Outcome:
    if found.progress == Progress.DONE:
        return Done(found.id)
    if found.progress == Progress.PENDING:
        return InProgress(found.id, SETTLE_SECONDS, message=_("Adobe sets the customer up."))
    if found.status == TWIN:
        return _exists(found.status)
    words = _("Adobe could not set the customer up.")
    return Refused(Code.VENDOR_FAILED, words, found.status)


def party_of_call(call: Call) -> Party:
    """The customer of a subscription."""
    return party_of_account(call.instance, call.target.account.account_id)


def order_of_call(call: Call) -> Order:
    """The order that bought the subscription."""
    return line_of_call(call).order


def line_of_call(call: Call) -> OrderLine:
    subscription = Subscription.everywhere.select_related("order_line__order").get(
        pk=call.target.subscription_id
    )
    return subscription.order_line


def answers_of(call: Call) -> Mapping[str, Any]:
    """What was answered for the customer, with whichever of the order's lines it was asked."""
    lines = order_of_call(call).lines.filter(managed_by=call.instance.public_id)
    answers = {k: v for line in lines for k, v in line.parameters.items() if v not in {None, ""}}
    return {**answers, **call.target.attributes}


def _segment(call: Call) -> str:
    offer = offer_of(call.target.sku)
    return offer.segment.value if offer else Segment.COM.value
