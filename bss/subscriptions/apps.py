from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "bss.subscriptions"
    label = "subscriptions"
