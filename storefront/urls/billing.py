"""Invoices, credit notes and statements, below My account."""

from django.urls import path

from storefront.views import invoices, statements

urlpatterns = [
    path("my-account/invoices/", invoices.Invoices.as_view(), name="invoices"),
    path("my-account/invoices/<slug:public_id>/", invoices.InvoicePage.as_view(), name="invoice"),
    path(
        "my-account/invoices/<slug:public_id>/pdf/",
        invoices.InvoiceFile.as_view(),
        name="invoice-pdf",
    ),
    path(
        "my-account/invoices/<slug:public_id>/csv/",
        invoices.InvoiceLines.as_view(),
        name="invoice-csv",
    ),
    path("my-account/credit-notes/", invoices.CreditNotes.as_view(), name="credit-notes"),
    path(
        "my-account/credit-notes/<slug:public_id>/",
        invoices.CreditNotePage.as_view(),
        name="credit-note",
    ),
    path(
        "my-account/credit-notes/<slug:public_id>/pdf/",
        invoices.CreditNoteFile.as_view(),
        name="credit-note-pdf",
    ),
    path(
        "my-account/credit-notes/<slug:public_id>/csv/",
        invoices.CreditNoteLines.as_view(),
        name="credit-note-csv",
    ),
    path("my-account/statements/", statements.Statements.as_view(), name="statements"),
    path(
        "my-account/statements/<slug:public_id>/<str:month>/",
        statements.StatementPage.as_view(),
        name="statement",
    ),
]
