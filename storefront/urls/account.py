"""What somebody ordered and has."""

from django.urls import URLPattern, URLResolver, path

from storefront.views import changes, orders, subscriptions, workspace

urlpatterns: list[URLPattern | URLResolver] = [
    path("orders/", orders.Orders.as_view(), name="orders"),
    path("orders/<slug:public_id>/", orders.OrderPage.as_view(), name="order"),
    path(
        "orders/<slug:public_id>/withdraw/", orders.OrderWithdraw.as_view(), name="order-withdraw"
    ),
    path("subscriptions/", subscriptions.Subscriptions.as_view(), name="subscriptions"),
    path(
        "subscriptions/<slug:public_id>/",
        subscriptions.SubscriptionPage.as_view(),
        name="subscription",
    ),
    path(
        "subscriptions/<slug:public_id>/quantity/",
        changes.QuantityPage.as_view(),
        name="subscription-quantity",
    ),
    path(
        "subscriptions/<slug:public_id>/add-ons/",
        changes.AddOnsPage.as_view(),
        name="subscription-add-ons",
    ),
    path(
        "subscriptions/<slug:public_id>/renewal/",
        changes.RenewalPage.as_view(),
        name="subscription-renewal",
    ),
    path(
        "subscriptions/<slug:public_id>/auto-renewal/",
        changes.AutoRenewalPage.as_view(),
        name="subscription-auto-renewal",
    ),
    path(
        "subscriptions/<slug:public_id>/product/",
        changes.ProductPage.as_view(),
        name="subscription-product",
    ),
    path(
        "subscriptions/<slug:public_id>/cancel/",
        changes.CancelPage.as_view(),
        name="subscription-cancel",
    ),
    path(
        "subscriptions/<slug:public_id>/withdraw/",
        changes.ChangeWithdraw.as_view(),
        name="subscription-withdraw",
    ),
    path("workspace/", workspace.Workspace.as_view(), name="workspace"),
]
