"""Orders over the API."""

from django.urls import URLPattern, URLResolver, path

from bss.orders import api

app_name = "orders-api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("orders/", api.OrdersView.as_view(), name="orders"),
    path("orders/<slug:public_id>/", api.OrderView.as_view(), name="order"),
    path("orders/<slug:public_id>/place/", api.OrderPlaceView.as_view(), name="order-place"),
    path("orders/<slug:public_id>/execute/", api.OrderExecuteView.as_view(), name="order-execute"),
    path("orders/<slug:public_id>/cancel/", api.OrderCancelView.as_view(), name="order-cancel"),
]
