"""What people are told about subscriptions: whoever ordered it, unless an upper app does so in its own words."""

from __future__ import annotations

from django.utils import translation

from bss.core import scope
from bss.subscriptions.choices import SubscriptionState
from bss.subscriptions.models import Subscription
from notifications import kinds, selectors
from notifications.kinds import Kind
from notifications.ports import OWN_WORDS
from notifications.rendering import known_language
from notifications.services.notify import notify


def subscription_activated_tell(subscription_id: int) -> None:
    """That it can be used now, and until when it is paid for."""
    _tell(kinds.SUBSCRIPTION_ACTIVATED, subscription_id, "activate")


def subscription_cancel_scheduled_tell(subscription_id: int) -> None:
    """That it ends with its term, and until when it can be kept."""
    _tell(kinds.SUBSCRIPTION_CANCEL_SCHEDULED, subscription_id, "schedule_cancel")


def subscription_cancelled_tell(subscription_id: int) -> None:
    """That it ended. One that never began ended with its order, and the order's e-mails say so."""
    _tell(kinds.SUBSCRIPTION_CANCELLED, subscription_id, "cancel", "expire")


def _tell(kind: Kind, subscription_id: int, *transitions: str) -> None:
    subscription = selectors.subscription_for_mail(subscription_id)
    if subscription.started_at is None or OWN_WORDS.get().speaks_for(subscription.managed_by):
        return
    with scope.activate(subscription.organization.scope):
        _write(kind, subscription, selectors.times(subscription, *transitions))


def _write(kind: Kind, subscription: Subscription, time: str) -> None:
    to = selectors.recipient_of_order(subscription.order_line.order)
    if to is None:
        return
    shop = selectors.storefront_of(subscription.organization, to.storefront_id)
    with translation.override(known_language(to.language)):
        context = {
            **selectors.subscription_facts(subscription, to),
            "expired": subscription.state == SubscriptionState.EXPIRED,
            "link": selectors.subscription_page(subscription, shop),
        }
    notify(
        kind,
        key=f"{subscription.pk}:{time}:{to.email}",
        recipient=to.email,
        recipient_name=to.name,
        language=to.language,
        context=context,
        subject=subscription,
        organization=subscription.organization,
        scope=to.scope,
        storefront_id=to.storefront_id,
    )
