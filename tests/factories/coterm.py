"""A service manager whose customers have a day on which everything of theirs ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bss.orders.contracts import Proceed, Reprice
from bss.pricing.contracts import QuotedPrice


@dataclass
class Ending:
    """At checkout it says that each product's first term ends at `ends_at` (None: nothing), its price staying."""

    ends_at: datetime | None
    is_prorated: bool = True
    quoted: Mapping[str, Any] | None = None
    notes: str = ""

    def fields(self, subject: Any) -> Sequence[Any]:
        return ()

    def review(self, subject: Any, step: str) -> Proceed | Reprice:
        if self.ends_at is None:
            return Proceed()
        return Reprice(
            "All of it ends together.",
            f"until:{self.ends_at}",
            self.known(subject),
            self.notes,
        )

    def known(self, subject: Any) -> list[QuotedPrice]:
        """What is known before anybody is asked is the same."""
        if self.ends_at is None:
            return []
        return [self._quote(line) for line in subject.lines if line.kind == "new"]

    def _quote(self, line: Any) -> QuotedPrice:
        values = {"amount": None, "mark": "list", **(self.quoted or {})}
        return QuotedPrice(
            line.product_id, line.unit, "EUR", line=line.key, ends_at=self.ends_at,
            is_prorated=self.is_prorated, **values,
        )  # fmt: skip
