from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "bss.accounts"
    label = "accounts"
