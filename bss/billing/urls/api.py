"""Billing over the API."""

from django.urls import URLPattern, URLResolver, path

from bss.billing import api

app_name = "billing-api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("invoices/", api.InvoicesView.as_view(), name="invoices"),
    path("invoices/<slug:public_id>/", api.InvoiceView.as_view(), name="invoice"),
    path("payments/", api.PaymentsView.as_view(), name="payments"),
    path("payments/<slug:public_id>/", api.PaymentView.as_view(), name="payment"),
    path(
        "subscriptions/<slug:public_id>/installments/",
        api.InstallmentsView.as_view(),
        name="installments",
    ),
]
