"""What happens to resellers' plans."""

from __future__ import annotations

from dataclasses import dataclass

from bss.core.events import event


@event("plan.activated")
@dataclass(frozen=True)
class PlanActivated:
    """A reseller went from Basic to a plan, for the first time or again."""

    profile_id: int


@event("plan.switched")
@dataclass(frozen=True)
class PlanSwitched:
    profile_id: int


@event("plan.ended")
@dataclass(frozen=True)
class PlanEnded:
    """Back to Basic: the storefront is closed, its settings are kept, the alias is reserved."""

    profile_id: int


@event("plan.suspended")
@dataclass(frozen=True)
class PlanPaused:
    profile_id: int


@event("plan.resumed")
@dataclass(frozen=True)
class PlanResumed:
    profile_id: int
