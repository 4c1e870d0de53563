"""The moment of a preview, signed: what somebody saw is what is ordered, to the cent, or it is told that it changed.

Proration is by the second. A person reads for a while before confirming, so that the moment of the preview counts, for
as long as the page may be believed, and only while everything else is as it was.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from django.core import signing
from django.utils.translation import gettext as _

from bss.core import clock
from bss.orders.errors import PriceChanged
from bss.pricing.stored import to_stored
from bss.subscriptions.models import Subscription
from bss.subscriptions.services.actions import Planned
from bss.subscriptions.services.rules import ChangeWish

# How long a page may be read before its amounts are worked out anew.
SECONDS = 30 * 60
_SALT = "subscriptions.moment"


def token_of(subscription: Subscription, wish: ChangeWish, planned: Planned, at: datetime) -> str:
    """What a confirming form carries: the moment, and a fingerprint of what was wished and shown."""
    content = {"of": subscription.pk, "at": at.isoformat(), "shown": _fingerprint(wish, planned)}
    return signing.dumps(content, salt=_SALT, compress=True)


def moment_of(token: str, subscription: Subscription) -> datetime:
    """The moment of a preview. Raises PriceChanged for one that is too old, or of something else."""
    at = datetime.fromisoformat(_content(token, subscription)["at"])
    if not 0 <= (clock.now() - at).total_seconds() <= SECONDS:
        raise _look_again()
    return at


def require_shown(
    token: str, subscription: Subscription, wish: ChangeWish, planned: Planned
) -> None:
    """Raises PriceChanged unless the same was wished and shown."""
    if _content(token, subscription)["shown"] != _fingerprint(wish, planned):
        raise _look_again()


def _content(token: str, subscription: Subscription) -> dict[str, str]:
    try:
        content = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise _look_again() from error
    if content["of"] != subscription.pk:
        raise _look_again()
    return dict(content)


def _fingerprint(wish: ChangeWish, planned: Planned) -> str:
    asked = planned.asked
    shown = [
        wish.when, wish.renews, [wish.payment.plan_id] if wish.payment else None,
        to_stored(planned.previews), asked.kind, asked.product.pk, asked.quantity,
        asked.add_on.pk if asked.add_on else None, str(asked.price.price), str(asked.price.resale),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def _look_again() -> PriceChanged:
    return PriceChanged(
        _(
            "This is not what you looked at, or it changed meanwhile. Check the amounts, then confirm."
        )
    )
