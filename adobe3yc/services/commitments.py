"""A customer asked for a commitment outside the checkout: for one, for more of it, or for the next three years.

Adobe is read first, so that what is objected to is what holds now. Outside transactions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from adobe3yc.choices import ASKED, REFUSED
from adobe3yc.errors import CommitmentObjected
from adobe3yc.models import AdobeCustomer
from adobe3yc.rules.commitments import Objected, recommitment_objections, request_objections
from adobe3yc.selectors import times_asked
from adobe3yc.services.customer_asking import asked
from adobe3yc.services.customers import customer_record
from adobe3yc.vipmp.client import VipClient
from adobe3yc.vipmp.contracts import Customer, Minimum
from adobe3yc.vipmp.errors import Refused
from bss.core import clock, history
from bss.core.actor import Actor

Ask = Callable[[VipClient, Customer, str], Customer]


def commitment_ask(
    *, customer: AdobeCustomer, minimums: Sequence[Minimum], actor: Actor
) -> AdobeCustomer:
    """Ask for a commitment, or for more of the one in force. A request that is open is replaced.

    Raises CommitmentObjected with what speaks against it, VendorUnavailable with the cause in words.
    """

    def ask(client: VipClient, found: Customer, key: str) -> Customer:
        _object(request_objections(found.three_year, minimums))
        return client.commitment_request(found, minimums, key=key)

    return _made(customer, ask, ("request", minimums), actor)


def recommitment_ask(
    *, customer: AdobeCustomer, minimums: Sequence[Minimum], actor: Actor
) -> AdobeCustomer:
    """Ask a committed customer for the next three years. Raises as `commitment_ask`."""

    def ask(client: VipClient, found: Customer, key: str) -> Customer:
        _object(recommitment_objections(found.three_year, minimums, clock.now().date()))
        return client.recommitment_request(found, minimums, key=key)

    return _made(customer, ask, ("recommitment", minimums), actor)


def _made(
    customer: AdobeCustomer, ask: Ask, what: tuple[str, Sequence[Minimum]], actor: Actor
) -> AdobeCustomer:
    """Read, ask, and write down each answer. What Adobe refused is asked under another key the next time."""
    kind, minimums = what
    told = {each.offer_type: [None, each.quantity] for each in minimums}
    with asked(customer) as client:
        found = client.customer(customer.adobe_id)
        customer = customer_record(customer=customer, found=found, actor=actor)
        try:
            found = ask(client, found, _key(customer, kind, minimums))
        except Refused as error:
            history.record(
                customer, actor=actor, action=REFUSED, reason=error.message, changes=told
            )
            raise
    history.record(customer, actor=actor, action=ASKED, changes=told)
    return customer_record(customer=customer, found=found, actor=actor)


def _key(customer: AdobeCustomer, kind: str, minimums: Sequence[Minimum]) -> str:
    """The same until Adobe has answered: then whoever asks again, after a time-out, does not ask twice.

    Under one key Adobe repeats its answer for ten days, so that each answer ends the key.
    """
    wanted = sorted((each.offer_type, each.quantity) for each in minimums)
    text = repr((customer.public_id, kind, wanted, times_asked(customer)))
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _object(found: Sequence[Objected]) -> None:
    if found:
        raise CommitmentObjected(found)
