"""Numbers, amounts and dates as the reader's locale writes them (CLDR, through Babel)."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_decimal, format_percent
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bss.core import clock
from bss.core.money import Money

DASH = "\N{EN DASH}"


def none_html() -> SafeString:
    """What stands where there is no value: a dash to see, "None" to hear."""
    return format_html('<span class="none" role="img" aria-label="{}">{}</span>', _("None"), DASH)


@cache
def locale_for(language: str) -> Locale:
    """The CLDR locale of a Django language code; English for one CLDR does not know (pseudo-locales)."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale("en")


def current_locale() -> Locale:
    return locale_for(_language())


def number(value: Any) -> str:
    """A number with the locale's separators; up to three decimals."""
    # Never "-0", which is the same key as 0.
    return _number(value or 0, _language())


def percent(ratio: Any) -> str:
    """A ratio (0.12) as a percentage (12%)."""
    return str(format_percent(ratio, locale=current_locale()))


def money_of(value: Any, currency: str = "") -> Money | None:
    """Money from Money or from an amount and a currency; None from nothing."""
    if isinstance(value, Money):
        return value
    if value is None or value == "":
        return None
    return Money(Decimal(str(value)), currency)


def amount(value: Any, currency: str = "") -> str:
    """An amount in words of the locale: "€1,234.50", "1.234,50 €"."""
    money = money_of(value, currency)
    return "" if money is None else money.format(_locale_name(_language()))


def amount_html(value: Any, currency: str = "") -> SafeString:
    """The amount in tabular figures, never broken over two lines, isolated from the text's direction."""
    money = money_of(value, currency)
    if money is None:
        return none_html()
    tone = " negative" if money.amount < 0 else ""
    return format_html('<bdi class="amount{}">{}</bdi>', tone, amount(money))


def day(value: date) -> str:
    """A date as people write it, without the year in this year: "5 Mar", "5 Mar 2024"."""
    return _day(value, _language(), value.year == clock.now().year)


def format_skeleton_date(value: date, locale: Locale) -> str:
    """Day and short month in the locale's own order."""
    skeleton = locale.datetime_skeletons.get("MMMd")
    pattern = getattr(skeleton, "pattern", None) or "d MMM"
    return str(format_date(value, format=pattern, locale=locale))


def instant(value: datetime) -> str:
    """Relative within the last day ("12 minutes ago"), "12:30" for later today, otherwise the date."""
    local = timezone.localtime(value)
    age = clock.now() - value
    locale = current_locale()
    if timedelta(0) <= age < timedelta(minutes=1):
        return _("just now")
    if timedelta(0) <= age < timedelta(days=1):
        return str(format_timedelta(-age, add_direction=True, locale=locale))
    if timezone.localtime(clock.now()).date() == local.date():
        return str(format_time(local, format="short", locale=locale))
    return day(local.date())


def exact(value: datetime) -> str:
    """The exact instant with its zone, for the tooltip."""
    return _exact(value, timezone.get_current_timezone(), _language())


def time_of_day(value: datetime) -> str:
    """Hours, minutes and seconds: the stamp of a log's line."""
    return str(format_time(timezone.localtime(value), format="HH:mm:ss", locale=current_locale()))


def _language() -> str:
    return get_language() or "en"


# What Babel wrote once for a language is kept: a list shows the same days, amounts and quantities over and over, and
# each took it a tenth to half a millisecond.


@cache
def _locale_name(language: str) -> str:
    return str(locale_for(language))


# By type: an int and an equal Decimal are the same key otherwise.
@lru_cache(maxsize=2048, typed=True)
def _number(value: Any, language: str) -> str:
    return str(format_decimal(value, locale=locale_for(language)))


@lru_cache(maxsize=2048)
def _day(value: date, language: str, is_this_year: bool) -> str:
    locale = locale_for(language)
    if is_this_year:
        return format_skeleton_date(value, locale)
    return str(format_date(value, format="medium", locale=locale))


@lru_cache(maxsize=4096)
def _exact(value: datetime, zone: tzinfo, language: str) -> str:
    local = timezone.localtime(value, zone)
    return str(format_datetime(local, format="long", locale=locale_for(language)))


def initials(name: str) -> str:
    """Up to two letters that stand for a name."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    return "".join(
        word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)
    ).upper()


def hue(name: str) -> int:
    """A stable number from 1 to 6 for a name's avatar."""
    return sum(map(ord, name)) % 6 + 1
