"""Doing one thing to many rows: declared on a list, confirmed once, reported with the losers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bss.core.actor import Actor
from bss.ui.components import Kind

# More than this many rows at once is a job of its own, not a request.
BULK_LIMIT = 5000


@dataclass(frozen=True, slots=True)
class BulkResult:
    """How many rows it was done to, and (label, why not) of those it was not."""

    done: int
    refused: Sequence[tuple[str, Any]] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class BulkAction:
    """`run(rows, actor)` gets a queryset of the chosen rows, within scope, and answers a BulkResult.

    `confirm(count)` gives the question to ask first; None runs at once.
    """

    key: str
    label: Any
    run: Callable[[QuerySet[Any], Actor], BulkResult]
    icon: str = ""
    permission: str = ""
    kind: Kind = "normal"
    confirm: Callable[[int], Any] | None = None


def report(request: HttpRequest, action: BulkAction, result: BulkResult) -> None:
    """Tell what happened as messages: one for the done, one naming up to five refused."""
    if result.done:
        done = ngettext("%(label)s: %(n)d row done.", "%(label)s: %(n)d rows done.", result.done)
        messages.success(request, done % {"label": action.label, "n": result.done})
    if result.refused:
        named = "; ".join(f"{label}: {why}" for label, why in result.refused[:5])
        more = len(result.refused) - 5
        text = named if more <= 0 else _("%(named)s; and %(n)d more") % {"named": named, "n": more}
        messages.warning(request, text)
