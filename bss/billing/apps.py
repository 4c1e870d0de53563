from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "bss.billing"
    label = "billing"

    def ready(self) -> None:
        from bss.billing import handlers, tasks  # noqa: F401, PLC0415 -- models are loaded now; jobs
        from bss.core.events import subscribe  # noqa: PLC0415
        from bss.orders import events as orders  # noqa: PLC0415
        from bss.subscriptions import events as subscriptions  # noqa: PLC0415

        subscribe(subscriptions.SeatLotCreated, handlers.seat_lot_created_schedule)
        subscribe(subscriptions.SeatLotReduced, handlers.seat_lot_reduced_credit)
        subscribe(orders.OrderExecuted, handlers.order_executed_bill)
