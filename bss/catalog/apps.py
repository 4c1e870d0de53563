from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "bss.catalog"
    label = "catalog"

    def ready(self) -> None:
        from bss.catalog import slots  # noqa: PLC0415 -- models are ready only now

        slots.register()
