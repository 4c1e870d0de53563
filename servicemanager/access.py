"""From an id in a URL to a record the actor may use. Outside the scope is NotFound, without the right 403."""

from __future__ import annotations

from bss.core.actor import Actor
from bss.core.errors import NotFound
from servicemanager.models import Instance, ProvisioningJob
from servicemanager.selectors import provisioning_jobs


def access_instance(actor: Actor, public_id: str, permission: str) -> Instance:
    """An instance of the actor's organization. Raises NotFound and PermissionDenied."""
    found = Instance.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    actor.require(permission)
    return found


def access_provisioning(actor: Actor, public_id: str, permission: str) -> ProvisioningJob:
    """A provisioning job below the actor's scope. Raises NotFound and PermissionDenied."""
    found = provisioning_jobs().filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    actor.require(permission)
    return found
