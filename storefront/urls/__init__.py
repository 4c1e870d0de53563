"""The Storefront's pages: the shop window, the way to an order, and what somebody has."""

from django.urls import URLPattern, URLResolver

from storefront.urls import account, billing, checkout, my_account, shop

app_name = "storefront"
urlpatterns: list[URLPattern | URLResolver] = [
    *shop.urlpatterns,
    *checkout.urlpatterns,
    *account.urlpatterns,
    *my_account.urlpatterns,
    *billing.urlpatterns,
]
