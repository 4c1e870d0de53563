from django.apps import AppConfig


class PricingConfig(AppConfig):
    name = "bss.pricing"
    label = "pricing"
