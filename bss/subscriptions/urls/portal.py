"""Subscriptions in the portal."""

from django.urls import URLPattern, URLResolver, path

from bss.subscriptions.views import changes, portal

app_name = "subscriptions"
urlpatterns: list[URLPattern | URLResolver] = [
    path("subscriptions/", portal.SubscriptionList.as_view(), name="list"),
    path("subscriptions/<str:public_id>/", portal.SubscriptionDetail.as_view(), name="detail"),
    path("subscriptions/<str:public_id>/retry/", changes.SubscriptionRetry.as_view(), name="retry"),
    path(
        "subscriptions/<str:public_id>/change/<str:kind>/",
        changes.ChangePage.as_view(),
        name="change",
    ),
    path(
        "subscription-changes/<str:public_id>/withdraw/",
        changes.ChangeWithdraw.as_view(),
        name="withdraw",
    ),
]
