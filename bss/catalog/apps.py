from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "bss.catalog"
    label = "catalog"
