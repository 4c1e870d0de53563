from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "bss.orders"
    label = "orders"
