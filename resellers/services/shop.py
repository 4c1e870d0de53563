"""The reseller's own storefront: what its plan lets it change."""

from __future__ import annotations

from typing import Any

from bss.accounts.models import Account, Storefront
from bss.accounts.services import storefront_edit
from bss.core.actor import Actor
from bss.core.errors import PermissionDenied
from resellers.choices import Capability
from resellers.selectors import capabilities_of


def storefront_save(
    *, account: Account, storefront: Storefront, version: int, actor: Actor, **changes: Any
) -> Storefront:
    """Save settings of a reseller's own storefront. Raises PermissionDenied where the plan lacks `branding`."""
    require(account, Capability.BRANDING)
    return storefront_edit(storefront=storefront, version=version, actor=actor, **changes)


def require(account: Account, capability: str) -> None:
    """Raises PermissionDenied when the account's plan does not grant `capability`."""
    if capability not in capabilities_of(account.pk):
        raise PermissionDenied(
            "Your plan does not include this.", code="NOT_IN_PLAN", extra={"capability": capability}
        )
