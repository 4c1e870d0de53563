"""What service managers do when something happens to subscriptions and baskets."""

from __future__ import annotations

from bss.core.actor import SYSTEM
from bss.orders.events import BasketWaiting, OrderWaiting
from bss.orders.models import Basket, Order
from bss.subscriptions.events import (
    ScheduledChangeCancelled,
    ScheduledChangeStarted,
    SubscriptionCancelled,
    SubscriptionCreated,
    SubscriptionProvisioningRequested,
)
from bss.subscriptions.models import ScheduledChange, Subscription
from servicemanager.services import (
    provisioning_request,
    provisioning_withdraw,
    provisioning_withdraw_change,
)
from servicemanager.services.requests import order_requests_start, requests_start
from servicemanager.services.targets import OPERATION_OF


def subscription_created(event: SubscriptionCreated) -> None:
    """Have it provisioned."""
    subscription = Subscription.objects.get(pk=event.subscription_id)
    provisioning_request(subscription=subscription, actor=SYSTEM)


def subscription_provisioning_requested(event: SubscriptionProvisioningRequested) -> None:
    """Its input was corrected, or staff ask for another try."""
    subscription = Subscription.objects.get(pk=event.subscription_id)
    provisioning_request(subscription=subscription, actor=SYSTEM)


def change_started(event: ScheduledChangeStarted) -> None:
    """Have the change made at whoever provisions the subscription; what concerns the next term only is not theirs."""
    change = ScheduledChange.objects.select_related("subscription").get(pk=event.change_id)
    if change.kind not in OPERATION_OF:
        return
    provisioning_request(subscription=change.subscription, change=change, actor=SYSTEM)


def change_cancelled(event: ScheduledChangeCancelled) -> None:
    """Withdrawn: what failed of it is not tried again."""
    change = ScheduledChange.objects.get(pk=event.change_id)
    provisioning_withdraw_change(change=change, actor=SYSTEM)


def subscription_ended(event: SubscriptionCancelled) -> None:
    """Withdrawn before it was provisioned, cancelled or expired: what failed is not tried again."""
    subscription = Subscription.objects.get(pk=event.subscription_id)
    provisioning_withdraw(subscription=subscription, actor=SYSTEM)


def basket_waiting(event: BasketWaiting) -> None:
    """Make what the basket waits for."""
    requests_start(basket=Basket.objects.get(pk=event.basket_id))


def order_waiting(event: OrderWaiting) -> None:
    """Make what the draft waits for."""
    order_requests_start(order=Order.objects.get(pk=event.order_id))
