"""What people are told of the prices of a review: which level and why, until when, what is missing to a minimum."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adobe3yc.plugin.pricing import Priced
from adobe3yc.rules.offers import OfferType
from bss.orders.contracts import Proceed, Reprice
from bss.ui import formats


def verdict_of(found: Priced, customer: str) -> Proceed | Reprice:
    """What a checkout is told of its prices. `customer` is the name of whom it is for."""
    notes = "\n".join(_missing_words(kind, n) for kind, n in (found.missing or {}).items())
    if not found.quotes:
        return Proceed(notes)
    told = _level_told(found, customer) + _end_told(found, customer)
    text = "\n".join(words for _cause, words in told)
    cause = ":".join(["adobe", *(cause for cause, _words in told)])
    return Reprice(text, cause, found.quotes, notes)


def _level_told(found: Priced, customer: str) -> list[tuple[str, str]]:
    """Why the prices are others than list prices, as (cause, words); nothing where they are not."""
    levels = ", ".join(found.levels)
    if not levels:
        return []
    if found.accepted_on is not None:
        return [(f"3yc:{found.accepted_on}", _accepted_words(customer, levels))]
    words = _("Adobe's volume discount applies: the prices are those of level %(level)s.")
    return [(f"volume:{levels}", words % {"level": levels})]


def _end_told(found: Priced, customer: str) -> list[tuple[str, str]]:
    """Until when it runs, as (cause, words); nothing for what runs a whole year."""
    if found.ends_on is None:
        return []
    words = _(
        "Adobe renews everything of %(customer)s on one day: what is bought now runs until %(day)s. Licences are "
        "charged for the days until then, and renew for a whole year."
    )
    told = {"customer": customer, "day": formats.day(found.ends_on)}
    return [(f"until:{found.ends_on}", words % told)]


def _accepted_words(customer: str, levels: str) -> str:
    words = _(
        "%(customer)s has accepted Adobe's three-year commitment. The basket was priced anew, at the commitment's "
        "level %(level)s: check the new prices, then go on as usual."
    )
    return words % {"customer": customer, "level": levels}


def _missing_words(kind: OfferType, count: int) -> str:
    if kind == OfferType.LICENSE:
        words = ngettext(
            "%(n)s licence is missing to the committed minimum: standard prices apply.",
            "%(n)s licences are missing to the committed minimum: standard prices apply.",
            count,
        )
    else:
        words = ngettext(
            "%(n)s transaction is missing to the committed minimum: standard prices apply.",
            "%(n)s transactions are missing to the committed minimum: standard prices apply.",
            count,
        )
    return words % {"n": count}
