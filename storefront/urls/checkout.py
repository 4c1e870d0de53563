"""From the basket to an order."""

from django.urls import URLPattern, URLResolver, path

from storefront.views import basket, basket_add, baskets, checkout, progress, review

urlpatterns: list[URLPattern | URLResolver] = [
    path("basket/", basket.BasketPage.as_view(), name="basket"),
    path("basket/pick/", baskets.BasketPick.as_view(), name="basket-pick"),
    path("basket/reopen/", baskets.BasketReopen.as_view(), name="basket-reopen"),
    path("basket/leave/", baskets.BasketLeave.as_view(), name="basket-leave"),
    path("basket/add/", basket_add.BasketAdd.as_view(), name="basket-add"),
    path("checkout/", checkout.Entry.as_view(), name="checkout"),
    path("checkout/customer/", checkout.Customer.as_view(), name="checkout-customer"),
    path("checkout/billing/", checkout.Billing.as_view(), name="checkout-billing"),
    path("checkout/details/", checkout.Details.as_view(), name="checkout-details"),
    path("checkout/review/", review.Review.as_view(), name="checkout-review"),
    path(
        "orders/<slug:public_id>/progress/",
        progress.OrderProgress.as_view(),
        name="order-progress",
    ),
    path(
        "orders/<slug:public_id>/lines/<slug:line_id>/",
        progress.LineCorrect.as_view(),
        name="order-line-correct",
    ),
]
