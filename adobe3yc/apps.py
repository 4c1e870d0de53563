from django.apps import AppConfig


class Adobe3ycConfig(AppConfig):
    name = "adobe3yc"

    def ready(self) -> None:
        from adobe3yc import events, states  # noqa: F401, PLC0415 -- models are loaded now
