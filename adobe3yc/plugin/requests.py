"""What a waiting basket waits for: the customer made at Adobe with its request, or the request added to it.

The mirror is written before Adobe is asked, under the account or the draft, so that a second visit finds the first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from adobe3yc.gateway import adobe, outcome_of
from adobe3yc.models import AdobeCustomer
from adobe3yc.rules.commitments import is_live, is_open
from adobe3yc.selectors import asking_key
from adobe3yc.services import (
    commitment_send,
    customer_record,
    customer_refused,
    customer_start,
)
from adobe3yc.vipmp.client import VipClient
from adobe3yc.vipmp.contracts import (
    Address,
    CompanyProfile,
    Contact,
    Customer,
    Minimum,
    Progress,
    Term,
)
from adobe3yc.vipmp.errors import Refused as VipRefused
from adobe3yc.vipmp.errors import VipError
from bss.accounts.models import Account
from bss.core.actor import SYSTEM
from servicemanager.contracts import (
    Answered,
    InProgress,
    InstanceContext,
    OutcomeUnknown,
    Refused,
    TryLater,
)
from servicemanager.models import Instance

SETTLE_SECONDS = 5.0
# The status of a customer of which Adobe has another one already, and the code by which it refuses to make one.
TWIN, EXISTS = "1014", "1127"
Made = Answered | InProgress | TryLater | Refused | OutcomeUnknown


def request_key(request: Mapping[str, Any]) -> str:
    """What is asked for, whenever and at whichever instance: the same again is recognised."""
    told = {k: v for k, v in request.items() if k not in {"instance", "turn"}}
    text = json.dumps(told, sort_keys=True, default=list)
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def customer_key(customer: AdobeCustomer) -> str:
    """The key under which Adobe makes a customer: one until it answers, whatever is asked for from wherever, since two
    keys would make two customers.
    """
    return asking_key(customer, "create")


def prepare(context: InstanceContext, request: Mapping[str, Any]) -> Made:
    """Make the request. Called again until the customer is there with it."""
    customer = _begun(context, request)
    try:
        with adobe(context) as client:
            return _made(client, customer, request)
    except VipError as error:
        failure = outcome_of(error)
        is_final = isinstance(failure, Refused)
        if is_final or error.ends_key:
            customer_refused(
                customer=customer,
                problem=failure.message,
                error=error,
                key=request_key(request) if is_final else "",
            )
        return failure


def _begun(context: InstanceContext, request: Mapping[str, Any]) -> AdobeCustomer:
    accounts = Account.everywhere.in_bulk([request["reseller"], request["account"]])
    profile = request["profile"]
    return customer_start(
        instance=Instance.everywhere.get(
            public_id=context.public_id, organization_id=context.organization_id
        ),
        reseller=accounts.get(request["reseller"]),
        account=accounts.get(request["account"]),
        draft_reference=request["draft"],
        name=profile["name"],
        market_segment=profile["segments"][0],
    )


def _made(client: VipClient, customer: AdobeCustomer, request: Mapping[str, Any]) -> Made:
    known = request["adobe_id"] or customer.adobe_id
    if known:
        found = client.customer(known)
        if found.reseller_id != request["reseller_id"]:
            raise VipRefused("Customer of another reseller", code="1116")
    else:
        found = client.customer_create(
            request["reseller_id"],
            profile_in(request["profile"]),
            key=customer_key(customer),
            reference=customer.public_id,
            minimums=_minimums(request),
        )
        customer_record(customer=customer, found=found)
        # Made a moment ago it is pending; mostly it is there at the second look.
        found = client.customer(found.id)
    customer_record(customer=customer, found=found)
    return _settled(client, customer, found, request)


def _settled(
    client: VipClient, customer: AdobeCustomer, found: Customer, request: Mapping[str, Any]
) -> Made:
    """The customer is there: with the request, or it is asked now."""
    if found.progress == Progress.PENDING:
        return InProgress(found.id, SETTLE_SECONDS)
    if found.progress != Progress.DONE:
        code = EXISTS if found.status == TWIN else found.status
        raise VipRefused(f"Customer status {found.status}", code=code)
    if not _has(found, request):
        commitment_send(
            client=client,
            customer=customer,
            found=found,
            minimums=_minimums(request),
            actor=SYSTEM,
        )
    return Answered({})


def _has(found: Customer, request: Mapping[str, Any]) -> bool:
    """Whether Adobe has a request for as much, open or accepted, or a commitment for it."""
    three = found.three_year
    return any(
        _covers(term, request)
        for term, is_there in (
            (three.request, is_open(three.request)),
            (three.commitment, is_live(three.commitment)),
        )
        if term is not None and is_there
    )


def _covers(term: Term, request: Mapping[str, Any]) -> bool:
    return all(term.minimum(kind) >= n for kind, n in request["minimums"].items())


def _minimums(request: Mapping[str, Any]) -> list[Minimum]:
    return [Minimum(kind, quantity) for kind, quantity in request["minimums"].items()]


def profile_in(stored: Mapping[str, Any]) -> CompanyProfile:
    """A profile as a request keeps it."""
    return CompanyProfile(
        name=stored["name"],
        language=stored["language"],
        address=Address(**stored["address"]),
        contacts=tuple(Contact(**each) for each in stored["contacts"]),
        segments=tuple(stored["segments"]),
    )
