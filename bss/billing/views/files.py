"""A document as a file: its PDF, and its lines as CSV. The Storefront's pages give the same files."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from bss.billing import selectors, services
from bss.billing.models import CreditNote, Invoice
from bss.ui.generic.export import csv_response
from bss.ui.tables import Column

LINES = (
    Column("position", _("Position")),
    Column("text", _("Item")),
    Column("detail", _("Detail")),
    Column("subscription__number", _("Subscription")),
    Column("customer__name", _("Customer")),
    Column("starts_at", _("From")),
    Column("ends_at", _("Until")),
    Column("quantity", _("Quantity")),
    Column("unit_price", _("Unit price")),
    Column("unit", _("Unit")),
    Column("net", _("Net")),
    Column("resale", _("Resale")),
    Column("tax_percent", _("Tax, per cent")),
)


def pdf_response(document: Invoice | CreditNote) -> HttpResponseBase:
    """The PDF, shown by the browser. Raises NotIssued for a draft."""
    response = HttpResponse(services.printed(document), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{document.number}.pdf"'
    return response


def lines_response(document: Invoice | CreditNote) -> HttpResponseBase:
    """The lines at the payer's level: what it pays and what it charges on, never what they cost the seller."""
    return csv_response(document.number or "draft", LINES, selectors.lines_of(document))
