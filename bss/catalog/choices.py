"""The closed lists of the catalogue."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _


class Unit(models.TextChoices):
    """The billing term of a price, as an ISO 8601 duration."""

    P1M = "P1M", _("Monthly")
    P3M = "P3M", _("Quarterly")
    P6M = "P6M", _("Half-yearly")
    P1Y = "P1Y", _("Yearly")
    P2Y = "P2Y", _("Two years")
    P3Y = "P3Y", _("Three years")
    P5Y = "P5Y", _("Five years")

    @property
    def months(self) -> int:
        return UNIT_MONTHS[self.value]

    @property
    def per(self) -> str:
        """ "per month": how a price of this unit is read aloud."""
        return str(_PER[self.value])


UNIT_MONTHS = {"P1M": 1, "P3M": 3, "P6M": 6, "P1Y": 12, "P2Y": 24, "P3Y": 36, "P5Y": 60}
_PER = {
    "P1M": _("per month"),
    "P3M": _("per quarter"),
    "P6M": _("per half-year"),
    "P1Y": _("per year"),
    "P2Y": _("per two years"),
    "P3Y": _("per three years"),
    "P5Y": _("per five years"),
}


class ProductKind(models.TextChoices):
    PRIMARY = "primary", _("Product")
    ADD_ON = "add_on", _("Add-on")


class ProductAudience(models.TextChoices):
    ANYONE = "anyone", _("Everybody")
    RESELLER = "reseller", _("Resellers, for themselves")
    CUSTOMER = "customer", _("Customers")


class Refund(models.TextChoices):
    """What is given back for seats that go within the days in which a purchase may be undone."""

    FULL = "full", _("Everything")
    UNUSED = "unused", _("The unused time")


class PriceRule(models.TextChoices):
    """How a price list makes its price. Rates are percentages."""

    LIST = "list", _("List price")
    DISCOUNT = "discount", _("Discount on the list price")
    MARKUP = "markup", _("Mark-up on cost")
    MARGIN = "margin", _("Margin on cost")


class SearchLanguage(models.TextChoices):
    """A text-search configuration of PostgreSQL 15 and later; "simple" knows no stems.

    The database's own list is in the function catalog_search_config of migration 0002.
    """

    SIMPLE = "simple", _("No stems")
    ARABIC = "arabic", _("Arabic")
    DANISH = "danish", _("Danish")
    DUTCH = "dutch", _("Dutch")
    ENGLISH = "english", _("English")
    FINNISH = "finnish", _("Finnish")
    FRENCH = "french", _("French")
    GERMAN = "german", _("German")
    GREEK = "greek", _("Greek")
    HINDI = "hindi", _("Hindi")
    HUNGARIAN = "hungarian", _("Hungarian")
    ITALIAN = "italian", _("Italian")
    NORWEGIAN = "norwegian", _("Norwegian")
    PORTUGUESE = "portuguese", _("Portuguese")
    ROMANIAN = "romanian", _("Romanian")
    RUSSIAN = "russian", _("Russian")
    SPANISH = "spanish", _("Spanish")
    SWEDISH = "swedish", _("Swedish")
    TURKISH = "turkish", _("Turkish")

    @classmethod
    def of(cls, language: str) -> SearchLanguage:
        """That of a language code ("de", "pt-br")."""
        return _SEARCH_LANGUAGES.get(language.partition("-")[0].lower(), cls.SIMPLE)


_SEARCH_LANGUAGES = {
    "ar": SearchLanguage.ARABIC,
    "da": SearchLanguage.DANISH,
    "de": SearchLanguage.GERMAN,
    "el": SearchLanguage.GREEK,
    "en": SearchLanguage.ENGLISH,
    "es": SearchLanguage.SPANISH,
    "fi": SearchLanguage.FINNISH,
    "fr": SearchLanguage.FRENCH,
    "hi": SearchLanguage.HINDI,
    "hu": SearchLanguage.HUNGARIAN,
    "it": SearchLanguage.ITALIAN,
    "nb": SearchLanguage.NORWEGIAN,
    "nl": SearchLanguage.DUTCH,
    "no": SearchLanguage.NORWEGIAN,
    "pt": SearchLanguage.PORTUGUESE,
    "ro": SearchLanguage.ROMANIAN,
    "ru": SearchLanguage.RUSSIAN,
    "sv": SearchLanguage.SWEDISH,
    "tr": SearchLanguage.TURKISH,
}


HUNDRED = Decimal(100)
