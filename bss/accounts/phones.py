"""Telephone numbers: how one looks, whoever typed it. Whether somebody answers is not asked."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

# "+30 210 1234567", "(0341) 555-0147", "030/123.45 ext. 12": no other letters than those of an extension.
_WRITTEN = re.compile(r"(?:[\d \u00a0\u202f+().\-/]|ext)+", re.IGNORECASE)
FEWEST_DIGITS = 3


def is_phone(text: str) -> bool:
    """Whether `text` looks like a telephone number."""
    enough = sum(character.isdecimal() for character in text) >= FEWEST_DIGITS
    return enough and _WRITTEN.fullmatch(text) is not None


def phone_words() -> str:
    """What is said of a text that is none."""
    return _("Enter a phone number such as +30 210 1234567 or 030/12345 ext. 12.")
