"""How values get into rows: cleaned like the model says, refused by field, and never over somebody else's edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from types import TracebackType
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from bss.accounts.countries import country_codes, currency_codes
from bss.accounts.phones import is_phone, phone_words
from bss.accounts.vat_ids import is_vat_id, vat_id_plain, vat_id_words
from bss.core import history
from bss.core.actor import Actor
from bss.core.errors import Invalid, StaleState

# Columns that hold a telephone number, of whichever table.
PHONES = frozenset({"phone", "contact_phone"})


class Faults:
    """What several checks refuse, gathered so that one answer names it all:

    faults = Faults()
    with faults:
        cleaned(account, names)
    with faults:
        _parent_fits(kind, parent, organization)
    faults.settle()
    """

    def __init__(self) -> None:
        self._found: list[Invalid] = []

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Invalid):
            return False
        self._found.append(error)
        return True

    def __bool__(self) -> bool:
        return bool(self._found)

    def settle(self) -> None:
        """Raises what a lone check refused as it was, else Invalid by field with what was said first of each."""
        if len(self._found) == 1:
            raise self._found[0]
        errors: dict[str, list[Any]] = {}
        for found in self._found:
            errors |= {k: texts for k, texts in found.errors.items() if k not in errors}
        if errors:
            raise Invalid(errors=errors)


def cleaned(row: Any, names: Iterable[str]) -> None:
    """Clean the named fields of an unsaved row as its model declares them. Raises Invalid with errors by field."""
    wanted = set(names)
    exclude = {field.name for field in row._meta.concrete_fields} - wanted
    errors: dict[str, list[Any]] = {}
    try:
        row.clean_fields(exclude=exclude)
    except ValidationError as error:
        errors = {name: list(texts) for name, texts in error.message_dict.items()}
    # A tax country that follows the address is not wrong a second time.
    if "country" in errors and getattr(row, "tax_country", "") == row.country:
        errors.pop("tax_country", None)
    errors |= _unknown_codes(row, wanted - errors.keys())
    if errors:
        raise Invalid(errors=errors)


def _unknown_codes(row: Any, names: AbstractSet[str]) -> dict[str, list[Any]]:
    errors: dict[str, list[Any]] = {}
    if "country" in names and row.country not in country_codes():
        errors["country"] = [_("This is not the two-letter code of a country.")]
    if "tax_country" in names and row.tax_country not in {*country_codes(), row.country}:
        errors["tax_country"] = [_("This is not the two-letter code of a country.")]
    if "currency" in names and row.currency not in currency_codes():
        errors["currency"] = [_("This is not the three-letter code of a currency.")]
    vat_id = getattr(row, "vat_id", "")
    if vat_id and not names.isdisjoint({"vat_id", "tax_country"}):
        country = getattr(row, "tax_country", "") or row.country
        # The form alone is looked at; whether a number is in use is nobody's to ask while a form waits.
        if not is_vat_id(vat_id, country):
            errors["vat_id"] = [vat_id_words(country)]
    return errors | _unfit_phones(row, names)


def _unfit_phones(row: Any, names: AbstractSet[str]) -> dict[str, list[Any]]:
    given = {name: getattr(row, name) for name in PHONES & names}
    return {name: [phone_words()] for name, text in given.items() if text and not is_phone(text)}


def normalised(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as they are stored: text trimmed, codes in capitals, addresses in lower case, no empty e-mail."""
    result = {k: v.strip() if isinstance(v, str) else v for k, v in values.items()}
    for name in ("country", "tax_country", "currency"):
        if isinstance(result.get(name), str):
            result[name] = result[name].upper()
    if isinstance(result.get("vat_id"), str):
        result["vat_id"] = vat_id_plain(result["vat_id"])
    if isinstance(result.get("email"), str):
        result["email"] = result["email"].lower()
    if "corporate_email" in result:
        # Null when unknown: an empty text would collide and would be mailed to.
        result["corporate_email"] = result["corporate_email"] or None
    return result


def only(values: Mapping[str, Any], allowed: Iterable[str]) -> None:
    """Raises TypeError on a name that is no field of this record: a fault in the code."""
    unknown = sorted(values.keys() - set(allowed))
    if unknown:
        raise TypeError(f"unknown fields: {', '.join(unknown)}")


def edited(
    row: Any, *, version: int | None, values: Mapping[str, Any], actor: Actor, action: str
) -> bool:
    """Clean and write what differs, count the edit, and record it. False when nothing differs.

    `version` is the one the editor saw; StaleState when the row has another by now, None to overwrite whatever is
    there. Raises Invalid. Runs inside the caller's transaction.
    """
    before = history.snapshot(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    try:
        cleaned(row, values)
    except Invalid:
        _restored(row, before)
        raise
    changes = history.changed(before, history.snapshot(row, values))
    if version is not None and version != row.version:
        _restored(row, before)
        raise StaleState
    if not changes:
        return False
    columns = {name: getattr(row, name) for name in changes}
    found = type(row)._base_manager.filter(pk=row.pk, version=row.version)
    if found.update(**columns, version=F("version") + 1) != 1:
        _restored(row, before)
        raise StaleState
    row.version += 1
    history.record(row, actor=actor, action=action, changes=changes)
    return True


def _restored(row: Any, before: Mapping[str, Any]) -> None:
    for name, value in before.items():
        setattr(row, name, value)
