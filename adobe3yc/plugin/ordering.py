"""Subscriptions at Adobe: one order for the lines of one order here, seats added and given back, bounded by what is
committed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from django.utils.translation import gettext as _

from adobe3yc import selectors
from adobe3yc.gateway import CODES, adobe, outcome_of
from adobe3yc.models import AdobeCustomer, AdobeOrder
from adobe3yc.plugin.accounts import line_of_call, party_of_call
from adobe3yc.plugin.ends import SIBLING_SECONDS, ends_asked, ends_charged, is_end_moved
from adobe3yc.plugin.parties import instance_of, offer_of
from adobe3yc.plugin.returning import lines_to_return
from adobe3yc.rules.commitments import least_quantity
from adobe3yc.rules.offers import OfferType
from adobe3yc.rules.prices import NoPrice, purchase_ends_on
from adobe3yc.services import (
    customer_record,
    customer_start,
    order_refused,
    order_store,
    order_told,
)
from adobe3yc.services.orders import REFUSED
from adobe3yc.vipmp.client import VipClient
from adobe3yc.vipmp.contracts import Customer, LineBody, Order, Progress, Subscription
from adobe3yc.vipmp.errors import Kind, VipError
from adobe3yc.vipmp.errors import Refused as VipRefused
from bss.accounts.models import Account
from bss.core import clock, history
from bss.core.actor import SYSTEM
from bss.orders.choices import SENDING, LineKind, LineState
from bss.orders.models import OrderLine
from servicemanager.choices import Operation
from servicemanager.contracts import (
    Absent,
    Call,
    Done,
    InProgress,
    NeedsInput,
    Outcome,
    Refused,
    TryLater,
)
from servicemanager.errors import Code
from servicemanager.models import Instance, ProvisioningJob

ACCEPTED_OFFER = "accepted_offer"
POLL_SECONDS = 5.0
RETURN_DAYS = 14


def provision(call: Call) -> Outcome:
    """Bring a subscription to its target. A failed call is told by what it means."""
    try:
        with adobe(call.instance) as client:
            if call.operation == Operation.CREATE:
                return _create(client, call)
            more = _more(call)
            if more > 0:
                return _add(client, call, more)
            return _give_back(client, call, -more) if more else Done(call.target.external_id)
    except VipError as error:
        return outcome_of(error)


def poll(call: Call, reference: str) -> Outcome:
    """How far the orders are that a call placed: their ids stand in the reference."""
    customer = mirror_of(call)
    if customer is None:
        return Absent()
    try:
        with adobe(call.instance) as client:
            found = [client.order(customer.adobe_id, each) for each in reference.split(",")]
    except VipError as error:
        return outcome_of(error)
    if call.operation == Operation.CREATE:
        stored = _stored(call)
        return Absent() if stored is None else _told(call, stored, found[0])
    return _all_told(call, found)


def find(call: Call) -> Outcome:
    """What became of a call: its orders are recognised by the reference they were sent with."""
    customer = mirror_of(call)
    if customer is None or not customer.adobe_id:
        return Done() if call.operation == Operation.CANCEL else Absent()
    try:
        with adobe(call.instance) as client:
            placed = list(client.orders_each(customer.adobe_id))
    except VipError as error:
        return outcome_of(error)
    if call.operation == Operation.CREATE:
        stored = _stored(call)
        own = [each for each in placed if stored is not None and each.reference == stored.key]
        return _told(call, stored, own[0]) if stored is not None and own else Absent()
    own = _of_call(call, placed)
    return _all_told(call, own) if own and _seats(own) >= abs(_more(call)) else Absent()


def _more(call: Call) -> int:
    """How many seats a call adds; fewer than 0 for seats that go."""
    target = call.target
    if target.status == "cancelled":
        return -target.quantity
    return target.quantity - (target.previous_quantity or target.quantity)


def _of_call(call: Call, placed: Sequence[Order]) -> list[Order]:
    return [each for each in placed if each.reference == call.idempotency_key]


def _seats(orders: Sequence[Order]) -> int:
    return sum(line.quantity for order in orders for line in order.lines)


# A new subscription --------------------------------------------------------------------------------------


def _create(client: VipClient, call: Call) -> Outcome:
    stored = _stored(call)
    if stored is None:
        made = _begin(client, call)
        if not isinstance(made, AdobeOrder):
            return made
        stored = made
    if stored.adobe_id:
        return _told(call, stored, client.order(stored.customer.adobe_id, stored.adobe_id))
    try:
        placed = client.order_create(
            stored.customer.adobe_id,
            [LineBody(x["number"], x["offer_id"], x["quantity"]) for x in stored.lines],
            stored.currency,
            key=stored.key,
            reference=stored.key,
        )
    except VipRefused as error:
        order_refused(stored=stored, reason=error.message)
        if error.meaning.kind == Kind.ELIGIBILITY:
            # Its level changed between preview and order: the next try previews anew.
            return TryLater(POLL_SECONDS, Code.VENDOR_BUSY, _("Adobe's level changed meanwhile."))
        raise
    # Placed a moment ago it is pending; mostly it is done at the second look.
    return _told(call, stored, client.order(stored.customer.adobe_id, placed.id))


def _begin(client: VipClient, call: Call) -> AdobeOrder | Outcome:
    """Preview the lines of the order together and store what is sent; or why this line does not go now."""
    customer, own = customer_of_call(client, call), line_of_call(call)
    found = client.customer(customer.adobe_id)
    customer = customer_record(customer=customer, found=found)
    everything = list(
        OrderLine.everywhere.filter(
            order=own.order, managed_by=call.instance.public_id, kind=LineKind.NEW
        ).select_related("product", "order__account")
    )
    sent = [x for x in everything if x.state in SENDING or x.pk == own.pk]
    numbered = dict(enumerate(sent, start=1))
    ends_on = purchase_ends_on(found.coterm, clock.now().date())
    moved = [x for x in sent if is_end_moved(x, ends_on)]
    stopped = ends_asked(own, moved, ends_on) or _awaited(own, everything)
    if stopped is not None:
        return stopped
    currency = str(call.instance.settings["currency"])
    asked = [LineBody(n, x.product.external_id, x.quantity) for n, x in numbered.items()]
    preview = client.order_preview(customer.adobe_id, asked, currency)
    offers = {line.number: line.offer_id for line in preview.lines}
    changed = {x.pk: offers[n] for n, x in numbered.items() if offers[n] != expected_offer(x)}
    if own.pk in changed:
        return _changed(expected_offer(own), changed[own.pk])
    if changed:
        words = _("The level of another line of the order changed; they are ordered together.")
        return TryLater(POLL_SECONDS, Code.VENDOR_BUSY, words)
    stopped = ends_charged(moved, ends_on)
    if stopped is not None:
        return stopped
    earlier = AdobeOrder.everywhere.filter(instance=customer.instance, order=own.order).count()
    return order_store(
        customer=customer,
        order=own.order,
        currency=currency,
        lines=[
            {"number": n, "line": x.public_id, "offer_id": offers[n], "quantity": x.quantity}
            for n, x in numbered.items()
        ],
        number=earlier + 1,
    )


def expected_offer(line: OrderLine) -> str:
    """The offer a line was priced by: what was accepted since, what was quoted, or the base offer."""
    quoted = (line.quote or {}).get("reference")
    return str(line.parameters.get(ACCEPTED_OFFER) or quoted or line.product.external_id)


def _awaited(own: OrderLine, lines: Sequence[OrderLine]) -> TryLater | None:
    """A line that is settled waits as long as people need to answer for another one of its order."""
    if all(x.state != LineState.NEEDS_INPUT or x.pk == own.pk for x in lines):
        return None
    words = _("Another line of the order waits for an answer; they are ordered together.")
    return TryLater(SIBLING_SECONDS, Code.VENDOR_BUSY, words, awaits_answer=True)


def _changed(then: str, now: str) -> NeedsInput:
    words = _(
        "Adobe sells this as offer %(now)s now, and it was priced as %(then)s. Enter %(now)s to accept that, or cancel "
        "the line and order it anew."
    )
    return NeedsInput(CODES[Kind.ELIGIBILITY], words % {"now": now, "then": then}, ACCEPTED_OFFER)


def _stored(call: Call) -> AdobeOrder | None:
    """What was sent to Adobe for this line's order, or is about to be; None when nothing stands."""
    line = line_of_call(call)
    rows = (
        AdobeOrder.everywhere.filter(instance=instance_of(call.instance), order=line.order)
        .exclude(status=REFUSED)
        .select_related("customer")
        .order_by("-id")
    )
    return next((x for x in rows if line.public_id in {y["line"] for y in x.lines}), None)


