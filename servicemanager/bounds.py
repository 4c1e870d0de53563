"""The adapter behind subscriptions' SEAT_BOUNDS: a reduction goes to the service manager of its instance."""

from __future__ import annotations

from bss.subscriptions.contracts import Bound, Reduction
from servicemanager import registry, selectors


class SeatBoundsAdapter:
    """See the module. Reads only, without a call; also where the instance is switched off, since what it holds stays
    held.
    """

    def bound(self, reduction: Reduction) -> Bound | None:
        found = selectors.instances_by_id([reduction.managed_by], reduction.organization_id)
        instance = found.get(reduction.managed_by)
        manager = registry.find(instance.manager) if instance else None
        if instance is None or manager is None:
            return None
        return manager.bound(selectors.instance_unopened(instance), reduction)
