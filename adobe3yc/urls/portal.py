"""Adobe Services in the portal's set-up."""

from django.urls import path

from adobe3yc.views import commitments, customers, price_files, price_uploads, resellers

app_name = "adobe3yc"
SETUP = "setup/adobe/"
urlpatterns = [
    path(
        "subscriptions/<slug:public_id>/adobe-3yc/",
        commitments.PortalCommitment.as_view(),
        name="commitment",
    ),
    path(
        "subscriptions/<slug:public_id>/adobe-3yc/refresh/",
        commitments.PortalCommitmentRefresh.as_view(),
        name="commitment-refresh",
    ),
    path(SETUP, price_files.Home.as_view(), name="home"),
    path(
        f"{SETUP}price-files/<str:public_id>/",
        price_files.PriceFileDetail.as_view(),
        name="price-file",
    ),
    path(
        f"{SETUP}price-files/<str:public_id>/rows/",
        price_files.PriceFileRows.as_view(),
        name="price-file-rows",
    ),
    path(
        f"{SETUP}price-files/<str:public_id>/enforce/",
        price_files.PriceFileEnforce.as_view(),
        name="price-file-enforce",
    ),
    path(
        f"{SETUP}price-files/<str:public_id>/discard/",
        price_files.PriceFileDiscard.as_view(),
        name="price-file-discard",
    ),
    path(
        f"{SETUP}uploads/<str:public_id>/",
        price_uploads.PriceUploadReport.as_view(),
        name="price-upload",
    ),
    path("customers/<str:public_id>/adobe/", resellers.ResellerSetUp.as_view(), name="reseller"),
    path(f"{SETUP}customers/", customers.CustomerList.as_view(), name="customers"),
    path(f"{SETUP}customers/<str:public_id>/", customers.CustomerDetail.as_view(), name="customer"),
    path(
        f"{SETUP}customers/<str:public_id>/refresh/",
        customers.CustomerRefresh.as_view(),
        name="customer-refresh",
    ),
    path(
        f"{SETUP}customers/<str:public_id>/orders/",
        customers.CustomerOrders.as_view(),
        name="customer-orders",
    ),
    path(
        f"{SETUP}customers/<str:public_id>/subscriptions/",
        customers.CustomerSubscriptions.as_view(),
        name="customer-subscriptions",
    ),
    path(f"{SETUP}<str:public_id>/", price_files.PriceFileList.as_view(), name="price-files"),
    path(
        f"{SETUP}<str:public_id>/uploads/",
        price_uploads.PriceUploadList.as_view(),
        name="price-uploads",
    ),
    path(
        f"{SETUP}<str:public_id>/uploads/new/",
        price_uploads.PriceUploadCreate.as_view(),
        name="price-upload-create",
    ),
    path(
        f"{SETUP}<str:public_id>/fetch/",
        price_uploads.PriceFetchCreate.as_view(),
        name="price-fetch",
    ),
]
