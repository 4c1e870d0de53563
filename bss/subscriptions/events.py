"""What happens to subscriptions. Servicemanager and resellers listen to these, and to nothing below."""

from __future__ import annotations

from dataclasses import dataclass

from bss.core.events import event


@event("subscription.created")
@dataclass(frozen=True)
class SubscriptionCreated:
    """Wanted, not yet provisioned."""

    subscription_id: int


@event("subscription.provisioning_requested")
@dataclass(frozen=True)
class SubscriptionProvisioningRequested:
    """Its input was corrected, or staff ask for another try."""

    subscription_id: int


@event("subscription.activated")
@dataclass(frozen=True)
class SubscriptionActivated:
    subscription_id: int


@event("subscription.failed")
@dataclass(frozen=True)
class SubscriptionFailed:
    subscription_id: int


@event("subscription.suspended")
@dataclass(frozen=True)
class SubscriptionSuspended:
    subscription_id: int


@event("subscription.resumed")
@dataclass(frozen=True)
class SubscriptionResumed:
    subscription_id: int


@event("subscription.cancel_scheduled")
@dataclass(frozen=True)
class SubscriptionCancelScheduled:
    subscription_id: int


@event("subscription.cancelled")
@dataclass(frozen=True)
class SubscriptionCancelled:
    subscription_id: int


@event("scheduled_change.started")
@dataclass(frozen=True)
class ScheduledChangeStarted:
    """It is due: the vendor is to be told."""

    change_id: int


@event("scheduled_change.applied")
@dataclass(frozen=True)
class ScheduledChangeApplied:
    change_id: int


@event("scheduled_change.failed")
@dataclass(frozen=True)
class ScheduledChangeFailed:
    change_id: int


@event("scheduled_change.cancelled")
@dataclass(frozen=True)
class ScheduledChangeCancelled:
    """It was withdrawn before it was applied."""

    change_id: int


@event("seat_lot.created")
@dataclass(frozen=True)
class SeatLotCreated:
    """Seats were bought, or a term began with them: what they cost is to be scheduled."""

    lot_id: int


@event("seat_lot.reduced")
@dataclass(frozen=True)
class SeatLotReduced:
    """Seats went out of a lot: what was charged for them is to be credited, or stays due."""

    reduction_id: int
