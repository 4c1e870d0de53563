from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "bss.billing"
    label = "billing"
