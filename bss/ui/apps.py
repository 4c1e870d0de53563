from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "bss.ui"
    label = "ui"

    def ready(self) -> None:
        from bss.ui import languages, theme, wording  # noqa: PLC0415 -- apps are not loaded when this module is
        from bss.ui.gallery.brands import sample_themes  # noqa: PLC0415

        theme.register_provider(sample_themes)
        wording.speak()
        languages.stay_english()
