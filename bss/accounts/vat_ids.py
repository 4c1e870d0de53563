"""VAT ids: which countries share the rules of the European Union's VAT, and how a number of each looks.

Formats: European Commission, VIES, "What is the format of a VAT number?". Whether a number is in use is not asked.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from bss.accounts.countries import country_name

# Member states by ISO code. Greece writes EL before its numbers.
EU = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
        "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip
_PREFIXES = {"GR": "EL"}
# What follows the prefix, with an example that has the right form.
_FORMATS = {
    "AT": (r"U[0-9]{8}", "ATU12345678"),
    "BE": (r"[01][0-9]{9}", "BE0123456789"),
    "BG": (r"[0-9]{9,10}", "BG123456789"),
    "CY": (r"[0-9]{8}[A-Z]", "CY12345678X"),
    "CZ": (r"[0-9]{8,10}", "CZ12345678"),
    "DE": (r"[0-9]{9}", "DE123456789"),
    "DK": (r"[0-9]{8}", "DK12345678"),
    "EE": (r"[0-9]{9}", "EE123456789"),
    "ES": (r"[0-9A-Z][0-9]{7}[0-9A-Z]", "ESX1234567X"),
    "FI": (r"[0-9]{8}", "FI12345678"),
    "FR": (r"[0-9A-HJ-NP-Z]{2}[0-9]{9}", "FR12345678901"),
    "GR": (r"[0-9]{9}", "EL123456789"),
    "HR": (r"[0-9]{11}", "HR12345678901"),
    "HU": (r"[0-9]{8}", "HU12345678"),
    "IE": (r"[0-9][0-9A-Z+*][0-9]{5}[A-W][A-I]?", "IE1234567WA"),
    "IT": (r"[0-9]{11}", "IT12345678901"),
    "LT": (r"([0-9]{9}|[0-9]{12})", "LT123456789"),
    "LU": (r"[0-9]{8}", "LU12345678"),
    "LV": (r"[0-9]{11}", "LV12345678901"),
    "MT": (r"[0-9]{8}", "MT12345678"),
    "NL": (r"[0-9A-Z+*]{12}", "NL123456789B01"),
    "PL": (r"[0-9]{10}", "PL1234567890"),
    "PT": (r"[0-9]{9}", "PT123456789"),
    "RO": (r"[0-9]{2,10}", "RO1234567890"),
    "SE": (r"[0-9]{12}", "SE123456789001"),
    "SI": (r"[0-9]{8}", "SI12345678"),
    "SK": (r"[0-9]{10}", "SK1234567890"),
}
# Elsewhere a tax number is whatever its country gives out.
_ELSEWHERE = re.compile(r"[0-9A-Z][0-9A-Z./+*-]{3,24}")


def is_vat_id(vat_id: str, country: str) -> bool:
    """Whether `vat_id` (capitals, no spaces) looks like a number that `country` gives out."""
    if country not in _FORMATS:
        return _ELSEWHERE.fullmatch(vat_id) is not None
    prefix = _PREFIXES.get(country, country)
    return (
        vat_id.startswith(prefix)
        and re.fullmatch(_FORMATS[country][0], vat_id.removeprefix(prefix)) is not None
    )


def vat_id_example(country: str) -> str:
    """A number of the right form for a member state; "" for a country whose form is not known here."""
    return _FORMATS[country][1] if country in _FORMATS else ""


def vat_id_plain(text: str) -> str:
    """A VAT id as it is stored, out of what somebody typed."""
    return text.replace(" ", "").upper()


def vat_id_words(country: str) -> str:
    """What is said of a text that is no VAT id of `country`."""
    example = vat_id_example(country)
    if not example:
        return _("This is no tax number: letters and digits, at least four.")
    words = _("A VAT id of %(country)s looks like %(example)s.")
    return words % {"country": country_name(country), "example": example}
