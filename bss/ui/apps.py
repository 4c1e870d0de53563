from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "bss.ui"
    label = "ui"
