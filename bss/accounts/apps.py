from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "bss.accounts"
    label = "accounts"

    def ready(self) -> None:
        from bss.accounts import checks, slots, states, tasks  # noqa: F401, PLC0415 -- each registers itself

        slots.register()
