"""What Django's fields and validators say about input, in the words of `bss.core.fields`.

Django reads these texts where its classes keep them. They are put there once, when the app starts, so that every form
speaks alike: those of the portal and the Storefront, and those that packages bring along.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core import validators
from django.db import models
from django.utils.translation import gettext_lazy as _

from bss.ui import formats

_NO_NUMBER = _("Enter a number.")
_NO_DATE = _("Enter a date that exists, as YYYY-MM-DD.")
_NO_EMAIL = _("Enter a complete e-mail address.")
_NO_URL = _("Enter an address that begins with https://.")
_NOT_OFFERED = _("Choose one of the values offered.")
_UNFIT = _("This does not have the expected form.")
_NO_FILE = _("No file arrived. Choose it again.")

_FIELDS: Mapping[type[forms.Field], Mapping[str, Any]] = {
    forms.Field: {"required": _("Fill this in.")},
    forms.BooleanField: {"required": _("Tick this to go on.")},
    forms.IntegerField: {"invalid": _("Enter a whole number.")},
    forms.FloatField: {"invalid": _NO_NUMBER},
    forms.DecimalField: {"invalid": _NO_NUMBER},
    forms.DateField: {"invalid": _NO_DATE},
    forms.TimeField: {"invalid": _("Enter a time that exists, as HH:MM.")},
    forms.DateTimeField: {"invalid": _("Enter a date and a time, as YYYY-MM-DD HH:MM.")},
    forms.SplitDateTimeField: {"invalid_date": _NO_DATE},
    forms.DurationField: {"invalid": _("Enter how long it lasts, as HH:MM:SS.")},
    forms.EmailField: {"invalid": _NO_EMAIL},
    forms.URLField: {"invalid": _NO_URL},
    forms.UUIDField: {"invalid": _UNFIT},
    forms.JSONField: {"invalid": _("This is not JSON.")},
    forms.ChoiceField: {"required": _("Choose one."), "invalid_choice": _NOT_OFFERED},
    forms.ModelChoiceField: {"invalid_choice": _NOT_OFFERED},
    forms.MultipleChoiceField: {
        "required": _("Choose at least one."),
        "invalid_choice": _NOT_OFFERED,
    },
    forms.ModelMultipleChoiceField: {
        "required": _("Choose at least one."),
        "invalid_choice": _NOT_OFFERED,
        "invalid_pk_value": _NOT_OFFERED,
    },
    forms.FileField: {
        "required": _("Choose a file."),
        "invalid": _NO_FILE,
        "missing": _NO_FILE,
        "empty": _("This file is empty. Choose another one."),
    },
    forms.ImageField: {"invalid_image": _("This file is no picture. Choose another one.")},
}  # fmt: skip


class _Limit:
    """A sentence about a limit, which is a number as its reader writes them once the sentence is put together."""

    def __init__(self, text: Any) -> None:
        self.text = text

    def __str__(self) -> str:
        return str(self.text)

    def __mod__(self, params: Mapping[str, Any]) -> str:
        limit = params["limit_value"]
        shown = formats.number(limit) if isinstance(limit, int | Decimal) else limit
        return str(self.text) % {**params, "limit_value": shown}


_VALIDATORS: Mapping[type[Any], Any] = {
    validators.RegexValidator: _UNFIT,
    validators.EmailValidator: _NO_EMAIL,
    validators.URLValidator: _NO_URL,
    validators.MinValueValidator: _Limit(_("The smallest possible value is %(limit_value)s.")),
    validators.MaxValueValidator: _Limit(_("The largest possible value is %(limit_value)s.")),
    validators.MinLengthValidator: _Limit(_("At least %(limit_value)s characters are needed.")),
    validators.MaxLengthValidator: _Limit(_("At most %(limit_value)s characters are possible.")),
}

_TOO_LARGE = _("This number is too large.")
_DECIMALS: Mapping[str, Any] = {
    "invalid": _NO_NUMBER,
    "max_digits": _TOO_LARGE,
    "max_whole_digits": _TOO_LARGE,
    "max_decimal_places": _("At most %(max)s decimals are possible."),
}


def speak() -> None:
    """Put our words into Django's classes: for the forms that are built from now on."""
    for field, words in _FIELDS.items():
        field.default_error_messages = {**field.default_error_messages, **words}
    blank = dict.fromkeys(("blank", "null"), _FIELDS[forms.Field]["required"])
    models.Field.default_error_messages = {**models.Field.default_error_messages, **blank}
    for validator, text in _VALIDATORS.items():
        validator.message = text
    validators.DecimalValidator.messages = {**validators.DecimalValidator.messages, **_DECIMALS}
    validators.validate_slug.message = _("Use letters, digits, hyphens and underscores only.")
