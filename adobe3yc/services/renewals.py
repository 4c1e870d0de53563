"""What renews on the anniversary: Adobe renews by itself, so it is told as soon as it is decided here."""

from __future__ import annotations

from django.utils.translation import gettext as _

from adobe3yc.gateway import adobe, outcome_of
from adobe3yc.models import AdobeCustomer
from adobe3yc.selectors import (
    RENEWAL_POSTPONED,
    RENEWAL_REFUSED,
    RENEWAL_SET,
    asking_key,
    is_adobes,
    postponed,
)
from adobe3yc.vipmp.errors import VipError
from bss.core import clock, history, jobs
from bss.core.actor import SYSTEM
from bss.core.secrets import SecretUnreadable
from bss.subscriptions.choices import SubscriptionState
from bss.subscriptions.models import Subscription
from servicemanager import selectors
from servicemanager.contracts import InstanceContext, Refused
from servicemanager.models import Instance
from servicemanager.services.exchanges import recorder_of_instance

RENEWAL = "adobe3yc.renewal_tell"
AGAIN_SECONDS = 300.0
# Up to some eleven hours.
MOST_DOUBLINGS = 8


def renewal_ring(subscription: Subscription) -> None:
    """Have Adobe told what renews, where the subscription is Adobe's. One transaction with whatever decided it."""
    if not is_adobes(subscription):
        return
    jobs.enqueue(
        RENEWAL,
        key=f"{subscription.pk}:{clock.now().isoformat()}",
        subject=subscription,
        payload={"subscription": subscription.pk},
        lane=f"instance:{subscription.managed_by}",
        serial_key=f"subscription:{subscription.pk}",
    )


def renewal_tell(*, subscription: Subscription) -> float | None:
    """Tell Adobe whether and with how many seats a subscription renews. Seconds until another try; None when done.

    Outside transactions. What Adobe refuses, below a commitment above all, stands in the subscription's history.
    """
    customer = (
        AdobeCustomer.everywhere.filter(
            instance__public_id=subscription.managed_by, account=subscription.customer_id
        )
        .select_related("instance")
        .first()
    )
    if customer is None or not subscription.external_id:
        return None
    renews = subscription.renews and subscription.state != SubscriptionState.PENDING_CANCEL
    quantity = subscription.renewal_quantity
    # Without an answer the same again has the same key, also to a version that was told before.
    key = asking_key(subscription, "renewal", renews, quantity, subscription.version)
    where = (customer.adobe_id, subscription.external_id)
    try:
        with adobe(_context(customer.instance)) as client:
            if renews:
                client.renewal_set(*where, quantity=quantity, key=key)
            else:
                client.renewal_stop(*where, key=key)
    except SecretUnreadable:
        return AGAIN_SECONDS
    except VipError as error:
        return _failed(subscription, error)
    history.record(subscription, actor=SYSTEM, action=RENEWAL_SET)
    return None


def _context(instance: Instance) -> InstanceContext:
    return selectors.instance_context(instance, record=recorder_of_instance(instance))


def _failed(subscription: Subscription, error: VipError) -> float | None:
    """Seconds until another try: the longer, the more often Adobe said that it is not the time for it. None after a
    refusal. Without an answer, and while our sign-in is what is wrong, it is tried until it is told.
    """
    failure = outcome_of(error)
    if not error.ends_key:
        return AGAIN_SECONDS
    if isinstance(failure, Refused):
        words = _("Adobe does not set the renewal like this: %s") % failure.message
        history.record(subscription, actor=SYSTEM, action=RENEWAL_REFUSED, reason=words)
        return None
    history.record(subscription, actor=SYSTEM, action=RENEWAL_POSTPONED, reason=failure.message)
    return float(AGAIN_SECONDS * 2 ** (postponed(subscription, MOST_DOUBLINGS) - 1))
