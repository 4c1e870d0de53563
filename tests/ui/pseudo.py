"""Two languages that nobody speaks, to look at pages in: English in longer words, as German or Greek are, and English
in a script that runs the other way. Generated: no string can be forgotten, and one that stays short was never marked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test import override_settings
from django.utils.translation import trans_real

# A word is as much longer in the longer language.
LONGER_BY = 0.35
_ACCENTED = str.maketrans("aeiouyAEIOUY", "äëïöüÿÄËÏÖÜŸ")
# Placeholders, tags and entities stay as they are, and so do words too short to be anybody's trouble.
_WORDS = re.compile(r"%\(\w+\)[sd]|%[sd]|\{[^}]*\}|<[^>]*>|&\w+;|(?P<word>[A-Za-z]{4,})")


def longer(text: str) -> str:
    """ "Subscriptions" as "Subscriptionstïöns"."""
    return _WORDS.sub(_longer, text)


def _longer(found: re.Match[str]) -> str:
    word = found["word"]
    if word is None:
        return found[0]
    return word + word[-math.ceil(len(word) * LONGER_BY) :].translate(_ACCENTED)


class _Longer(trans_real.DjangoTranslation):
    """A language, each text in longer words. None of ours has a context."""

    def gettext(self, message: str) -> str:
        return longer(super().gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return longer(super().ngettext(msgid1, msgid2, n))


@contextmanager
def longer_words(language: str = "en") -> Iterator[None]:
    """A language reads longer inside the block, in every thread."""
    spoken: dict[str, Any] = trans_real._translations  # type: ignore[attr-defined]
    before = trans_real.translation(language)
    spoken[language] = _Longer(language)
    try:
        yield
    finally:
        spoken[language] = before


@contextmanager
def mirrored() -> Iterator[None]:
    """English runs from right to left inside the block."""
    with override_settings(LANGUAGES_BIDI=["en"]):
        yield
