"""What somebody was invoiced: invoices and credit notes of whoever pays, as pages and as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.permissions import Permission
from bss.billing import selectors
from bss.billing.access import access_credit_note, access_invoice
from bss.billing.choices import InvoiceState
from bss.billing.models import CreditNote, Invoice
from bss.billing.tables import credit_note_badge, invoice_badge
from bss.billing.views.documents import totals_shown
from bss.billing.views.files import lines_response, pdf_response
from bss.core.errors import NotFound
from bss.core.money import Money
from bss.ui.components import Button, Crumb, EmptyState, Fact, SavedView
from bss.ui.generic import ListView, Page
from storefront.filters import InvoiceFilter
from storefront.selectors.checkout import invoice_contacts
from storefront.selectors.viewer import account_of
from storefront.tables import CreditNoteTable, InvoiceTable
from storefront.views.my_account import Mine
from storefront.views.orders import is_below_payer


class Payers(Mine):
    """A page for whoever is invoiced. A reseller's customer is not: it has statements."""

    permission = Permission.BILLING_VIEW

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.may(self.permission) and is_below_payer(account_of(request)):
            raise NotFound
        return super().dispatch(request, *args, **kwargs)


class Invoices(Payers, ListView):
    title = gettext_lazy("Invoices")
    intro = gettext_lazy("What you were asked to pay, and what of it is open.")
    table = InvoiceTable
    filterset = InvoiceFilter
    search = ("number", "customer__name", "order__number")
    search_label = gettext_lazy("Find an invoice")
    export_name = "invoices"
    saved_views = (
        SavedView("open", gettext_lazy("To pay"), {"state": [InvoiceState.ISSUED]}),
        SavedView("overdue", gettext_lazy("Overdue"), {"overdue": "yes"}),
        SavedView("settled", gettext_lazy("Paid"), {"state": [InvoiceState.SETTLED]}),
    )
    empty = EmptyState(
        gettext_lazy("No invoices yet"),
        gettext_lazy("The first one comes with your first order."),
        None,
        "document-text",
    )

    def queryset(self) -> QuerySet[Invoice]:
        return selectors.invoices_visible(self.actor)

    def header_actions(self) -> Sequence[Button]:
        return [Button(_("Credit notes"), reverse("storefront:credit-notes"), "receipt-refund")]


class CreditNotes(Payers, ListView):
    title = gettext_lazy("Credit notes")
    intro = gettext_lazy("What you were given back. It is used for your open invoices first.")
    table = CreditNoteTable
    search = ("number", "customer__name")
    search_label = gettext_lazy("Find a credit note")
    export_name = "credit-notes"
    empty = EmptyState(
        gettext_lazy("No credit notes yet"),
        gettext_lazy("One is written when you give seats back within their days."),
        None,
        "receipt-refund",
    )

    def crumbs(self) -> Sequence[Crumb]:
        return [*super().crumbs(), Crumb(_("Invoices"), reverse("storefront:invoices"))]

    def queryset(self) -> QuerySet[CreditNote]:
        return selectors.credit_notes_visible(self.actor)


class DocumentPage(Payers, Page):
    """One document as it was printed."""

    template_name = "storefront/document.html"
    object: Any

    def find(self) -> Any:
        """The document of the address. Raises NotFound for one that is not the actor's."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.object = self.find()
        return super().get(request, *args, **kwargs)

    def get_title(self) -> Any:
        return self.object.number

    def context(self) -> Mapping[str, Any]:
        document = self.object
        lines = selectors.lines_of(document)
        return {
            "document": document,
            "badge": self.badge(),
            "facts": self.facts(),
            "pdf_url": self.url("pdf"),
            "csv_url": self.url("csv"),
            "lines": [
                (line, selectors.line_amounts(line, document.currency, self.actor))
                for line in lines
            ],
            "shows_cost": False,
            "shows_resale": any(line.resale is not None for line in lines),
            "totals": totals_shown(document),
            "notes": [tax["text"] for tax in document.taxes if tax["text"]],
            "subscription_url": "storefront:subscription",
        }

    def badge(self) -> Any:
        raise NotImplementedError

    def facts(self) -> list[Fact]:
        raise NotImplementedError

    def url(self, file: str) -> str:
        raise NotImplementedError

    def money(self, amount: Any) -> Money:
        return Money(amount, self.object.currency)


class InvoicePage(DocumentPage):
    def context(self) -> Mapping[str, Any]:
        return {**super().context(), **self.paying()}

    def paying(self) -> Mapping[str, str]:
        """Where it is paid by the card in use, and where another one is left; nothing where it cannot be."""
        invoice = self.object
        is_open = invoice.state == InvoiceState.ISSUED and selectors.cards_configured()
        if not is_open or not self.may(Permission.BILLING_EDIT):
            return {}
        cards = {"cards_url": reverse("storefront:cards")}
        if selectors.card_in_use(invoice.payer) is None:
            return cards
        return {**cards, "pay_url": reverse("storefront:invoice-pay", args=[invoice.public_id])}

    def find(self) -> Invoice:
        return access_invoice(self.actor, self.kwargs["public_id"])

    def crumbs(self) -> Sequence[Crumb]:
        return [*super().crumbs(), Crumb(_("Invoices"), reverse("storefront:invoices"))]

    def badge(self) -> Any:
        return invoice_badge(self.object)

    def facts(self) -> list[Fact]:
        invoice = self.object
        found = [
            Fact(_("Total"), self.money(invoice.total)),
            Fact(_("Still to pay"), self.money(invoice.open_amount)),
            Fact(_("Issued"), invoice.issued_on),
            Fact(_("Pay until"), invoice.due_on),
        ]
        if invoice.customer is not None:
            found.append(Fact(_("For"), invoice.customer.name))
        found.append(Fact(_("Sent to"), ", ".join(invoice_contacts(invoice.payer))))
        if invoice.order is not None and self.may(Permission.ORDER_VIEW):
            url = reverse("storefront:order", args=[invoice.order.public_id])
            found.append(Fact(_("Order"), invoice.order.number, url))
        if invoice.order is not None and invoice.order.purchase_order:
            found.append(Fact(_("Your number"), invoice.order.purchase_order))
        return found

    def url(self, file: str) -> str:
        return reverse(f"storefront:invoice-{file}", args=[self.object.public_id])


class CreditNotePage(DocumentPage):
    def find(self) -> CreditNote:
        return access_credit_note(self.actor, self.kwargs["public_id"])

    def crumbs(self) -> Sequence[Crumb]:
        return [*super().crumbs(), Crumb(_("Credit notes"), reverse("storefront:credit-notes"))]

    def badge(self) -> Any:
        return credit_note_badge(self.object)

    def facts(self) -> list[Fact]:
        note = self.object
        return [
            Fact(_("Total"), self.money(note.total)),
            Fact(_("Not used yet"), self.money(note.open_amount)),
            Fact(_("Issued"), note.issued_on),
        ]

    def url(self, file: str) -> str:
        return reverse(f"storefront:credit-note-{file}", args=[self.object.public_id])


class InvoiceFile(Payers):
    """The PDF of an invoice."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        return pdf_response(access_invoice(self.actor, public_id))


class InvoiceLines(Payers):
    """The lines of an invoice as CSV."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        return lines_response(access_invoice(self.actor, public_id))


class CreditNoteFile(Payers):
    """The PDF of a credit note."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        return pdf_response(access_credit_note(self.actor, public_id))


class CreditNoteLines(Payers):
    """The lines of a credit note as CSV."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        return lines_response(access_credit_note(self.actor, public_id))
