from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "bss.accounts"
    label = "accounts"

    def ready(self) -> None:
        from bss.accounts import states  # noqa: F401, PLC0415 -- registers the machines
