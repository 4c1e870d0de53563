"""The shop window: open to everybody."""

from django.urls import URLPattern, URLResolver, path

from storefront.views import catalog, home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.Home.as_view(), name="home"),
    path("about/", home.About.as_view(), name="about"),
    path("catalog/", catalog.Catalogue.as_view(), name="catalog"),
    path("catalog/<slug:slug>/", catalog.Shelf.as_view(), name="category"),
    path("search/", catalog.Search.as_view(), name="search"),
    path("products/<str:public_id>/", catalog.ProductPage.as_view(), name="product"),
]
