"""Languages that have no words of ours yet: numbers, dates and names of countries follow them, the words are English.

Django brings words of its own in a hundred languages, and packages bring theirs. Amid English they make pages of two
languages, and now and then the wrong word: an order of Django's is a sequence ("Reihenfolge").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from gettext import find
from pathlib import Path

from django.conf import settings
from django.utils.translation import to_locale, trans_real


class _Wordless(trans_real.DjangoTranslation):
    """A language without the words that Django and packages have for it."""

    def _init_translation_catalog(self) -> None:
        """None of Django's."""

    def _add_installed_apps_translations(self) -> None:
        """None of the packages'."""


def stay_english() -> None:
    """Have each language without a catalogue of ours speak English, whatever others know of it."""
    spoken = trans_real._translations  # type: ignore[attr-defined]
    spoken.update({code: _Wordless(code) for code in wordless(settings.LOCALE_PATHS)})


def wordless(paths: Iterable[Path]) -> Iterator[str]:
    """The codes of the languages that are offered and have no catalogue in `paths`."""
    for code, _name in settings.LANGUAGES:
        found = (find("django", path, [to_locale(code)]) for path in paths)
        if code != settings.LANGUAGE_CODE and not any(found):
            yield code
