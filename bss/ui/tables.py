"""Table declarations: a list screen's columns, once, for the screen, for sorting and for the CSV export.

    class AccountTable(Table):
        number = Column("number", _("Number"), sortable=True, link=True)
        name = Column("name", _("Name"), sortable=True)
        balance = Column("balance", _("Balance"), kind="amount", currency="currency", total=True)
        state = Column("state", _("State"), kind="badge")

        def row_url(self, row): return reverse("portal:account", args=[row.public_id])

Every accessor reads what the queryset already fetched ("customer__name" needs select_related("customer")).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar, Literal

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from bss.core.money import Money
from bss.ui import formats
from bss.ui.components import Badge, Button, Tone, badge_of
from bss.ui.rendering import CellKind, shown
from bss.ui.slots import buttons, key_of

_END_ALIGNED = {"amount", "number"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `accessor` is a path over attributes, keys and methods ("customer__name") or a callable of the row. `sortable`
    is True when the accessor is also the ORM path, or the ORM path itself. `render` gives the cell (text or safe
    HTML); `template` is rendered with `row` and `value`; otherwise `kind` says how the value is shown.
    `currency` names the accessor of an amount's currency where the value is a plain Decimal.
    """

    accessor: str | Callable[[Any], Any]
    label: Any
    sortable: bool | str = False
    kind: CellKind = "text"
    link: bool = False
    align: Literal["start", "end", "center"] | None = None
    hidden_by_default: bool = False
    render: Callable[[Any], Any] | None = None
    template: str = ""
    export: Callable[[Any], Any] | None = None
    currency: str = ""
    total: bool = False
    tone: Callable[[Any], Tone] | None = None
    key: str = ""
    title: Any = ""

    def __set_name__(self, owner: type, name: str) -> None:
        if not self.key:
            object.__setattr__(self, "key", name)

    @property
    def order(self) -> str:
        """The ORM path to sort by, or "" when this column does not sort."""
        if isinstance(self.sortable, str):
            return self.sortable
        return self.accessor if self.sortable and isinstance(self.accessor, str) else ""

    @property
    def side(self) -> str:
        return self.align or ("end" if self.kind in _END_ALIGNED else "start")

    def value(self, row: Any) -> Any:
        """The raw value of this column in `row`: text, a number, Money, an instant, a Badge or None."""
        value = self.accessor(row) if callable(self.accessor) else resolve(row, self.accessor)
        if self.kind == "amount" and self.currency and value is not None:
            return Money(Decimal(value), resolve(row, self.currency))
        if self.kind == "badge" and not isinstance(value, Badge):
            return self._badge(row, value)
        return value

    def exported(self, row: Any) -> Any:
        """The value for a file: numbers and instants canonical, never formatted for a locale."""
        if self.export is not None:
            return self.export(row)
        value = self.value(row)
        if isinstance(value, Money):
            return value.rounded().amount
        return value.label if isinstance(value, Badge) else value

    def _badge(self, row: Any, value: Any) -> Badge | None:
        if value in {None, ""}:
            return None
        label = getattr(value, "label", "")
        if not label and isinstance(self.accessor, str) and "__" not in self.accessor:
            labels = _labels(row._meta.model, self.accessor) if isinstance(row, Model) else {}
            label = labels.get(value, value) if labels else ""
        return badge_of(value, label, self.tone(row) if self.tone else "")


@dataclass(frozen=True, slots=True)
class Row:
    """A rendered row: `key` is what its checkbox posts, `cells` its `<td>`s one after the other."""

    key: str
    label: str
    url: str
    cells: SafeString
    actions: Sequence[Button]
    tone: str = ""

    @property
    def tick_label(self) -> SafeString:
        """What a screen reader calls the row's checkbox."""
        return mark_safe(_("Select %(name)s") % {"name": conditional_escape(self.label)})


@dataclass(frozen=True, slots=True)
class Head:
    """A rendered column head: `order` is what a click sorts by, `direction` how it is sorted now."""

    column: Column
    order: str
    direction: Literal["ascending", "descending", ""]


