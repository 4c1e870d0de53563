from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "bss.core"
    label = "core"
