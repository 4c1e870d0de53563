"""The catalogue's resources in the API."""

from django.urls import URLPattern, URLResolver, path

from bss.catalog import api

app_name = "catalog-api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("product-types/", api.ProductTypesView.as_view(), name="product-types"),
    path("products/", api.ProductsView.as_view(), name="products"),
    path("products/<slug:public_id>/", api.ProductView.as_view(), name="product"),
    path("price-lists/", api.PriceListsView.as_view(), name="price-lists"),
    path("price-lists/<slug:public_id>/", api.PriceListView.as_view(), name="price-list"),
]
