from django.apps import AppConfig


class PricingConfig(AppConfig):
    name = "bss.pricing"
    label = "pricing"

    def ready(self) -> None:
        from bss.catalog.ports import OFFERS  # noqa: PLC0415
        from bss.pricing import slots  # noqa: PLC0415
        from bss.pricing.selectors import CatalogueOffers  # noqa: PLC0415

        OFFERS.register(CatalogueOffers())
        slots.register()
