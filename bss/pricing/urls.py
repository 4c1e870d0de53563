"""The portal's addresses of taxes."""

from django.urls import path

from bss.pricing import views

app_name = "pricing"
urlpatterns = [
    path("setup/taxes/", views.TaxRateList.as_view(), name="tax_rates"),
    path("setup/taxes/new/", views.TaxRateAdd.as_view(), name="tax_rate_add"),
    path(
        "setup/taxes/registrations/",
        views.TaxRegistrationList.as_view(),
        name="tax_registrations",
    ),
    path(
        "setup/taxes/registrations/new/",
        views.TaxRegistrationAdd.as_view(),
        name="tax_registration_add",
    ),
    path(
        "setup/taxes/registrations/<slug:public_id>/",
        views.TaxRegistrationDetail.as_view(),
        name="tax_registration",
    ),
    path(
        "setup/taxes/registrations/<slug:public_id>/end/",
        views.TaxRegistrationEnd.as_view(),
        name="tax_registration_end",
    ),
    path(
        "setup/taxes/registrations/<slug:public_id>/delete/",
        views.TaxRegistrationDelete.as_view(),
        name="tax_registration_delete",
    ),
    path("setup/taxes/<slug:public_id>/", views.TaxRateDetail.as_view(), name="tax_rate"),
    path("setup/taxes/<slug:public_id>/end/", views.TaxRateEnd.as_view(), name="tax_rate_end"),
    path(
        "setup/taxes/<slug:public_id>/delete/",
        views.TaxRateDelete.as_view(),
        name="tax_rate_delete",
    ),
]
