from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    name = "storefront"

    def ready(self) -> None:
        from storefront import slots  # noqa: PLC0415 -- models are ready only now

        slots.register()
