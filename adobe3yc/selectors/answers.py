"""What Adobe has answered already, and the keys that follow from it.

Under one key Adobe does a thing once and repeats its answer for ten days, refusals too, whatever the body. So a key is
the same until there is an answer: whoever asks again after a time-out, in another tab or from another basket does not
ask twice. Each answer ends it: whoever asks again after one is heard.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from adobe3yc.models import AdobeCustomer
from bss.accounts.models import Account
from bss.core import history
from bss.core.models import HistoryEntry

COMMITMENT_ASKED = "adobe_customer.commitment_asked"
COMMITMENT_REFUSED = "adobe_customer.commitment_refused"
CUSTOMER_REFUSED = "adobe_customer.refused"
# Our credentials were refused: what was asked for was not looked at, and its key has no answer.
CUSTOMER_NOT_ASKED = "adobe_customer.not_asked"
RESELLER_REFUSED = "account.adobe_refused"
REFUSALS = (CUSTOMER_REFUSED, CUSTOMER_NOT_ASKED)
ANSWERS = (COMMITMENT_ASKED, COMMITMENT_REFUSED, CUSTOMER_REFUSED, RESELLER_REFUSED)


def asking_key(subject: AdobeCustomer | Account, *what: object) -> str:
    """The key under which something is asked about a customer or a reseller until Adobe answers (one query)."""
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


def _heard(subject: AdobeCustomer | Account, actions: Collection[str]) -> QuerySet[HistoryEntry]:
    return HistoryEntry.objects.filter(
        subject_type=history.subject_type(subject), subject_id=subject.pk, action__in=actions
    )
