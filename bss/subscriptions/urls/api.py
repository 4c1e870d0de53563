"""Subscriptions over the API."""

from django.urls import URLPattern, URLResolver, path

from bss.subscriptions import api

app_name = "subscriptions-api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("subscriptions/", api.SubscriptionsView.as_view(), name="subscriptions"),
    path("subscriptions/<slug:public_id>/", api.SubscriptionView.as_view(), name="subscription"),
    path(
        "subscriptions/<slug:public_id>/quantity/",
        api.QuantityView.as_view(),
        name="subscription-quantity",
    ),
    path(
        "subscriptions/<slug:public_id>/add-ons/",
        api.AddOnsView.as_view(),
        name="subscription-add-ons",
    ),
    path(
        "subscriptions/<slug:public_id>/renewal/",
        api.RenewalView.as_view(),
        name="subscription-renewal",
    ),
    path(
        "subscriptions/<slug:public_id>/product/",
        api.ProductView.as_view(),
        name="subscription-product",
    ),
    path(
        "subscriptions/<slug:public_id>/cancel/",
        api.CancelView.as_view(),
        name="subscription-cancel",
    ),
]
