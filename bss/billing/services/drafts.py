"""Drafts: what a guard held back, until staff issue it all the same or take it away."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from bss.billing.choices import InstallmentState, InvoiceState, NumberKind
from bss.billing.errors import DraftOutdated, DraftTaxChanged
from bss.billing.locks import invoice_locked
from bss.billing.models import Installment, Invoice, InvoiceLine
from bss.billing.services.issuing import ROWS, Redrawn, due_on, redrawn
from bss.billing.services.numbering import numbers_take
from bss.billing.states import INSTALLMENT, INVOICE
from bss.core import clock
from bss.core.actor import Actor
from bss.core.money import Money
from bss.ui.formats import amount

# What of a line depends on the day and on its buyer: its words, and how it is taxed.
_REDRAWN = ("text", "detail", "tax_class", "tax_percent")


def invoice_issue(*, invoice: Invoice, actor: Actor) -> Invoice:
    """Issue a draft with the next number, today's date and rates, and both parties as they are. Issued already is fine.

    Raises DraftOutdated when what it charges for has changed since, DraftTaxChanged when its tax comes to something
    else today than staff saw, RateMissing, IllegalTransition when it is void.
    """
    with transaction.atomic():
        held = invoice_locked(invoice.pk)
        if held.state == InvoiceState.ISSUED:
            return held
        lines = InvoiceLine.objects.filter(invoice=held)
        items = Installment.everywhere.filter(pk__in=lines.values("installment_id"))
        # Held in the order of the billing run: its numbers last.
        due = list(items.select_for_update(of=("self",), no_key=True).order_by("pk"))
        if any(item.state != InstallmentState.SCHEDULED for item in due):
            raise DraftOutdated
        day = clock.today(held.organization.time_zone)
        today = redrawn(draft=held, installments=[item.pk for item in due], on=day)
        _check_tax(held, today)
        number = next(
            numbers_take(
                organization_id=held.organization_id,
                kind=NumberKind.INVOICE,
                year=day.year,
                count=1,
            )
        )
        changes = {
            "number": number,
            "issued_at": clock.now(),
            "issued_on": day,
            "due_on": due_on(held.payer, day),
            **today.columns,
        }
        INVOICE.fire(held, "issue", actor=actor, changes=changes)
        _redraw_lines(lines, today)
        INSTALLMENT.fire_many(items, "invoice", actor=actor)
    return held


def invoice_void(*, invoice: Invoice, actor: Actor, reason: str = "") -> Invoice:
    """Take a draft away: what it would have charged stays due, and the next billing run looks at it again.

    Void already is fine. Raises IllegalTransition for an invoice that was issued: a credit note corrects it.
    """
    with transaction.atomic():
        held = invoice_locked(invoice.pk)
        if held.state == InvoiceState.VOID:
            return held
        INVOICE.fire(held, "void", actor=actor, reason=reason)
        InvoiceLine.objects.filter(invoice=held).delete()
    return held


def _check_tax(draft: Invoice, today: Redrawn) -> None:
    if today.columns["tax"] == draft.tax:
        return
    told = {
        "then": amount(Money(draft.tax, draft.currency)),
        "now": amount(Money(today.columns["tax"], draft.currency)),
    }
    raise DraftTaxChanged(DraftTaxChanged.message % told)


def _redraw_lines(lines: QuerySet[InvoiceLine], today: Redrawn) -> None:
    rows = list(lines)
    for row in rows:
        for column in _REDRAWN:
            setattr(row, column, today.lines[row.installment_id][column])
    InvoiceLine.objects.bulk_update(rows, _REDRAWN, batch_size=ROWS)
