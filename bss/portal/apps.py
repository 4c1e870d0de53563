from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "bss.portal"
    label = "portal"

    def ready(self) -> None:
        from bss.portal import slots  # noqa: PLC0415

        slots.register()