def _told(call: Call, stored: AdobeOrder, found: Order) -> Outcome:
    """What Adobe says of the order, for this line."""
    order_told(stored=stored, found=found)
    if found.progress == Progress.PENDING:
        return InProgress(found.id, POLL_SECONDS)
    if found.progress != Progress.DONE:
        order_refused(stored=stored, reason=found.status)
        return Refused("ADOBE_FAILED", _("Adobe could not finish the order."), found.status)
    own = line_of_call(call).public_id
    number = next(x["number"] for x in stored.lines if x["line"] == own)
    bought = next((x for x in found.lines if x.number == number), None)
    if bought is None or not bought.subscription_id:
        return Refused("ADOBE_FAILED", _("Adobe could not finish the order."), found.status)
    return Done(bought.subscription_id)


# Seats ---------------------------------------------------------------------------------------------------


def _add(client: VipClient, call: Call, more: int) -> Outcome:
    """More seats, to the same anniversary, at the price that the subscription has: where Adobe's level for them costs
    more than the one it was priced by, nobody pays the difference unasked.
    """
    customer, currency = customer_of_call(client, call), str(call.instance.settings["currency"])
    wanted = LineBody(1, call.target.sku, more)
    [best] = client.order_preview(customer.adobe_id, [wanted], currency).lines
    priced_by = str(
        call.target.attributes.get(ACCEPTED_OFFER) or expected_offer(line_of_call(call))
    )
    if _is_dearer(customer.instance, best.offer_id, priced_by, currency):
        return _changed(priced_by, best.offer_id)
    with _heard(call) as key:
        placed = client.order_create(
            customer.adobe_id,
            [LineBody(1, best.offer_id, more)],
            currency,
            key=key,
            reference=call.idempotency_key,
        )
    return _all_told(call, [placed])


