from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "bss.subscriptions"
    label = "subscriptions"

    def ready(self) -> None:
        from bss.subscriptions import states  # noqa: F401, PLC0415 -- registers the machines
