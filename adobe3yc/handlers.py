"""What Adobe Services does when something happens to orders and subscriptions."""

from __future__ import annotations

from adobe3yc.models import AdobeCustomer
from adobe3yc.services import customer_link, customer_ring, renewal_ring
from bss.orders.events import OrderApprovalAsked, OrderPlaced
from bss.orders.models import CustomerDraft, Order
from bss.subscriptions.choices import ChangeKind
from bss.subscriptions.events import (
    ScheduledChangeApplied,
    SubscriptionActivated,
    SubscriptionCancelScheduled,
)
from bss.subscriptions.models import ScheduledChange, Subscription


def customer_made(event: OrderPlaced | OrderApprovalAsked) -> None:
    """A drafted customer has its account: what Adobe knows of the draft is the account's now."""
    order = Order.objects.select_related("customer").get(pk=event.order_id)
    if order.basket_id is None:
        return
    draft = CustomerDraft.everywhere.filter(basket=order.basket_id, account=order.customer_id)
    for reference in draft.values_list("public_id", flat=True):
        for customer in AdobeCustomer.everywhere.filter(draft_reference=reference, account=None):
            customer_link(customer=customer, account=order.customer)


def subscription_bought(event: SubscriptionActivated) -> None:
    """It may have fulfilled its customer's commitment."""
    customer_ring(Subscription.objects.get(pk=event.subscription_id))


def change_applied(event: ScheduledChangeApplied) -> None:
    """What was decided about the next term goes to Adobe."""
    change = ScheduledChange.objects.select_related("subscription").get(pk=event.change_id)
    if change.kind == ChangeKind.RENEWAL:
        renewal_ring(change.subscription)


def cancel_scheduled(event: SubscriptionCancelScheduled) -> None:
    """It ends with its term: Adobe must not renew it."""
    renewal_ring(Subscription.objects.get(pk=event.subscription_id))
