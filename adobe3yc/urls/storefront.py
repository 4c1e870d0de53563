"""Adobe 3YC on the subscriptions of a storefront."""

from django.urls import path

from adobe3yc.views import commitments

app_name = "commitments"
urlpatterns = [
    path(
        "subscriptions/<slug:public_id>/adobe-3yc/",
        commitments.ShopCommitment.as_view(),
        name="commitment",
    ),
    path(
        "subscriptions/<slug:public_id>/adobe-3yc/refresh/",
        commitments.ShopCommitmentRefresh.as_view(),
        name="refresh",
    ),
]
