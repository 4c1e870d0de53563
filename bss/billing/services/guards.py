"""What no customer would understand on an invoice is not issued but shown to staff. Pure: no rows, no reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from bss.billing.contracts import Item
from bss.installments.splitting import months_after

MOST_ITEMS = 15
MOST_MONTHS_AHEAD = 36


def absurd(
    items: Sequence[Item],
    *,
    now: datetime,
    billed_today: Mapping[int, int],
    billed_twice: Collection[int],
) -> dict[int, str]:
    """By subscription id, why what it has due is refused; empty when all is well.

    `billed_today` counts the items that each subscription has on invoices of the day already, `billed_twice` are the
    items whose stretch of time is paid for by another.
    """
    found: dict[int, str] = {}
    counts = Counter(item.subscription_id for item in items)
    latest = months_after(now, MOST_MONTHS_AHEAD)
    for item in items:
        if item.subscription_id in found:
            continue
        count = counts[item.subscription_id] + billed_today.get(item.subscription_id, 0)
        if count > MOST_ITEMS:
            found[item.subscription_id] = _(
                "%(subscription)s has %(count)d items on one day, more than %(most)d."
            ) % {"subscription": item.subscription, "count": count, "most": MOST_ITEMS}
        elif item.pk in billed_twice:
            found[item.subscription_id] = _(
                "%(subscription)s would pay twice for a period (%(day)s)."
            ) % {"subscription": item.subscription, "day": item.starts_at.date().isoformat()}
        elif item.starts_at > latest:
            found[item.subscription_id] = _(
                "%(subscription)s would be billed for %(day)s, more than %(most)d months ahead."
            ) % {
                "subscription": item.subscription,
                "day": item.starts_at.date().isoformat(),
                "most": MOST_MONTHS_AHEAD,
            }
    return found