@contextmanager
def _heard(call: Call) -> Iterator[str]:
    """The key under which seats are added or given back: the same until Adobe refuses, for a moment or for good. What
    was ordered is found by its reference, which stays.
    """
    job = ProvisioningJob.everywhere.get(idempotency_key=call.idempotency_key)
    try:
        yield selectors.asking_key(job, "seats")
    except VipRefused as error:
        if error.ends_key:
            history.record(job, actor=SYSTEM, action=selectors.ORDER_REFUSED, reason=error.message)
        raise


def _is_dearer(instance: Instance, now: str, then: str, currency: str) -> bool:
    """Whether an offer costs more than another by the segments' files; one that they do not price is not known to
    cost as little.
    """
    if now == then:
        return False
    book, today = selectors.price_book(instance, {now, then}, currency), clock.now().date()
    try:
        costs = [book.price(each, accepted_on=None, ordered_on=today).price for each in (now, then)]
    except NoPrice:
        return True
    return costs[0] > costs[1]


def _give_back(client: VipClient, call: Call, count: int) -> Outcome:
    """Give `count` seats back: whole lines of the last 14 days, no more than the commitment allows."""
    customer, external_id = customer_of_call(client, call), _external_id(call)
    if not external_id:
        return Done()
    held = {each.id: each for each in client.subscriptions(customer.adobe_id)}
    there = held.get(external_id)
    if there is None or there.progress != Progress.DONE:
        return Done(external_id)
    since = clock.now() - timedelta(days=RETURN_DAYS)
    orders = list(client.orders_each(customer.adobe_id, since=since.date().isoformat()))
    # What an interrupted call gave back already.
    before = _of_call(call, orders)
    left = count - _seats(before)
    if left <= 0:
        return _all_told(call, before)
    found = client.customer(customer.adobe_id)
    customer_record(customer=customer, found=found)
    least = _least(found, held.values(), there)
    if there.quantity - left < least:
        words = _("The commitment allows no fewer than %(least)s of these.") % {"least": least}
        return Refused(CODES[Kind.COMMITMENT], words)
    chosen = lines_to_return(orders, external_id, left)
    if not chosen:
        words = _("Adobe takes back what was bought in the last 14 days alone, in whole orders.")
        return Refused(CODES[Kind.CANCELLATION], words)
    with _heard(call) as key:
        placed = [
            client.order_return(
                order,
                [LineBody(line.number, line.offer_id, line.quantity)],
                key=f"{key}-{n}",
                reference=call.idempotency_key,
            )
            for n, (order, line) in enumerate(chosen, start=len(before) + 1)
        ]
    return _all_told(call, [*before, *placed])


def _least(found: Customer, held: Iterable[Subscription], this: Subscription) -> int:
    """The least that a subscription may be reduced to, by what counts of everything that is held."""
    counted: Counter[OfferType] = Counter()
    for each in held:
        offer = offer_of(each.offer_id)
        if offer is not None and offer.is_standard and each.progress == Progress.DONE:
            counted[offer.type] += each.quantity
    own = offer_of(this.offer_id)
    if own is None or not own.is_standard:
        return 0
    return least_quantity(found.three_year, own.type, counted[own.type], this.quantity)


def _external_id(call: Call) -> str:
    """Adobe's id of the subscription; of one that was withdrawn before it was known, by its order."""
    if call.target.external_id:
        return call.target.external_id
    stored = _stored(call)
    if stored is None or not stored.adobe_id:
        return ""
    with adobe(call.instance) as client:
        told = _told(call, stored, client.order(stored.customer.adobe_id, stored.adobe_id))
    return told.external_id if isinstance(told, Done) else ""


def _all_told(call: Call, placed: Sequence[Order]) -> Outcome:
    """Done once every order is."""
    if any(each.progress == Progress.PENDING for each in placed):
        return InProgress(",".join(each.id for each in placed), POLL_SECONDS)
    failed = next((each for each in placed if each.progress != Progress.DONE), None)
    if failed is not None:
        return Refused("ADOBE_FAILED", _("Adobe could not finish the order."), failed.status)
    return Done(_external_id(call))


def mirror_of(call: Call) -> AdobeCustomer | None:
    """What is known of the subscription's customer at Adobe."""
    account = Account.everywhere.get(pk=call.target.account.account_id)
    return selectors.mirror_of(account, instance_of(call.instance))


def customer_of_call(client: VipClient, call: Call) -> AdobeCustomer:
    """The mirror of the subscription's customer; of one that was linked by hand it is begun now."""
    known = mirror_of(call)
    if known is not None:
        return known
    party = party_of_call(call)
    begun = customer_start(
        instance=party.instance, reseller=party.reseller, account=party.account, name=party.name
    )
    return customer_record(customer=begun, found=client.customer(call.target.account.external_id))