class Table:
    """Subclass, declare columns as attributes, and say where a row leads."""

    columns: ClassVar[dict[str, Column]] = {}
    default_order: ClassVar[str] = "-pk"
    caption: ClassVar[Any] = ""
    # A slot of actions for the row's menu; their conditions must not query.
    actions_slot: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        inherited = dict(cls.columns)
        own = {k: v for k, v in vars(cls).items() if isinstance(v, Column)}
        cls.columns = {**inherited, **own}

    def __init__(self, request: HttpRequest, visible: Sequence[str] | None = None) -> None:
        self.request = request
        chosen = [key for key in visible or () if key in self.columns]
        self.visible = [
            column
            for key, column in self.columns.items()
            if (key in chosen if chosen else not column.hidden_by_default)
        ]

    def row_url(self, row: Any) -> str:
        """Where a row leads; "" for nowhere."""
        return ""

    def row_tone(self, row: Any) -> Tone | str:
        """Marks a row that asks for attention: "warning" or "danger"."""
        return ""

    def row_label(self, row: Any) -> str:
        """What a screen reader calls the row's checkbox and menu."""
        return str(row)

    def row_actions(self, row: Any) -> Sequence[Button]:
        """The row's menu."""
        return buttons(self.actions_slot, self.request, row) if self.actions_slot else ()

    def orders(self) -> dict[str, str]:
        """Column key to the ORM path it sorts by."""
        return {key: column.order for key, column in self.columns.items() if column.order}

    def order_by(self, asked: str) -> str:
        """The ORM order for a query's `sort` ("-name"); the default for anything unknown."""
        path = self.orders().get(asked.removeprefix("-"), "")
        return ("-" if asked.startswith("-") else "") + path if path else self.default_order

    def heads(self, asked: str) -> list[Head]:
        return [self._head(column, asked) for column in self.visible]

    def rows(self, found: Sequence[Any]) -> Iterator[Row]:
        """Each row, its cells joined here: fifty rows of cells through the nodes of a template took as long as
        the rest of the page.
        """
        columns = [(column, _cell_start(column)) for column in self.visible]
        for row in found:
            url = self.row_url(row)
            cells = "".join(
                f"{start}{_escaped(self.cell(column, row, url))}</td>" for column, start in columns
            )
            actions, tone = self.row_actions(row), self.row_tone(row)
            yield Row(key_of(row), self.row_label(row), url, mark_safe(cells), actions, tone)

    def plain(self, found: Sequence[Any]) -> dict[str, Any]:
        """What ui/_table.html needs for a table inside another page: these rows, without sorting or choosing."""
        rows = list(self.rows(found))
        heads = [(Head(column, "", ""), "") for column in self.visible]
        menus = any(row.actions for row in rows)
        return {"table": self, "heads": heads, "rows": rows, "menus": menus}

    def totals(self, found: Sequence[Any]) -> list[Sequence[Any]] | None:
        """One entry per visible column: sums by currency of what is shown; None when nothing is totalled."""
        if not any(column.total for column in self.visible):
            return None
        return [_sums(column, found) if column.total else () for column in self.visible]

    def cell(self, column: Column, row: Any, url: str = "") -> Any:
        html = self._cell(column, row)
        if column.link and url:
            return format_html('<a class="row-link" href="{}">{}</a>', url, html)
        return html

    def _cell(self, column: Column, row: Any) -> Any:
        if column.render is not None:
            return column.render(row)
        value = column.value(row)
        if column.template:
            context = {"row": row, "value": value}
            return render_to_string(column.template, context, request=self.request)
        return shown(value, column.kind)

    def _head(self, column: Column, asked: str) -> Head:
        if not column.order:
            return Head(column, "", "")
        if asked.removeprefix("-") != column.key:
            return Head(column, column.key, "")
        descending = asked.startswith("-")
        flipped = column.key if descending else f"-{column.key}"
        return Head(column, flipped, "descending" if descending else "ascending")


def resolve(row: Any, path: str) -> Any:
    """The value at `a__b__c` over attributes, keys and methods without arguments; None on a missing link."""
    value = row
    for part in path.split("__"):
        if value is None:
            return None
        value = value.get(part) if isinstance(value, dict) else getattr(value, part, None)
        if callable(value):
            value = value()
    return value


@cache
def _labels(model: type[Model], name: str) -> dict[Any, Any]:
    """The words of a field's choices, still to be translated; none for what is no field. Django's `get_FOO_display`
    makes this anew for every row.
    """
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return {}
    return dict(field.flatchoices or ())


def _cell_start(column: Column) -> SafeString:
    lead = " lead" if column.link else ""
    whole = " nowrap" if column.kind == "whole" else ""
    return format_html(
        '<td role="cell" class="{}{}{}" data-label="{}">', column.side, lead, whole, column.label
    )


def _escaped(value: Any) -> SafeString:
    """What a template would print for `value`."""
    return conditional_escape(value if isinstance(value, str) else localize(value))


def _sums(column: Column, found: Sequence[Any]) -> Sequence[Any]:
    values = [value for row in found if (value := column.value(row)) is not None]
    money: dict[str, Money] = {}
    for value in values:
        if isinstance(value, Money):
            before = money.get(value.currency, Money.zero(value.currency))
            money[value.currency] = before + value
    if money:
        return [formats.amount_html(sum_) for sum_ in money.values()]
    return [formats.number(sum(values))] if values else []
