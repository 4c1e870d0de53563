"""Countries and currencies as CLDR knows them: codes for the store, names in the reader's language."""

from __future__ import annotations

import unicodedata
from functools import cache

from babel import Locale
from babel.numbers import get_territory_currencies
from django.utils.translation import get_language

from bss.ui.formats import locale_for

# Two-letter codes of CLDR that are no countries: unions, pseudo-locales, islands without a code of their own.
_NOT_COUNTRIES = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)


@cache
def country_codes() -> frozenset[str]:
    """Every ISO 3166-1 code in use."""
    return frozenset(
        code
        for code in map(str, Locale("en").territories)
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    )


@cache
def currency_codes() -> frozenset[str]:
    """The ISO 4217 codes that are money somewhere today."""
    return frozenset(
        code for country in country_codes() for code in get_territory_currencies(country)
    )


def country_name(code: str) -> str:
    """The country's name in the present language; the code itself for one nobody knows."""
    return _names(get_language() or "en").get(code, code)


def country_choices() -> list[tuple[str, str]]:
    """(code, name) of every country, sorted by name, an accented letter as the one below it."""
    return sorted(_names(get_language() or "en").items(), key=lambda pair: _unaccented(pair[1]))


def currency_choices() -> list[tuple[str, str]]:
    """(code, "EUR - Euro") of every currency, sorted by code."""
    names = locale_for(get_language() or "en").currencies
    return [(code, f"{code} - {names.get(code, code)}") for code in sorted(currency_codes())]


@cache
def _names(language: str) -> dict[str, str]:
    names = locale_for(language).territories
    return {code: str(names.get(code, code)) for code in country_codes()}


def _unaccented(name: str) -> str:
    return "".join(x for x in unicodedata.normalize("NFD", name) if not unicodedata.combining(x))
