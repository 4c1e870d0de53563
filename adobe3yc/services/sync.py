"""Customers asked about again: who waits often, everybody daily, because a commitment can begin and end without us."""

from __future__ import annotations

from django.db import transaction

from adobe3yc.events import CommitmentEnding
from adobe3yc.gateway import adobe, outcome_of
from adobe3yc.models import AdobeCustomer, Commitment
from adobe3yc.services.customers import customer_record
from adobe3yc.vipmp.errors import VipError
from bss.core import clock, events, history, jobs
from bss.core.actor import SYSTEM
from bss.core.secrets import SecretUnreadable
from bss.subscriptions.models import Subscription
from servicemanager import selectors
from servicemanager.contracts import InstanceContext, Refused
from servicemanager.models import Instance
from servicemanager.services.exchanges import recorder_of_instance

SYNC = "adobe3yc.customer_sync"
AGAIN_SECONDS = 300.0


def customer_ring(subscription: Subscription) -> None:
    """Have Adobe asked about the customer of what was bought just now, where something of a commitment is open: the
    purchase may have fulfilled it, and what it holds then must be known before seats are given back.
    """
    customer = AdobeCustomer.everywhere.filter(
        instance__public_id=subscription.managed_by,
        account=subscription.customer_id,
        commitments__isnull=False,
    ).first()
    if customer is not None:
        jobs.enqueue(
            SYNC,
            key=f"{customer.pk}:{subscription.public_id}",
            subject=customer,
            payload={"customer": customer.pk},
            lane=f"instance:{customer.instance_id}",
        )


def customer_sync(*, customer: AdobeCustomer) -> float | None:
    """Read a customer at Adobe and write down what it says. Seconds until another try; None when done.

    Outside transactions. One that Adobe no longer shows is asked about again at the next turn.
    """
    try:
        with adobe(_context(customer.instance)) as client:
            found = client.customer(customer.adobe_id)
    except SecretUnreadable:
        return AGAIN_SECONDS
    except VipError as error:
        return _failed(customer, error)
    customer_record(customer=customer, found=found)
    return None


def _context(instance: Instance) -> InstanceContext:
    return selectors.instance_context(instance, record=recorder_of_instance(instance))


def _failed(customer: AdobeCustomer, error: VipError) -> float | None:
    """What is refused is asked again at the next turn. While it is our sign-in, nothing is known of the customer."""
    failure = outcome_of(error)
    if not isinstance(failure, Refused):
        return AGAIN_SECONDS
    AdobeCustomer.everywhere.filter(pk=customer.pk).update(synced_at=clock.now())
    if error.ends_key:
        history.record(
            customer, actor=SYSTEM, action="adobe_customer.not_shown", reason=failure.message
        )
    return None


def commitment_remind(*, commitment: Commitment) -> None:
    """Tell once that the time of a request runs out. Told already, or moved on meanwhile, is fine."""
    with transaction.atomic():
        told = Commitment.everywhere.filter(
            pk=commitment.pk, status=commitment.status, reminded_at=None
        ).update(reminded_at=clock.now())
        if told:
            events.emit(CommitmentEnding(commitment.pk), subject=commitment, actor=SYSTEM)
