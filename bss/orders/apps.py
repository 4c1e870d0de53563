from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "bss.orders"
    label = "orders"

    def ready(self) -> None:
        from bss.orders import states  # noqa: F401, PLC0415 -- registers the machines
