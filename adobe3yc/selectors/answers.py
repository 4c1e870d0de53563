"""What Adobe has answered already, and the keys that follow from it.

Under one key Adobe does a thing once and repeats its answer for ten days, refusals too, whatever the body. So a key is
the same until there is an answer: whoever asks again after a time-out, in another tab or from another basket does not
ask twice. Each answer ends it: whoever asks again after one is heard.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from itertools import takewhile

from django.db.models import QuerySet

from adobe3yc.models import AdobeCustomer
from bss.accounts.models import Account
from bss.core import history
from bss.core.models import HistoryEntry
from bss.subscriptions.models import Subscription
from servicemanager.models import ProvisioningJob

COMMITMENT_ASKED = "adobe_customer.commitment_asked"
COMMITMENT_REFUSED = "adobe_customer.commitment_refused"
CUSTOMER_REFUSED = "adobe_customer.refused"
# Our credentials were refused: what was asked for was not looked at, and its key has no answer.
CUSTOMER_NOT_ASKED = "adobe_customer.not_asked"
RESELLER_REFUSED = "account.adobe_refused"
RENEWAL_SET = "adobe.renewal_set"
RENEWAL_REFUSED = "adobe.renewal_refused"
# "Not now" is an answer too, and one that Adobe repeats.
RENEWAL_POSTPONED = "adobe.renewal_postponed"
# Of seats that are added or given back; what a new subscription's order was refused for is another order's story.
ORDER_REFUSED = "adobe.order_refused"
REFUSALS = (CUSTOMER_REFUSED, CUSTOMER_NOT_ASKED)
RENEWALS = (RENEWAL_SET, RENEWAL_REFUSED, RENEWAL_POSTPONED)
ANSWERS = (
    COMMITMENT_ASKED,
    COMMITMENT_REFUSED,
    CUSTOMER_REFUSED,
    RESELLER_REFUSED,
    ORDER_REFUSED,
    *RENEWALS,
)
Subject = AdobeCustomer | Account | Subscription | ProvisioningJob


def asking_key(subject: Subject, *what: object) -> str:
    """The key under which something is asked about a customer, a reseller or a subscription, or by a job, until Adobe
    answers (one query).
    """
    text = repr((subject.public_id, *what, _heard(subject, ANSWERS).count()))
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def times_asked(customer: AdobeCustomer) -> int:
    """How often Adobe has answered to being asked for a commitment of the customer's, taking it or refusing it."""
    return _heard(customer, (COMMITMENT_ASKED, COMMITMENT_REFUSED)).count()


def turn_of(customer: AdobeCustomer) -> int:
    """How often something was asked about a customer and came to an end, one way or another (one query)."""
    return _heard(customer, {*ANSWERS, *REFUSALS}).count()


def refused_since(customer: AdobeCustomer, moment: datetime) -> bool:
    """Whether what a checkout asked about a customer was refused after a moment."""
    return _heard(customer, REFUSALS).filter(at__gt=moment).exists()


def postponed(subscription: Subscription, most: int) -> int:
    """How often in a row Adobe has said of a renewal that it is not to be set now; `most` where it was more often."""
    heard = _heard(subscription, RENEWALS).order_by("-at", "-id")
    latest = heard.values_list("action", flat=True)[:most]
    return sum(1 for _ in takewhile(RENEWAL_POSTPONED.__eq__, latest))


def _heard(subject: Subject, actions: Collection[str]) -> QuerySet[HistoryEntry]:
    return HistoryEntry.objects.filter(
        subject_type=history.subject_type(subject), subject_id=subject.pk, action__in=actions
    )
