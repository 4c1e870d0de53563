from django.apps import AppConfig


class Adobe3ycConfig(AppConfig):
    name = "adobe3yc"

    def ready(self) -> None:
        from adobe3yc import events, handlers, notices, slots, states, tasks  # noqa: F401, PLC0415
        from adobe3yc.plugin import AdobeServices  # noqa: PLC0415
        from bss.core.events import subscribe  # noqa: PLC0415
        from bss.orders import events as orders  # noqa: PLC0415
        from bss.subscriptions import events as subscriptions  # noqa: PLC0415
        from servicemanager import registry  # noqa: PLC0415

        registry.register(AdobeServices)
        subscribe(orders.OrderPlaced, handlers.customer_made)
        subscribe(orders.OrderApprovalAsked, handlers.customer_made)
        subscribe(subscriptions.SubscriptionActivated, handlers.subscription_bought)
        subscribe(subscriptions.ScheduledChangeApplied, handlers.change_applied)
        subscribe(subscriptions.SubscriptionCancelScheduled, handlers.cancel_scheduled)
        subscribe(events.CommitmentChanged, notices.commitment_changed_tell)
        subscribe(events.CommitmentEnding, notices.commitment_ending_tell)
        slots.register()
