from django.apps import AppConfig


class InstallmentsConfig(AppConfig):
    name = "bss.installments"
    label = "installments"

    def ready(self) -> None:
        from bss.installments import slots  # noqa: PLC0415 -- models are ready only now

        slots.register()
