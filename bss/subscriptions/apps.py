from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "bss.subscriptions"
    label = "subscriptions"

    def ready(self) -> None:
        from bss.core.events import subscribe  # noqa: PLC0415 -- models are loaded now
        from bss.orders import events  # noqa: PLC0415
        from bss.orders.ports import ACTIONS, OWNERSHIP  # noqa: PLC0415
        from bss.subscriptions import handlers, selectors, slots, tasks  # noqa: F401, PLC0415 -- jobs
        from bss.subscriptions.services.withdrawing import ChangeDesk  # noqa: PLC0415

        ACTIONS.register(ChangeDesk())
        OWNERSHIP.register(selectors.SubscriptionOwnership())
        subscribe(events.OrderLineReleased, handlers.order_line_released_start)
        subscribe(events.OrderLineCorrected, handlers.order_line_corrected_retry)
        subscribe(events.OrderLineCancelled, handlers.order_line_cancelled_withdraw)
        slots.register()
