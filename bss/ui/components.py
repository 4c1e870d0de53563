"""What a screen is made of, as values: the declarations views and slots hand to templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _

Tone = Literal["neutral", "progress", "info", "success", "warning", "danger"]
Kind = Literal["primary", "normal", "danger", "quiet"]


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in a word. The tone also picks a shape, so that the badge reads without colour."""

    label: Any
    tone: Tone = "neutral"
    title: Any = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One key fact under a record's title. `value` is text, a number, Money, an aware instant or a date."""

    label: Any
    value: Any
    url: str = ""


@dataclass(frozen=True, slots=True)
class Confirm:
    """What a dialog asks before a consequence: it names the thing and what will happen to it."""

    title: Any
    text: Any = ""
    button: Any = ""
    # Typed into a field before the button works; for what cannot be undone.
    phrase: str = ""
    # What the button says that does nothing; "Keep as it is" unless told.
    leave: Any = ""


@dataclass(frozen=True, slots=True)
class Button:
    """A link or a posting button, resolved for one subject and one actor."""

    label: Any
    url: str
    icon: str = ""
    kind: Kind = "normal"
    method: Literal["get", "post"] = "get"
    confirm: Confirm | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def dialog_id(self) -> str:
        """The id of the confirming dialog: stable, so that a reload keeps it."""
        name = f"{force_str(self.label)}-{self.url}"
        return "confirm-" + "".join(c if c.isalnum() and c.isascii() else "-" for c in name.lower())


@dataclass(frozen=True, slots=True)
class Attention:
    """What needs attention: the cause in plain words, and the button that mends it."""

    title: Any
    text: Any = ""
    tone: Tone = "warning"
    button: Button | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class EmptyState:
    """What this list is for, and how to get the first row."""

    title: Any
    text: Any = ""
    action: Button | None = None
    icon: str = "inbox"


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a record: a template, or a link to a page of its own when `url` is given."""

    key: str
    label: Any
    template: str = ""
    count: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A named set of filters, shown as a tab over a list. `params` is the query it stands for."""

    key: str
    label: Any
    params: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True)
class Crumb:
    label: Any
    url: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a walk: `state` is done, current, todo or failed."""

    label: Any
    state: Literal["done", "current", "todo", "failed"] = "todo"
    url: str = ""
    hint: Any = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Long work: how much is done of how much; `rate` is items a second, `failed` a part of `done`."""

    done: int
    total: int | None
    label: Any = ""
    rate: float | None = None
    failed: int = 0
    state: Literal["waiting", "running", "done", "failed", "cancelled"] = "running"

    @property
    def percent(self) -> int | None:
        return None if not self.total else min(100, self.done * 100 // self.total)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a log: an aware instant, a level and text."""

    at: Any
    text: Any
    level: Literal["info", "warning", "error", "success"] = "info"


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of a dashboard with its trend; `change` is a signed text such as "+12 %"."""

    label: Any
    value: Any
    change: Any = ""
    tone: Tone = "neutral"
    url: str = ""
    series: Sequence[float] = ()
    hint: Any = ""


@dataclass(frozen=True, slots=True)
class PlanColumn:
    """One column of the comparison of plans. A feature is a pair: included (True, False or "soon"), and its text."""

    name: Any
    price: Any
    period: Any = ""
    text: Any = ""
    current: bool = False
    featured: bool = False
    features: Sequence[tuple[Any, Any]] = ()
    changes: Sequence[Any] = ()
    button: Button | None = None
    badge: Badge | None = None


@dataclass(frozen=True, slots=True)
class Fieldset:
    """A group of a form's fields under one legend."""

    legend: Any
    fields: Sequence[str]
    text: Any = ""


# The words of DESIGN's lives that every entity shares; anything else is neutral until declared.
TONES: dict[str, Tone] = {
    "active": "success", "delivered": "success", "executed": "success", "succeeded": "success",
    "completed": "success", "settled": "success", "synchronized": "success", "paid": "success",
    "enabled": "success", "live": "success", "done": "success", "issued": "info", "placed": "info",
    "open": "info", "approved": "success", "sent": "success", "ready": "progress",
    "pending": "progress", "queued": "progress", "calling": "progress", "provisioning": "progress",
    "executing": "progress", "in_progress": "progress", "running": "progress", "waiting": "progress",
    "submitted": "progress", "verifying": "progress", "creating": "progress", "scheduled": "info",
    "pending_approval": "warning", "needs_input": "warning", "suspended": "warning",
    "pending_cancel": "warning", "partly_executed": "warning", "unknown": "warning",
    "overdue": "danger", "failed": "danger", "rejected": "danger", "dead": "danger",
    "draft": "neutral", "cancelled": "neutral", "expired": "neutral", "abandoned": "neutral",
    "inactive": "neutral", "void": "neutral", "not_synchronized": "neutral",
}  # fmt: skip


def badge_of(state: Any, label: Any = "", tone: str = "") -> Badge:
    """A Badge from a Badge, a TextChoices member or a plain state string."""
    if isinstance(state, Badge):
        return state
    value = str(getattr(state, "value", state) or "")
    # In words at once: what is translated when used is translated each time somebody asks whether it is empty.
    words = str(label) or str(getattr(state, "label", "")) or humanised(value)
    return Badge(words or _("None"), tone or TONES.get(value.lower(), "neutral"))  # type: ignore[arg-type]


def humanised(code: str) -> str:
    """A code in words: "needs_input" is "Needs input"."""
    words = code.replace("_", " ")
    return words[:1].upper() + words[1:]
