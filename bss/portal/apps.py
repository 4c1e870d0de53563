from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "bss.portal"
    label = "portal"
