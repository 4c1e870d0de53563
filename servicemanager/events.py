"""What happens in provisioning."""

from __future__ import annotations

from dataclasses import dataclass

from bss.core.events import event


@event("provisioning.succeeded")
@dataclass(frozen=True)
class ProvisioningSucceeded:
    provisioning_job_id: int


@event("provisioning.failed")
@dataclass(frozen=True)
class ProvisioningFailed:
    provisioning_job_id: int


@event("instance.activated")
@dataclass(frozen=True)
class InstanceActivated:
    instance_id: int


@event("instance.deactivated")
@dataclass(frozen=True)
class InstanceDeactivated:
    instance_id: int


@event("instance.defined")
@dataclass(frozen=True)
class InstanceDefined:
    """Get Services Definition ran to its end: product types and products are as the service manager says."""

    instance_id: int
