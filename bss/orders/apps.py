from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "bss.orders"
    label = "orders"

    def ready(self) -> None:
        from bss.core.events import subscribe  # noqa: PLC0415 -- models are loaded now
        from bss.orders import events, handlers, slots  # noqa: PLC0415

        subscribe(events.OrderPlaced, handlers.order_placed_execute)
        slots.register()
