"""Filters as chips: what is set, in words, each with the link that takes it away."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField, CheckboxSelectMultiple, SelectMultiple
from django.http import QueryDict
from django.utils.encoding import force_str
from django_filters import FilterSet

# A longer list of choices scrolls in a box of its own.
TICKABLE = 12


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is set: "State: Active", and the query without it."""

    label: Any
    value: str
    remove_url: str


def fields(bound: FilterSet | None) -> list[BoundField]:
    """The filter form's fields, in the order of their declaration; a short list of choices as boxes to tick."""
    if bound is None:
        return []
    for field in bound.form.fields.values():
        if isinstance(field.widget, SelectMultiple) and len(field.choices) <= TICKABLE:
            field.widget = CheckboxSelectMultiple(choices=field.choices)
    return list(bound.form)


def chips(params: QueryDict, bound: FilterSet | None, reserved: Container[str] = ()) -> list[Chip]:
    """A chip per filter with a value."""
    found = []
    for field in fields(bound):
        names = [name for name in params if _belongs(name, field.html_name)]
        text = _shown(field, params, names)
        if text:
            found.append(Chip(field.label, text, _without(params, names)))
    return found


def _belongs(name: str, field: str) -> bool:
    # A range filter posts name_min and name_max (or _after and _before).
    return name == field or name in {
        f"{field}_{s}" for s in ("min", "max", "after", "before", "0", "1")
    }


def _shown(field: BoundField, params: QueryDict, names: list[str]) -> str:
    values = [value for name in names for value in params.getlist(name) if value]
    if not values:
        return ""
    choices = {force_str(k): force_str(v) for k, v in _flat(getattr(field.field, "choices", ()))}
    return ", ".join(choices.get(value, value) for value in values)


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    pairs: list[tuple[Any, Any]] = []
    for value, label in choices:
        pairs.extend(label if isinstance(label, list | tuple) else [(value, label)])
    return pairs


def _without(params: QueryDict, names: list[str]) -> str:
    kept = params.copy()
    for name in [*names, "after"]:
        kept.pop(name, None)
    # A saved view would put its own filter back: taking one away leaves the view.
    kept.pop("view", None)
    return f"?{kept.urlencode()}"
