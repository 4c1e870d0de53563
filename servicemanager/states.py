"""The lives of instances and provisioning jobs."""

from __future__ import annotations

from bss.core.machine import Machine, move
from servicemanager.choices import InstanceState as I
from servicemanager.choices import ProvisioningState as P
from servicemanager.events import (
    InstanceActivated,
    InstanceDeactivated,
    ProvisioningFailed,
    ProvisioningSucceeded,
)
from servicemanager.models import Instance, ProvisioningJob

INSTANCE = Machine(
    Instance,
    I,
    [
        move("activate", I.INACTIVE, I.ACTIVE, event=InstanceActivated),
        move("deactivate", I.ACTIVE, I.INACTIVE, event=InstanceDeactivated),
    ],
    initial=frozenset({I.INACTIVE}),
)

_OPEN = {P.CALLING, P.IN_PROGRESS, P.UNKNOWN}

PROVISIONING = Machine(
    ProvisioningJob,
    P,
    [
        move("call", {P.QUEUED, P.UNKNOWN}, P.CALLING),
        # Begun with doubt: an earlier attempt may have left something at the vendor, so it is asked first.
        move("doubt", P.QUEUED, P.UNKNOWN),
        # "Not now" from the vendor: nothing was done, so the call may be made again.
        move("requeue", {P.CALLING, P.UNKNOWN}, P.QUEUED),
        move("progress", {P.CALLING, P.UNKNOWN}, P.IN_PROGRESS),
        move("lose", {P.CALLING, P.IN_PROGRESS}, P.UNKNOWN),
        move("succeed", _OPEN, P.SUCCEEDED, event=ProvisioningSucceeded),
        move("fail", _OPEN | {P.QUEUED}, P.FAILED, event=ProvisioningFailed),
        # Staff ask for another try: first the vendor is asked about the old attempt.
        move("retry", P.FAILED, P.UNKNOWN),
        move("abandon", {P.QUEUED, P.FAILED}, P.ABANDONED),
    ],
    initial=frozenset({P.QUEUED}),
)
