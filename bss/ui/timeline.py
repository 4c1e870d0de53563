"""A record's timeline: the kernel's history in words, and what apps add to it.

    timeline.describe("order.placed", _("Order placed"), kind="order")

names an action; one that nobody named reads as its own words ("order.line_retried": "Order line retried").

    timeline.describe("payment.allocated", _("Used for %(what)s"), what=timeline.changed_field)

also says of what: `what` takes an entry's changes (field to [old, new]) and gives the word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bss.core.history import timeline_for
from bss.core.models import HistoryEntry
from bss.ui import slots
from bss.ui.components import Tone

LIMIT = 50

KINDS: dict[str, tuple[Any, str]] = {
    "order": (_("Orders"), "shopping-bag"),
    "provisioning": (_("Provisioning"), "server-stack"),
    "exchange": (_("Vendor exchanges"), "arrows-right-left"),
    "mail": (_("E-mails"), "envelope"),
    "staff": (_("Staff"), "user"),
    "system": (_("System"), "cog-6-tooth"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `kind` is one of KINDS; `changes` maps a field to (old, new)."""

    at: datetime
    actor: str
    title: Any
    detail: Any = ""
    kind: str = "system"
    tone: Tone = "neutral"
    url: str = ""
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def icon(self) -> str:
        return KINDS.get(self.kind, KINDS["system"])[1]


@dataclass(frozen=True, slots=True)
class TimelineSource:
    """Further entries for a subject (slot `<subject>.timeline`): e-mails, vendor exchanges, its orders."""

    find: Callable[[HttpRequest, Any], Iterable[Entry]]
    permission: str = ""
    order: int = 100


What = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Words:
    """How an action reads; `what` gives what `%(what)s` in its title stands for."""

    title: Any
    kind: str = ""
    tone: Tone = "neutral"
    what: What | None = None

    def told(self, changes: Mapping[str, Any]) -> Any:
        """The title for an entry with these changes."""
        return self.title if self.what is None else self.title % {"what": self.what(changes)}


_words: dict[str, Words] = {}


def describe(
    action: str, title: Any, *, kind: str = "", tone: Tone = "neutral", what: What | None = None
) -> None:
    """Name a history action. `kind` defaults to staff or system by who acted."""
    _words[action] = Words(title, kind, tone, what)


def changed_field(changes: Mapping[str, Any]) -> str:
    """The only field that changed: what is put into an invoice is told as the change of its number."""
    return next(iter(changes), "")


def entry_of(row: HistoryEntry) -> Entry:
    """A history row in words."""
    words = _words.get(row.action) or Words(_humanised(row.action))
    return Entry(
        at=row.at,
        actor=row.actor_label,
        title=words.told(row.changes),
        detail=row.reason,
        kind=words.kind or ("staff" if row.actor_id else "system"),
        tone=words.tone,
        changes={
            _first_upper(name.replace("_", " ")): (pair[0], pair[1])
            for name, pair in row.changes.items()
            if isinstance(pair, list) and len(pair) == 2
        },
    )


def timeline(
    request: HttpRequest,
    slot: str,
    subject: Model,
    *,
    related: Sequence[Model] = (),
    kind: str = "",
) -> list[Entry]:
    """The newest entries of a subject, of records told with it, and of the slot's sources; one kind or all."""
    entries = [entry_of(row) for row in timeline_for(subject, *related)[:LIMIT]]
    for source in slots.items(f"{slot}.timeline", slots.actor_of(request), TimelineSource):
        entries.extend(source.find(request, subject))
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return [entry for entry in entries if not kind or entry.kind == kind][:LIMIT]


def _first_upper(words: str) -> str:
    """The rest stays as it is: a document's number is written in capitals."""
    return words[:1].upper() + words[1:]


def _humanised(action: str) -> str:
    return action.replace(".", " ").replace("_", " ").capitalize()
