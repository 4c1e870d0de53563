"""Writes of service managers: instances, provisioning jobs and their steps, definitions."""

from servicemanager.services.definition import definition_start
from servicemanager.services.definition import latest_run as latest_definition
from servicemanager.services.instances import (
    instance_activate,
    instance_create,
    instance_deactivate,
    instance_edit,
    instance_for,
    manual_instance,
)
from servicemanager.services.provisioning import (
    provisioning_abandon,
    provisioning_decline,
    provisioning_deliver,
    provisioning_request,
    provisioning_retry,
    provisioning_start,
    provisioning_withdraw,
    provisioning_withdraw_change,
)
from servicemanager.services.steps import provisioning_step

__all__ = [
    "definition_start",
    "instance_activate",
    "instance_create",
    "instance_deactivate",
    "instance_edit",
    "instance_for",
    "latest_definition",
    "manual_instance",
    "provisioning_abandon",
    "provisioning_decline",
    "provisioning_deliver",
    "provisioning_request",
    "provisioning_retry",
    "provisioning_start",
    "provisioning_step",
    "provisioning_withdraw",
    "provisioning_withdraw_change",
]
