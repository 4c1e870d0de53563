"""What the shop window does because a day passed."""

from __future__ import annotations

from celery import shared_task

from bss.accounts.models import Organization
from bss.core import scope
from storefront.services.standing import standing_refresh


@shared_task(name="storefront.standing_refresh")
def standing_refresh_all() -> int:
    """Count anew how popular products are, organization by organization. Returns how many products changed."""
    changed = 0
    for organization in Organization.objects.order_by("pk"):
        with scope.activate(organization.scope):
            changed += standing_refresh(organization)
    return changed
