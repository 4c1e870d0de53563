"""The lives of subscriptions and of what is to change about them."""

from __future__ import annotations

from bss.core.machine import Machine, move
from bss.subscriptions.choices import ChangeState as C
from bss.subscriptions.choices import SubscriptionState as S
from bss.subscriptions.events import (
    ScheduledChangeApplied,
    ScheduledChangeCancelled,
    ScheduledChangeFailed,
    ScheduledChangeStarted,
    SubscriptionActivated,
    SubscriptionCancelled,
    SubscriptionCancelScheduled,
    SubscriptionFailed,
    SubscriptionProvisioningRequested,
    SubscriptionResumed,
    SubscriptionSuspended,
)
from bss.subscriptions.models import ScheduledChange, Subscription

SUBSCRIPTION = Machine(
    Subscription,
    S,
    [
        move("activate", S.PENDING, S.ACTIVE, event=SubscriptionActivated),
        move("fail", S.PENDING, S.FAILED, event=SubscriptionFailed),
        move("retry", S.FAILED, S.PENDING, event=SubscriptionProvisioningRequested),
        move("withdraw", {S.PENDING, S.FAILED}, S.CANCELLED, event=SubscriptionCancelled),
        move("suspend", S.ACTIVE, S.SUSPENDED, event=SubscriptionSuspended),
        move("resume", S.SUSPENDED, S.ACTIVE, event=SubscriptionResumed),
        move("schedule_cancel", S.ACTIVE, S.PENDING_CANCEL, event=SubscriptionCancelScheduled),
        move("keep", S.PENDING_CANCEL, S.ACTIVE),
        move(
            "cancel",
            {S.ACTIVE, S.SUSPENDED, S.PENDING_CANCEL},
            S.CANCELLED,
            event=SubscriptionCancelled,
        ),
        move("expire", {S.ACTIVE, S.SUSPENDED}, S.EXPIRED, event=SubscriptionCancelled),
    ],
    initial=frozenset({S.PENDING}),
)

CHANGE = Machine(
    ScheduledChange,
    C,
    [
        move("start", C.SCHEDULED, C.IN_PROGRESS, event=ScheduledChangeStarted),
        move("apply", C.IN_PROGRESS, C.APPLIED, event=ScheduledChangeApplied),
        move("fail", C.IN_PROGRESS, C.FAILED, event=ScheduledChangeFailed),
        move("retry", C.FAILED, C.IN_PROGRESS, event=ScheduledChangeStarted),
        # From in progress only while its line needs input: nothing is under way at the vendor then.
        move(
            "cancel",
            {C.SCHEDULED, C.IN_PROGRESS, C.FAILED},
            C.CANCELLED,
            event=ScheduledChangeCancelled,
        ),
    ],
    initial=frozenset({C.SCHEDULED}),
)
