"""Asking service managers before something is bought, and acting on the one verdict they merge to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from bss.core.errors import Invalid
from bss.orders.contracts import Refuse, Verdict


def outside_transactions() -> None:
    """Raises RuntimeError inside a transaction: a service manager may take seconds, a transaction must not."""
    blocks: Sequence[Any] = connection.atomic_blocks
    if blocks and not getattr(blocks[-1], "_from_testcase", False):
        raise RuntimeError("service managers are asked outside transactions")


def refuse_when_refused(verdict: Verdict) -> None:
    """Raises Invalid for a Refuse, its errors keyed "<line>.<field>", "<line>" or ""."""
    if not isinstance(verdict, Refuse):
        return
    errors = {
        f"{line}.{field}" if line and field else line or field: list(texts)
        for (line, field), texts in verdict.errors.items()
    }
    raise Invalid(errors=errors or {"": [_("This cannot be ordered now.")]}, code="REFUSED")
