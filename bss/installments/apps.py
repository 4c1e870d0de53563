from django.apps import AppConfig


class InstallmentsConfig(AppConfig):
    name = "bss.installments"
    label = "installments"
