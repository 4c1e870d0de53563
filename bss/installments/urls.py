"""Payment plans in the portal."""

from django.urls import path

from bss.installments import views

app_name = "installments"
urlpatterns = [
    path("payment-plans/", views.PlanList.as_view(), name="plans"),
    path("payment-plans/new/", views.PlanCreate.as_view(), name="plan-create"),
    path("payment-plans/<slug:public_id>/", views.PlanDetail.as_view(), name="plan"),
    path("payment-plans/<slug:public_id>/edit/", views.PlanEdit.as_view(), name="plan-edit"),
    path("payment-plans/<slug:public_id>/state/", views.PlanSwitch.as_view(), name="plan-switch"),
    path("payment-plans/<slug:public_id>/offer/", views.OffersAdd.as_view(), name="offers-add"),
    path(
        "payment-plans/<slug:public_id>/withdraw/",
        views.OffersWithdraw.as_view(),
        name="offers-withdraw",
    ),
    path(
        "products/<slug:public_id>/payment-plans/",
        views.ProductOffers.as_view(),
        name="product-offers",
    ),
    path(
        "accounts/<slug:public_id>/payment-plans/",
        views.AccountAccess.as_view(),
        name="account-access",
    ),
]
