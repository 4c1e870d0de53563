"""What of the shop window is counted anew once a day."""

from __future__ import annotations

from django.db.models import Count

from bss.accounts.models import Organization
from bss.catalog.services import popularity_set, search_language_follow
from bss.subscriptions.choices import LIVE
from bss.subscriptions.models import Subscription


def standing_refresh(organization: Organization) -> int:
    """Count the live subscriptions of each product, and stem words in the organization's language of today.

    Returns how many products changed. Doing it twice changes nothing the second time.
    """
    rows = (
        Subscription.objects.filter(state__in=LIVE)
        .order_by()
        .values_list("product_id")
        .annotate(number=Count("pk"))
    )
    changed = popularity_set(organization=organization, counts=dict(rows))
    return changed + search_language_follow(organization=organization)
