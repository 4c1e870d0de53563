"""The lines of a basket as a form: what each field says, and what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from bss.catalog.choices import Unit
from bss.orders.contracts import LineEdit
from bss.orders.models import BasketLine
from bss.orders.selectors import BasketItem
from storefront.forms.checkout import LineForm
from storefront.selectors.checkout import (
    Checkout,
    LineRow,
    payment_choices,
    rows_of,
    units_listed,
)

# Every line asks for it; its field is named by the line.
_QUANTITY = "-quantity"


@dataclass(frozen=True, slots=True)
class EditableRow:
    """A line with the form that changes it, and what is wrong with the line as a whole."""

    row: LineRow
    form: LineForm
    problems: Sequence[Any] = ()
    add_ons: Sequence[EditableRow] = ()


def posted(data: Mapping[str, Any], line_id: str) -> bool:
    """Whether a form says something about this line: another tab may have added it meanwhile."""
    return any(name.startswith(f"{line_id}-") for name in data)


def lost(data: Mapping[str, Any], lines: Iterable[BasketLine]) -> bool:
    """Whether a form says something about a line that is there no more: another window took it out."""
    asked = {name.removesuffix(_QUANTITY) for name in data if name.endswith(_QUANTITY)}
    return not asked <= {line.public_id for line in lines}


def line_form(
    item: BasketItem, units: Mapping[int, Sequence[tuple[str, Any]]], data: Any = None
) -> LineForm:
    return LineForm(
        data,
        line=item.line,
        units=units.get(item.line.product_id, ()),
        payments=payment_choices(item),
        plan=item.plan.code if item.plan else "",
    )


def editable_rows(
    checkout: Checkout,
    errors: Mapping[str, Sequence[Any]],
    data: Mapping[str, Any] | None,
) -> list[EditableRow]:
    """The basket's lines with their forms; `data` is what was typed, kept where it was refused."""
    units = units_listed(checkout)

    def editable(row: LineRow) -> EditableRow:
        line = row.line
        typed = data if data is not None and posted(data, line.public_id) else None
        form = line_form(row.item, units, typed)
        problems = list(errors.get(line.public_id, ()))
        if row.item.is_plan_lost and f"{line.public_id}.payment_plan" not in errors:
            problems.append(
                _("Its payment plan is not offered any more. Choose another one, or pay at once.")
            )
        for key, texts in errors.items():
            owner, _dot, name = key.partition(".")
            if owner != line.public_id or not name:
                continue
            if form.is_bound and name in form.fields:
                form.is_valid()
                for text in texts:
                    form.add_error(name, str(text))
            else:
                problems += texts
        return EditableRow(row, form, problems, [editable(add_on) for add_on in row.add_ons])

    return [editable(row) for row in rows_of(checkout)]


def typed_form(line: BasketLine, data: Mapping[str, Any]) -> LineForm:
    """What was typed about a line, in the fields its page had. Whether a term or plan is on offer is asked when it is
    saved, of a product's prices.
    """
    unit, plan = f"{line.public_id}-unit", f"{line.public_id}-payment_plan"
    return LineForm(
        data,
        line=line,
        units=Unit.choices if unit in data else (),
        payments=[("", ""), (data[plan], data[plan])] if plan in data else (),
    )


def edit_of(form: LineForm) -> LineEdit:
    given = form.cleaned_data
    return LineEdit(
        form.line.public_id,
        quantity=given.get("quantity"),
        unit=given.get("unit"),
        friendly_name=given.get("friendly_name"),
        plan=given.get("payment_plan"),
    )


def with_add_ons(edits: Sequence[tuple[BasketLine, LineEdit]]) -> list[LineEdit]:
    """An add-on is billed with its product: it follows when the product's term or plan changes."""
    parents = {line.pk: edit for line, edit in edits}

    def following(line: BasketLine, edit: LineEdit) -> LineEdit:
        parent = parents.get(line.parent_id or 0)
        return replace(edit, unit=parent.unit, plan=parent.plan) if parent else edit

    return [following(line, edit) for line, edit in edits]
