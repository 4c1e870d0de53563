"""A customer asked for a commitment: for one, for more of it, or for the next three years.

Outside the checkout Adobe is read first, so that what is objected to is what holds now. Outside transactions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from adobe3yc.errors import CommitmentObjected
from adobe3yc.models import AdobeCustomer
from adobe3yc.rules.commitments import Objected, recommitment_objections, request_objections
from adobe3yc.selectors import COMMITMENT_ASKED, COMMITMENT_REFUSED, asking_key
from adobe3yc.services.customer_asking import asked
from adobe3yc.services.customers import customer_record
from adobe3yc.vipmp.client import VipClient
from adobe3yc.vipmp.contracts import Customer, Minimum
from adobe3yc.vipmp.errors import VipError
from bss.core import clock, history
from bss.core.actor import Actor


class Send(Protocol):
    """How the client asks for a commitment."""

    def __call__(self, known: Customer, minimums: Sequence[Minimum], *, key: str) -> Customer: ...


def commitment_ask(
    *, customer: AdobeCustomer, minimums: Sequence[Minimum], actor: Actor
) -> AdobeCustomer:
    """Ask for a commitment, or for more of the one in force. A request that is open is replaced.

    Raises CommitmentObjected with what speaks against it, VendorUnavailable with the cause in words.
    """
    with asked(customer) as client:
        found = client.customer(customer.adobe_id)
        customer = customer_record(customer=customer, found=found, actor=actor)
        _object(request_objections(found.three_year, minimums))
        return commitment_send(
            client=client, customer=customer, found=found, minimums=minimums, actor=actor
        )


def recommitment_ask(
    *, customer: AdobeCustomer, minimums: Sequence[Minimum], actor: Actor
) -> AdobeCustomer:
    """Ask a committed customer for the next three years. Raises as `commitment_ask`."""
    with asked(customer) as client:
        found = client.customer(customer.adobe_id)
        customer = customer_record(customer=customer, found=found, actor=actor)
        today = clock.now().date()
        _object(recommitment_objections(found.three_year, minimums, today))
        send = client.recommitment_request
        return _sent(customer, found, ("recommitment", minimums), send, actor)


def commitment_send(
    *,
    client: VipClient,
    customer: AdobeCustomer,
    found: Customer,
    minimums: Sequence[Minimum],
    actor: Actor,
) -> AdobeCustomer:
    """Ask a customer, as it was just read, for a commitment. Sent again before Adobe answered it is one request.

    Raises VipError; what Adobe refused stands in the history and is asked under another key the next time.
    """
    return _sent(customer, found, ("request", minimums), client.commitment_request, actor)


def _sent(
    customer: AdobeCustomer,
    found: Customer,
    what: tuple[str, Sequence[Minimum]],
    send: Send,
    actor: Actor,
) -> AdobeCustomer:
    kind, minimums = what
    wanted = sorted((each.offer_type, each.quantity) for each in minimums)
    told = {each.offer_type: [None, each.quantity] for each in minimums}
    try:
        answer = send(found, minimums, key=asking_key(customer, kind, wanted))
    except VipError as error:
        if error.ends_key:
            history.record(
                customer, actor=actor, action=COMMITMENT_REFUSED, reason=error.message, changes=told
            )
        raise
    history.record(customer, actor=actor, action=COMMITMENT_ASKED, changes=told)
    return customer_record(customer=customer, found=answer, actor=actor)


def _object(found: Sequence[Objected]) -> None:
    if found:
        raise CommitmentObjected(found)
