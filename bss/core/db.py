"""Column types and constraints the whole product shares."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, models
from django.db.models import Q

from bss.core.money import UNIT_PRICE_DECIMALS

if TYPE_CHECKING:
    # Generic for the type checker only; what a column holds follows from its own arguments.
    _Text = models.CharField[Any, Any]
    _Number = models.DecimalField[Any, Any]
else:
    _Text, _Number = models.CharField, models.DecimalField

# No vowels and no look-alikes: ids are read aloud on the telephone and never spell a word.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
PUBLIC_ID_LENGTH = 14


def new_public_id() -> str:
    """14 characters of a 27-letter alphabet: 66 bits, unguessable in a URL that also checks scope."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(PUBLIC_ID_LENGTH))


def pg_code(error: DatabaseError) -> str:
    """PostgreSQL's code for what it refused, such as "55P03"; "" for what came from elsewhere."""
    return str(getattr(error.__cause__, "pgcode", None) or "")


class PublicIdField(_Text):
    """The id that stands in URLs and at vendors; the primary key never leaves the database."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("default", new_public_id)
        kwargs.setdefault("unique", True)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)


class AmountField(_Number):
    """A rounded amount: up to three minor digits in any currency."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 20)
        kwargs.setdefault("decimal_places", 4)
        super().__init__(*args, **kwargs)


class UnitPriceField(_Number):
    """A price of one unit: ten decimals, rounded only once it is multiplied on a line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 24)
        kwargs.setdefault("decimal_places", UNIT_PRICE_DECIMALS)
        super().__init__(*args, **kwargs)


class CurrencyField(_Text):
    """An ISO 4217 code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 3)
        super().__init__(*args, **kwargs)


class CodeField(_Text):
    """A value out of a TextChoices class, kept out of migrations so that wording never makes one."""

    def __init__(
        self, *args: Any, enum: type[models.TextChoices] | None = None, **kwargs: Any
    ) -> None:
        self.enum = enum
        kwargs.setdefault("max_length", 32)
        if enum is not None:
            kwargs.setdefault("choices", enum.choices)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("choices", None)
        return name, path, args, kwargs


class StateField(CodeField):
    """A state column. Only the machine of the app's `states.py` writes it (an architecture test looks)."""


def one_of(column: str, enum: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """A CHECK that `column` holds a value of `enum`."""
    return models.CheckConstraint(condition=Q(**{f"{column}__in": list(enum.values)}), name=name)
