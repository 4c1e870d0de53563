"""Invoices and credit notes in the portal: lists, records, files, and what staff do with a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bss.accounts.permissions import Permission
from bss.billing import selectors, services
from bss.billing.access import access_credit_note, access_invoice
from bss.billing.choices import InvoiceState
from bss.billing.filters import CreditNoteFilter, InvoiceFilter
from bss.billing.models import CreditNote, Invoice
from bss.billing.tables import CreditNoteTable, InvoiceTable, credit_note_badge, invoice_badge
from bss.billing.views.files import lines_response, pdf_response
from bss.core.money import Money
from bss.ui import formats
from bss.ui.components import Attention, Badge, Button, Crumb, EmptyState, Fact, SavedView, Tab
from bss.ui.generic import DetailView, ListView, Screen


class InvoiceList(ListView):
    permission = Permission.BILLING_VIEW
    title = _("Invoices")
    table = InvoiceTable
    filterset = InvoiceFilter
    search = ("number", "payer__name", "payer__number", "order__number")
    search_label = _("Search invoices")
    export_name = "invoices"
    saved_views = (
        SavedView("open", _("Open"), {"state": "issued"}),
        SavedView("overdue", _("Overdue"), {"overdue": "yes"}),
        SavedView("drafts", _("Drafts"), {"state": "draft"}),
        SavedView("settled", _("Settled"), {"state": "settled"}),
    )
    empty = EmptyState(
        _("No invoices yet"),
        _("An executed order is billed at once, what recurs on the payer's billing day."),
        None,
        "document-text",
    )

    def queryset(self) -> QuerySet[Invoice]:
        return selectors.invoices_visible(self.actor)


class CreditNoteList(ListView):
    permission = Permission.BILLING_VIEW
    title = _("Credit notes")
    table = CreditNoteTable
    filterset = CreditNoteFilter
    search = ("number", "payer__name", "payer__number")
    search_label = _("Search credit notes")
    export_name = "credit-notes"
    empty = EmptyState(
        _("No credit notes yet"),
        _("One is written when seats are given back within their days."),
        None,
        "receipt-refund",
    )

    def queryset(self) -> QuerySet[CreditNote]:
        return selectors.credit_notes_visible(self.actor)


class DocumentDetail(DetailView):
    """What an invoice's and a credit note's page have in common."""

    permission = Permission.BILLING_VIEW
    tabs = (Tab("lines", _("Lines"), "billing/_document.html"),)
    object: Any

    def name(self) -> Any:
        return self.object.buyer.get("name") or self.object.payer.name

    def _money(self, amount: Any) -> Money:
        return Money(amount, self.object.currency)

    def tab_lines(self) -> Mapping[str, Any]:
        document = self.object
        lines = selectors.lines_of(document)
        return {
            "document": document,
            "lines": [
                (line, selectors.line_amounts(line, document.currency, self.actor))
                for line in lines
            ],
            "shows_cost": self.may(Permission.COST_VIEW),
            "shows_resale": any(line.resale is not None for line in lines),
            "totals": totals_shown(document),
            "notes": [tax["text"] for tax in document.taxes if tax["text"]],
            "subscription_url": "subscriptions:detail",
        }


class InvoiceDetail(DocumentDetail):
    slot = "invoice"
    object: Invoice

    def get_object(self) -> Invoice:
        return access_invoice(self.actor, self.kwargs["public_id"])

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Invoices"), reverse("billing:invoices"))]

    def number(self) -> str:
        return self.object.number or _t("Draft")

    def badge(self) -> Badge:
        return invoice_badge(self.object)

    def facts(self) -> Sequence[Fact]:
        invoice = self.object
        found = [
            Fact(_("Billed to"), invoice.payer.name, account_url(invoice.payer.public_id)),
            Fact(_("Total"), self._money(invoice.total)),
            Fact(_("Open"), self._money(invoice.open_amount)),
            Fact(_("Issued"), invoice.issued_on),
            Fact(_("Pay until"), invoice.due_on),
        ]
        if invoice.order is not None:
            url = reverse("orders:detail", args=[invoice.order.public_id])
            found.append(Fact(_("Order"), invoice.order.number, url))
            if invoice.order.purchase_order:
                found.append(Fact(_("Purchase order"), invoice.order.purchase_order))
        return found

    def primary_action(self) -> Button | None:
        if not self.object.number:
            return None
        return Button(
            _("Open PDF"),
            _url("billing:invoice-pdf", self.object),
            "document-arrow-down",
            "primary",
        )

    def attention(self) -> Sequence[Attention]:
        invoice = self.object
        if invoice.state != InvoiceState.DRAFT:
            return ()
        return [
            Attention(
                _("This invoice was held back"),
                selectors.why_held(invoice),
                code="INVOICE_HELD",
            )
        ]


class CreditNoteDetail(DocumentDetail):
    slot = "credit_note"
    object: CreditNote

    def get_object(self) -> CreditNote:
        return access_credit_note(self.actor, self.kwargs["public_id"])

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Credit notes"), reverse("billing:credit-notes"))]

    def badge(self) -> Badge:
        return credit_note_badge(self.object)

    def facts(self) -> Sequence[Fact]:
        note = self.object
        return [
            Fact(_("Billed to"), note.payer.name, account_url(note.payer.public_id)),
            Fact(_("Total"), self._money(note.total)),
            Fact(_("Not used"), self._money(note.open_amount)),
            Fact(_("Issued"), note.issued_on),
        ]

    def primary_action(self) -> Button:
        return Button(
            _("Open PDF"),
            _url("billing:credit-note-pdf", self.object),
            "document-arrow-down",
            "primary",
        )


class InvoiceFile(Screen):
    """The PDF of an invoice."""

    permission = Permission.BILLING_VIEW

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        return pdf_response(access_invoice(self.actor, public_id))


class InvoiceLines(Screen):
    """The lines of an invoice as CSV."""

    permission = Permission.BILLING_VIEW

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        return lines_response(access_invoice(self.actor, public_id))


class CreditNoteFile(Screen):
    """The PDF of a credit note."""

    permission = Permission.BILLING_VIEW

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        return pdf_response(access_credit_note(self.actor, public_id))


class CreditNoteLines(Screen):
    """The lines of a credit note as CSV."""

    permission = Permission.BILLING_VIEW

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        return lines_response(access_credit_note(self.actor, public_id))


class DraftScreen(Screen):
    """Something staff do with a draft."""

    permission = Permission.BILLING_EDIT
    http_method_names = ("post",)

    def draft(self) -> Invoice:
        return access_invoice(self.actor, self.kwargs["public_id"], Permission.BILLING_EDIT)


class InvoiceIssue(DraftScreen):
    """Issue a draft although a guard held it back."""

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        issued = services.invoice_issue(invoice=self.draft(), actor=self.actor)
        messages.success(request, _t("%(number)s is issued.") % {"number": issued.number})
        return HttpResponseRedirect(_url("billing:invoice", issued))


class InvoiceVoid(DraftScreen):
    """Take a draft away."""

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        services.invoice_void(invoice=self.draft(), actor=self.actor)
        messages.success(
            request, _t("The draft is void. The next billing run looks at its items again.")
        )
        return HttpResponseRedirect(f"{reverse('billing:invoices')}?view=drafts")


def account_url(public_id: str) -> str:
    return reverse("accounts:detail", args=[public_id])


def totals_shown(document: Invoice | CreditNote) -> list[tuple[Any, Money]]:
    """Net, each rate's tax, and the total, ready to print."""
    currency = document.currency
    found: list[tuple[Any, Money]] = [(_("Net"), Money(document.net, currency))]
    for tax in document.taxes:
        if tax["treatment"] == "standard":
            label = _t("Tax %(percent)s %%") % {"percent": formats.number(Decimal(tax["percent"]))}
            found.append((label, Money(Decimal(tax["tax"]), currency)))
    return [*found, (_("Total"), Money(document.total, currency))]


def _url(name: str, document: Invoice | CreditNote) -> str:
    return reverse(name, args=[document.public_id])
