from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "bss.core"
    label = "core"

    def ready(self) -> None:
        # Whoever writes a job must know its kind and be able to ring the bell: a web process imports no task module
        # by itself, and an unregistered task made every ring fail there.
        from bss.core import events, lookups, runs, tasks  # noqa: F401, PLC0415
