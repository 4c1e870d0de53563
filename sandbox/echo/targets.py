"""The shape of what clients put: full target states, parsed or refused with 400 naming the field."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from sandbox.serving import Problem

STATUSES: Final = ("active", "suspended", "cancelled")
KINDS: Final = {"accounts": "account", "subscriptions": "subscription"}

Reader = Callable[[Any, str], Any]


def account_target(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read an account's target state; what is optional and missing is empty."""
    _refuse_unknown(body, {"name", "email", "country", "language", "vat_id", "attributes"}, "")
    return {
        "name": _required(body, "name", _text),
        "email": _optional(body, "email", _email, ""),
        "country": _optional(body, "country", _country, ""),
        "language": _optional(body, "language", _text, ""),
        "vat_id": _optional(body, "vat_id", _text, ""),
        "attributes": _optional(body, "attributes", _mapping, {}),
    }


def subscription_target(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read a subscription's target state; add-ons and attributes may be missing, nothing else."""
    fields = {"account", "sku", "quantity", "unit", "status", "attributes", "addons"}
    _refuse_unknown(body, fields, "")
    addons = _optional(body, "addons", _list, [])
    return {
        "account": _required(body, "account", _text),
        "sku": _required(body, "sku", _text),
        "quantity": _required(body, "quantity", _count),
        "unit": _required(body, "unit", _text),
        "status": _required(body, "status", _status),
        "attributes": _optional(body, "attributes", _mapping, {}),
        "addons": [_addon(line, f"addons[{number}]") for number, line in enumerate(addons)],
    }


TARGETS: Final = {"account": account_target, "subscription": subscription_target}


def _addon(line: Any, field: str) -> dict[str, Any]:
    line = _mapping(line, field)
    _refuse_unknown(line, {"sku", "quantity"}, f"{field}.")
    return {
        "sku": _required(line, "sku", _text, f"{field}."),
        "quantity": _required(line, "quantity", _count, f"{field}."),
    }


def _refuse_unknown(body: Mapping[str, Any], fields: set[str], prefix: str) -> None:
    for name in sorted(set(body) - fields):
        field = prefix + name
        raise Problem(400, "unknown_field", f"There is no field {field}.", field=field)


def _required(body: Mapping[str, Any], name: str, read: Reader, prefix: str = "") -> Any:
    field = prefix + name
    if body.get(name) is None:
        raise Problem(400, "required", f"{field} is required.", field=field)
    return read(body[name], field)


def _optional(body: Mapping[str, Any], name: str, read: Reader, otherwise: Any) -> Any:
    value = body.get(name)
    return otherwise if value is None or value == "" else read(value, name)


def _invalid(field: str, what: str) -> Problem:
    return Problem(400, "invalid", f"{field} must be {what}.", field=field)


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 200:
        raise _invalid(field, "text of 1 to 200 characters")
    return value


def _count(value: Any, field: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _invalid(field, "a whole number")
    return value


def _status(value: Any, field: str) -> str:
    if value not in STATUSES:
        raise _invalid(field, f"one of {', '.join(STATUSES)}")
    return str(value)


def _email(value: Any, field: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", _text(value, field)):
        raise _invalid(field, "an e-mail address")
    return str(value)


def _country(value: Any, field: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", _text(value, field)):
        raise _invalid(field, "a country code of two capitals, such as GR")
    return str(value)


def _mapping(value: Any, field: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _invalid(field, "an object")
    return value


def _list(value: Any, field: str) -> list[Any]:
    if not isinstance(value, list):
        raise _invalid(field, "a list")
    return value
