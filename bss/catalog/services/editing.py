"""What every edit of the catalogue shares: the lock, the version, the changes, the broken constraint in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from bss.core import history
from bss.core.actor import Actor
from bss.core.errors import Invalid, StaleState
from bss.core.money import known_currencies

M = TypeVar("M", bound=models.Model)

# Constraint name to the field at fault and the words for it.
_TOLD: dict[str, tuple[str, Any]] = {
    "product_type_code_once": ("code", _("Another product type has this code.")),
    "product_type_external_once": ("external_id", _("Another product type has this id.")),
    "product_code_once": ("code", _("Another product has this code.")),
    "category_once": ("slug", _("Another category has this address.")),
    "industry_once": ("slug", _("Another industry has this address.")),
    "price_list_name_once": ("name", _("Another price list has this name.")),
    "price_list_default_once": (
        "is_default",
        _("Another active price list is the default of this currency."),
    ),
    "price_list_validity": ("valid_until", _("A price list cannot end before it begins.")),
    "price_list_percent_positive": ("percent", _("A percentage is not negative.")),
    "price_list_percent_below_100": ("percent", _("This percentage is too high for the rule.")),
    "list_price_positive": ("price", _("A price is not negative.")),
    "add_on_of_another": ("add_on", _("A product is not an add-on of itself.")),
}


@contextmanager
def saving() -> Iterator[None]:
    """A savepoint in which a broken constraint becomes an Invalid on its field."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if name not in _TOLD:
            raise
        field, words = _TOLD[name]
        raise Invalid(errors={field: [words]}, code=name.upper()) from error


def locked(obj: M, version: int | None) -> M:
    """The row as it is now, locked. Raises StaleState when it is no longer the `version` that was read."""
    found = type(obj)._base_manager.select_for_update(of=("self",), no_key=True).get(pk=obj.pk)
    if version is not None and getattr(found, "version", version) != version:
        raise StaleState(extra={"version": getattr(found, "version", None)})
    return found


def checked(obj: models.Model) -> None:
    """Field limits as the model states them. Raises Invalid naming each field at fault."""
    skipped = [f.name for f in obj._meta.fields if f.is_relation or isinstance(f, models.JSONField)]
    try:
        obj.clean_fields(exclude=skipped)
    except ValidationError as error:
        raise Invalid(errors=error.message_dict) from error
    currency = getattr(obj, "currency", None)
    if currency is not None and currency not in known_currencies():
        raise Invalid(_("This currency does not exist."), field="currency", code="CURRENCY_UNKNOWN")


def store(obj: models.Model, changes: Mapping[str, Any], *, actor: Actor, action: str) -> list[str]:
    """Write what differs, count the version and tell the history. Returns the names of the changed fields.

    Must run inside a transaction that holds the row. Raises Invalid on a value that does not fit.
    """
    before = history.snapshot(obj, changes)
    for name, value in changes.items():
        setattr(obj, name, value)
    told = history.changed(before, changes)
    if not told:
        return []
    checked(obj)
    columns = [*told]
    if hasattr(obj, "version"):
        obj.version += 1
        columns.append("version")
    with saving():
        obj.save(update_fields=columns)
    history.record(obj, actor=actor, action=action, changes=told)
    return list(told)


def added(obj: M, *, actor: Actor, action: str) -> M:
    """Insert a new row and tell the history. Raises Invalid on a value that does not fit."""
    checked(obj)
    with saving():
        obj.save(force_insert=True)
    history.record(obj, actor=actor, action=action)
    return obj
