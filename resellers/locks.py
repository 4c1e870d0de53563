"""Row locks of reseller plans. Read inside a transaction only."""

from __future__ import annotations

from django.db.models import QuerySet

from resellers.models import ResellerProfile


def profiles_for_update() -> QuerySet[ResellerProfile]:
    """Profiles, locked one by one in the order of their keys. Looks past scopes: an alias is one for all."""
    return (
        ResellerProfile.everywhere.select_for_update(of=("self",), no_key=True)
        .select_related("plan", "subscription", "storefront", "account__organization")
        .order_by("pk")
    )
