from django.apps import AppConfig


class ServicemanagerConfig(AppConfig):
    name = "servicemanager"

    def ready(self) -> None:
        from bss.core import secrets  # noqa: PLC0415 -- models are loaded now
        from bss.core.events import subscribe  # noqa: PLC0415
        from bss.orders.events import BasketWaiting, OrderWaiting  # noqa: PLC0415
        from bss.orders.ports import CHECKOUT_REVIEW  # noqa: PLC0415
        from bss.subscriptions import events  # noqa: PLC0415
        from bss.subscriptions.ports import SEAT_BOUNDS  # noqa: PLC0415
        from servicemanager import handlers, registry, slots, states, tasks  # noqa: F401, PLC0415
        from servicemanager.bounds import SeatBoundsAdapter  # noqa: PLC0415
        from servicemanager.echo.gateway import Echo  # noqa: PLC0415
        from servicemanager.manual.gateway import ManualFulfilment  # noqa: PLC0415
        from servicemanager.models import Instance  # noqa: PLC0415
        from servicemanager.review import CheckoutReviewAdapter  # noqa: PLC0415

        secrets.register(Instance, "sealed", lambda row: row.sealed_context)
        registry.register(ManualFulfilment)
        registry.register(Echo)
        CHECKOUT_REVIEW.register(CheckoutReviewAdapter())
        SEAT_BOUNDS.register(SeatBoundsAdapter())
        subscribe(events.SubscriptionCreated, handlers.subscription_created)
        subscribe(
            events.SubscriptionProvisioningRequested, handlers.subscription_provisioning_requested
        )
        subscribe(events.ScheduledChangeStarted, handlers.change_started)
        subscribe(events.ScheduledChangeCancelled, handlers.change_cancelled)
        subscribe(events.SubscriptionCancelled, handlers.subscription_ended)
        subscribe(BasketWaiting, handlers.basket_waiting)
        subscribe(OrderWaiting, handlers.order_waiting)
        slots.register()
