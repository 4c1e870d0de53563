"""From an id in a URL to an e-mail the actor may see."""

from __future__ import annotations

from bss.accounts.permissions import Permission
from bss.core.access import found
from bss.core.actor import Actor
from notifications import selectors
from notifications.models import Delivery


def access_delivery(
    actor: Actor, public_id: str, permission: str = Permission.HISTORY_VIEW
) -> Delivery:
    """The e-mail in the active scope. Raises NotFound outside it, PermissionDenied without `permission`."""
    rows = selectors.deliveries_visible().select_related("organization")
    return found(rows, actor, permission, public_id=public_id)
