"""Invoices, credit notes, statements and cards, below My account."""

from django.urls import path

from storefront.views import cards, invoices, statements

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
    path("my-account/cards/", cards.Cards.as_view(), name="cards"),
    path("my-account/cards/leave/", cards.CardLeave.as_view(), name="card-leave"),
    path("my-account/cards/left/<slug:public_id>/", cards.CardLeft.as_view(), name="card-left"),
    path("my-account/cards/<slug:public_id>/use/", cards.CardUse.as_view(), name="card-use"),
    path(
        "my-account/cards/<slug:public_id>/remove/",
        cards.CardRemove.as_view(),
        name="card-remove",
    ),
    path(
        "my-account/invoices/<slug:public_id>/pay/", cards.InvoicePay.as_view(), name="invoice-pay"
    ),
    path(
        "my-account/invoices/<slug:public_id>/paid/",
        cards.InvoicePaid.as_view(),
        name="invoice-paid",
    ),
]
