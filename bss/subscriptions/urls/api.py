"""Subscriptions over the API."""

from django.urls import URLPattern, URLResolver, path

from bss.subscriptions import api
from bss.subscriptions.api import previews

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
    path(
        "subscriptions/<slug:public_id>/quantity/preview/",
        previews.QuantityPreview.as_view(),
        name="subscription-quantity-preview",
    ),
    path(
        "subscriptions/<slug:public_id>/add-ons/preview/",
        previews.AddOnsPreview.as_view(),
        name="subscription-add-ons-preview",
    ),
    path(
        "subscriptions/<slug:public_id>/renewal/preview/",
        previews.RenewalPreview.as_view(),
        name="subscription-renewal-preview",
    ),
    path(
        "subscriptions/<slug:public_id>/product/preview/",
        previews.ProductPreview.as_view(),
        name="subscription-product-preview",
    ),
    path(
        "subscriptions/<slug:public_id>/cancel/preview/",
        previews.CancelPreview.as_view(),
        name="subscription-cancel-preview",
    ),
]
