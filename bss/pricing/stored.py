"""Previews as JSON, as they are kept with what they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bss.core.money import Money
from bss.pricing.contracts import Preview, PreviewDocument, PreviewLine, Track


def to_json(preview: Preview) -> dict[str, Any]:
    """A preview as it is kept with its order: amounts as text, days and instants in ISO 8601."""
    return {
        "currency": preview.currency,
        "documents": [_document_json(document) for document in preview.documents],
    }


def from_json(data: Mapping[str, Any]) -> Preview:
    """What `to_json` wrote. Raises KeyError or ValueError for anything else."""
    currency = data["currency"]
    return Preview(currency, tuple(_document_from(each, currency) for each in data["documents"]))


def _document_json(document: PreviewDocument) -> dict[str, Any]:
    return {
        "bills_on": document.bills_on.isoformat(),
        "is_at_once": document.is_at_once,
        "is_credit_note": document.is_credit_note,
        "net": str(document.net.amount),
        "tax": None if document.tax is None else str(document.tax.amount),
        "total": str(document.total.amount),
        "is_shared": document.is_shared,
        "lines": [_line_json(line) for line in document.lines],
    }


def _line_json(line: PreviewLine) -> dict[str, Any]:
    return {
        "text": line.text,
        "quantity": line.quantity,
        "net": str(line.net.amount),
        "due_at": line.due_at.isoformat(),
        "ends_at": line.ends_at.isoformat(),
        "number": line.number,
        "count": line.count,
        "starts_at": line.starts_at.isoformat() if line.starts_at else None,
    }


def _document_from(data: Mapping[str, Any], currency: str) -> PreviewDocument:
    return PreviewDocument(
        bills_on=date.fromisoformat(data["bills_on"]),
        is_at_once=data["is_at_once"],
        is_credit_note=data["is_credit_note"],
        net=_money(data["net"], currency),
        tax=None if data["tax"] is None else _money(data["tax"], currency),
        total=_money(data["total"], currency),
        lines=tuple(_line_from(each, currency) for each in data["lines"]),
        is_shared=data.get("is_shared", False),
    )


def _line_from(data: Mapping[str, Any], currency: str) -> PreviewLine:
    # Previews stored before this was told have none.
    starts_at = data.get("starts_at")
    return PreviewLine(
        text=data["text"],
        quantity=data["quantity"],
        net=_money(data["net"], currency),
        due_at=datetime.fromisoformat(data["due_at"]),
        ends_at=datetime.fromisoformat(data["ends_at"]),
        number=data["number"],
        count=data["count"],
        starts_at=datetime.fromisoformat(starts_at) if starts_at else None,
    )


def _money(text: str, currency: str) -> Money:
    return Money(Decimal(text), currency)


def to_stored(previews: Mapping[Track, Preview]) -> dict[str, Any]:
    """The previews of an action in each track that somebody may look at, as `Order.preview` keeps them."""
    return {track: to_json(preview) for track, preview in previews.items()}


def from_stored(data: Mapping[str, Any], track: Track) -> Preview | None:
    """What was shown in a track; None for an order without a preview."""
    return replace(from_json(data[track]), track=track) if track in data else None
