"""From an id in a URL to a record the actor may use. Outside the scope is NotFound, without the right 403."""

from __future__ import annotations

from bss.core.access import found
from bss.core.actor import Actor
from servicemanager.models import Instance, ProvisioningJob
from servicemanager.selectors import provisioning_jobs


def access_instance(actor: Actor, public_id: str, permission: str) -> Instance:
    """An instance of the actor's organization. Raises NotFound and PermissionDenied."""
    return found(Instance.objects.all(), actor, permission, public_id=public_id)


def access_provisioning(actor: Actor, public_id: str, permission: str) -> ProvisioningJob:
    """A provisioning job below the actor's scope. Raises NotFound and PermissionDenied."""
    return found(provisioning_jobs(), actor, permission, public_id=public_id)
