"""Billing in the portal."""

from django.urls import URLPattern, URLResolver, path

from bss.billing.views import documents, overdue, payment_imports, payments, runs

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
    path("payments/", payments.PaymentList.as_view(), name="payments"),
    path("payments/new/", payments.PaymentPayer.as_view(), name="payment-payer"),
    path("payments/imports/", payment_imports.PaymentImportList.as_view(), name="payment-imports"),
    path(
        "payments/imports/new/",
        payment_imports.PaymentImportCreate.as_view(),
        name="payment-import-create",
    ),
    path(
        "payments/imports/<str:public_id>/",
        payment_imports.PaymentImportReport.as_view(),
        name="payment-import",
    ),
    path(
        "payments/imports/<str:public_id>/check/",
        payment_imports.PaymentImportRun.as_view(dry_run=True),
        name="payment-import-check",
    ),
    path(
        "payments/imports/<str:public_id>/run/",
        payment_imports.PaymentImportRun.as_view(),
        name="payment-import-run",
    ),
    path("payments/<str:public_id>/", payments.PaymentDetail.as_view(), name="payment"),
    path(
        "payments/<str:public_id>/allocate/",
        payments.PaymentAllocate.as_view(),
        name="payment-allocate",
    ),
    path(
        "payments/<str:public_id>/delete/",
        payments.PaymentDelete.as_view(),
        name="payment-delete",
    ),
    path(
        "accounts/<str:public_id>/payments/new/",
        payments.PaymentCreate.as_view(),
        name="payment-create",
    ),
    path("allocations/<int:pk>/undo/", payments.AllocationUndo.as_view(), name="allocation-undo"),
    path("setup/overdue/", overdue.DunningPolicyEdit.as_view(), name="ladder"),
    path("overdue/<int:pk>/keep/", overdue.SuspensionKeep.as_view(), name="suspension-keep"),
]
