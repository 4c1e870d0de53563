"""The PDF of an issued document: made from its frozen columns when it is first opened, then kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_interval
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from bss.accounts.countries import country_name
from bss.billing.errors import NotIssued
from bss.billing.models import (
    CreditNote,
    CreditNoteLine,
    Invoice,
    InvoiceLine,
    PrintedDocument,
)
from bss.billing.rendering.paper import Paper, PaperHeads, PaperLine
from bss.ui import formats

Printable = Invoice | CreditNote
Line = InvoiceLine | CreditNoteLine


def printed(document: Printable) -> bytes:
    """The PDF of an issued invoice or credit note, the same bytes each time. Raises NotIssued for a draft."""
    column = "invoice" if isinstance(document, Invoice) else "credit_note"
    kept = PrintedDocument.everywhere.filter(**{column: document}).first()
    if kept is None:
        content = _drawn(paper_of(document), _issued_at(document))
        kept = PrintedDocument(
            organization_id=document.organization_id, scope=document.scope, content=content,
            **{column: document},
        )  # fmt: skip
        try:
            with transaction.atomic():
                kept.save(force_insert=True)
        except IntegrityError:
            # Somebody else opened it for the first time at the same moment.
            kept = PrintedDocument.everywhere.get(**{column: document})
    return bytes(kept.content)


def _drawn(paper: Paper, created_at: datetime) -> bytes:
    # The one module that draws takes half a second and 30 MB to import, which every process of the product would pay.
    from bss.billing.rendering.pdf import pdf_of  # noqa: PLC0415

    return pdf_of(paper, created_at=created_at)


def paper_of(document: Printable) -> Paper:
    """An issued document in words, in its buyer's language. Reads its lines; raises NotIssued for a draft."""
    with translation.override(document.buyer["language"]):
        return Paper(
            title=_title(document),
            seller=list(_party(document.seller)),
            buyer=list(_party(document.buyer)),
            facts=_facts(document),
            heads=PaperHeads(_("Item"), _("Period"), _("Quantity"), _("Unit price"), _("Net")),
            lines=[_line(document, line) for line in document.lines.all()],
            totals=_totals(document),
            notes=_notes(document),
            page=_("Page %(number)d"),
        )


def _title(document: Printable) -> str:
    words = (
        _("Invoice %(number)s") if isinstance(document, Invoice) else _("Credit note %(number)s")
    )
    return words % {"number": document.number}


def _issued_at(document: Printable) -> datetime:
    if document.issued_at is None:
        raise NotIssued
    return document.issued_at


def _party(party: dict[str, str]) -> Iterator[str]:
    """A side of the document, line by line: name, address, tax number."""
    yield party["name"]
    place = " ".join(part for part in (party.get("postcode"), party.get("city")) if part)
    for line in (party.get("address_1"), party.get("address_2"), place, party.get("region")):
        if line:
            yield line
    yield str(country_name(party["country"]))
    if party.get("vat_id"):
        yield _("VAT id %(number)s") % {"number": party["vat_id"]}
    if party.get("email"):
        yield party["email"]


def _facts(document: Printable) -> Sequence[tuple[str, str]]:
    found = [
        (_("Number"), document.number),
        (_("Date"), _day(document.issued_on)),
        (_("Customer number"), document.buyer["number"]),
    ]
    if isinstance(document, Invoice):
        found.append((_("Pay until"), _day(document.due_on)))
        if document.order is not None:
            found.append((_("Order"), document.order.number))
            if document.order.purchase_order:
                found.append((_("Your number"), document.order.purchase_order))
    return found


def _line(document: Printable, line: Line) -> PaperLine:
    zone = ZoneInfo(document.seller["time_zone"])
    return PaperLine(
        text=line.text,
        detail=line.detail,
        period=_period(line, zone),
        quantity=formats.number(line.quantity),
        unit_price=formats.amount(Decimal(line.unit_price).normalize(), document.currency),
        net=formats.amount(line.net, document.currency),
        per=line.per,
    )


def _period(line: Line, zone: ZoneInfo) -> str:
    if line.starts_at is None:
        return ""
    first = line.starts_at.astimezone(zone).date()
    last = line.ends_at.astimezone(zone).date() if line.ends_at else first
    # The month in letters: 10/01 is in January for some readers of a language and in October for others.
    return str(format_interval(first, last, "yMMMd", locale=formats.current_locale()))


def _totals(document: Printable) -> Sequence[tuple[str, str]]:
    currency = document.currency
    found = [(_("Net"), formats.amount(document.net, currency))]
    for tax in document.taxes:
        label = _("Tax %(percent)s %% on %(net)s") % {
            "percent": formats.number(Decimal(tax["percent"])),
            "net": formats.amount(Decimal(tax["net"]), currency),
        }
        found.append((label, formats.amount(Decimal(tax["tax"]), currency)))
    last = _("Total to pay") if isinstance(document, Invoice) else _("Total given back")
    return [*found, (last, formats.amount(document.total, currency))]


def _notes(document: Printable) -> Sequence[str]:
    """How to pay it, then the words the law asks for, each once."""
    law = list(dict.fromkeys(tax["text"] for tax in document.taxes if tax["text"]))
    bank = document.seller.get("bank_details", "")
    if not bank or not isinstance(document, Invoice):
        return law
    asked = _("Please give the number %(number)s when you pay by transfer.")
    return ["\n".join([bank, asked % {"number": document.number}]), *law]


def _day(day: date | None) -> str:
    return (
        "" if day is None else str(format_date(day, format="long", locale=formats.current_locale()))
    )
