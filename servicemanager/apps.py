from django.apps import AppConfig


class ServicemanagerConfig(AppConfig):
    name = "servicemanager"

    def ready(self) -> None:
        from servicemanager import states  # noqa: F401, PLC0415 -- registers the machines
