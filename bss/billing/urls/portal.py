"""Billing in the portal."""

from django.urls import URLPattern, URLResolver, path

from bss.billing.views import documents, runs

app_name = "billing"
urlpatterns: list[URLPattern | URLResolver] = [
    path("invoices/", documents.InvoiceList.as_view(), name="invoices"),
    path("invoices/<str:public_id>/", documents.InvoiceDetail.as_view(), name="invoice"),
    path("invoices/<str:public_id>/pdf/", documents.InvoiceFile.as_view(), name="invoice-pdf"),
    path("invoices/<str:public_id>/csv/", documents.InvoiceLines.as_view(), name="invoice-csv"),
    path("invoices/<str:public_id>/issue/", documents.InvoiceIssue.as_view(), name="invoice-issue"),
    path("invoices/<str:public_id>/void/", documents.InvoiceVoid.as_view(), name="invoice-void"),
    path("credit-notes/", documents.CreditNoteList.as_view(), name="credit-notes"),
    path("credit-notes/<str:public_id>/", documents.CreditNoteDetail.as_view(), name="credit-note"),
    path(
        "credit-notes/<str:public_id>/pdf/",
        documents.CreditNoteFile.as_view(),
        name="credit-note-pdf",
    ),
    path(
        "credit-notes/<str:public_id>/csv/",
        documents.CreditNoteLines.as_view(),
        name="credit-note-csv",
    ),
    path("billing-runs/", runs.BillingRunList.as_view(), name="runs"),
    path("billing-runs/start/", runs.RunStart.as_view(), name="run-start"),
    path("accounts/<str:public_id>/bill/", runs.AccountBill.as_view(), name="account-bill"),
]
