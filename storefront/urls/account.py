"""What somebody ordered and has."""

from django.urls import URLPattern, URLResolver, path

from storefront.views import orders

urlpatterns: list[URLPattern | URLResolver] = [
    path("orders/", orders.Orders.as_view(), name="orders"),
    path("orders/<slug:public_id>/", orders.OrderPage.as_view(), name="order"),
    path("subscriptions/", orders.Orders.as_view(), name="subscriptions"),
    path("subscriptions/<slug:public_id>/", orders.OrderPage.as_view(), name="subscription"),
    path("workspace/", orders.Orders.as_view(), name="workspace"),
]
