"""What reseller plans do when something happened elsewhere."""

from __future__ import annotations

from resellers.choices import MANAGER_CODE
from resellers.services import plans_ensure, plans_link
from servicemanager.events import InstanceActivated, InstanceDefined
from servicemanager.models import Instance


def plans_ensure_on_activation(event: InstanceActivated) -> None:
    """Switching on "Tradewind for Resellers" makes the three plans, Basic among them."""
    instance = _ours(event.instance_id)
    if instance is not None:
        plans_ensure(organization=instance.organization)


def plans_link_on_definition(event: InstanceDefined) -> None:
    """Get Services Definition made the products: tie the plans to them."""
    instance = _ours(event.instance_id)
    if instance is not None:
        plans_link(organization=instance.organization, managed_by=instance.public_id)


def _ours(instance_id: int) -> Instance | None:
    return (
        Instance.objects.filter(pk=instance_id, manager=MANAGER_CODE)
        .select_related("organization")
        .first()
    )
