"""The catalogue's pages in the portal."""

from django.urls import URLPattern, URLResolver, path

from bss.catalog.views import assignments, categories, industries, price_lists, products, types

app_name = "catalog"
urlpatterns: list[URLPattern | URLResolver] = [
    path("product-types/", types.ProductTypeList.as_view(), name="type-list"),
    path("product-types/new/", types.ProductTypeCreate.as_view(), name="type-create"),
    path("product-types/<str:public_id>/", types.ProductTypeDetail.as_view(), name="type-detail"),
    path("product-types/<str:public_id>/edit/", types.ProductTypeEdit.as_view(), name="type-edit"),
    path(
        "product-types/<str:public_id>/characteristics/",
        types.ProductTypeCharacteristics.as_view(),
        name="type-characteristics",
    ),
    path("products/", products.ProductList.as_view(), name="product-list"),
    path("products/new/", products.ProductCreate.as_view(), name="product-create"),
    path("products/<str:public_id>/", products.ProductDetail.as_view(), name="product-detail"),
    path("products/<str:public_id>/edit/", products.ProductEdit.as_view(), name="product-edit"),
    path(
        "products/<str:public_id>/prices/", products.ProductPrices.as_view(), name="product-prices"
    ),
    path(
        "products/<str:public_id>/picture/",
        products.ProductPicture.as_view(),
        name="product-picture",
    ),
    path(
        "products/<str:public_id>/add-ons/new/",
        products.ProductAddOnAdd.as_view(),
        name="product-add-on-add",
    ),
    path(
        "products/<str:public_id>/add-ons/<int:pk>/remove/",
        products.ProductAddOnRemove.as_view(),
        name="product-add-on-remove",
    ),
    path("categories/", categories.CategoryList.as_view(), name="category-list"),
    path("categories/new/", categories.CategoryCreate.as_view(), name="category-create"),
    path("categories/<slug:slug>/edit/", categories.CategoryEdit.as_view(), name="category-edit"),
    path("industries/", industries.IndustryList.as_view(), name="industry-list"),
    path("industries/new/", industries.IndustryCreate.as_view(), name="industry-create"),
    path("industries/<slug:slug>/edit/", industries.IndustryEdit.as_view(), name="industry-edit"),
    path("price-lists/", price_lists.PriceListList.as_view(), name="price-list-list"),
    path("price-lists/new/", price_lists.PriceListCreate.as_view(), name="price-list-create"),
    path(
        "price-lists/<str:public_id>/",
        price_lists.PriceListDetail.as_view(),
        name="price-list-detail",
    ),
    path(
        "price-lists/<str:public_id>/edit/",
        price_lists.PriceListEdit.as_view(),
        name="price-list-edit",
    ),
    path(
        "price-lists/<str:public_id>/rule/",
        price_lists.PriceListRule.as_view(),
        name="price-list-rule",
    ),
    path(
        "price-lists/<str:public_id>/items/new/",
        price_lists.PriceListItemsAdd.as_view(),
        name="price-list-items-add",
    ),
    path(
        "price-lists/<str:public_id>/items/<int:pk>/",
        price_lists.PriceListItemEdit.as_view(),
        name="price-list-item-edit",
    ),
    path(
        "price-lists/<str:public_id>/items/<int:pk>/remove/",
        price_lists.PriceListItemRemove.as_view(),
        name="price-list-item-remove",
    ),
    path(
        "price-lists/<str:public_id>/accounts/new/",
        assignments.PriceListAccountAdd.as_view(),
        name="price-list-account-add",
    ),
    path(
        "accounts/<str:public_id>/price-list/",
        assignments.AccountPriceList.as_view(),
        name="account-price-list",
    ),
]
