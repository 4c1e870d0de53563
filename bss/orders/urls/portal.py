"""Orders in the portal."""

from django.urls import URLPattern, URLResolver, path

from bss.orders.views import actions, drafts, fields, lines, orders, terms

app_name = "orders"
urlpatterns: list[URLPattern | URLResolver] = [
    path("orders/", orders.OrderList.as_view(), name="list"),
    path("orders/new/", drafts.OrderCreate.as_view(), name="create"),
    path("orders/<str:public_id>/", orders.OrderDetail.as_view(), name="detail"),
    path("orders/<str:public_id>/edit/", orders.OrderEdit.as_view(), name="edit"),
    path("orders/<str:public_id>/details/", drafts.OrderDetails.as_view(), name="service-details"),
    path("orders/<str:public_id>/place/", actions.OrderPlace.as_view(), name="place"),
    path("orders/<str:public_id>/execute/", actions.OrderExecute.as_view(), name="execute"),
    path("orders/<str:public_id>/retry/", actions.OrderRetry.as_view(), name="retry"),
    path("orders/<str:public_id>/cancel/", actions.OrderCancel.as_view(), name="cancel"),
    path("orders/<str:public_id>/items/new/", drafts.LineAdd.as_view(), name="line-add"),
    path("order-items/<str:public_id>/edit/", drafts.LineEdit.as_view(), name="line-edit"),
    path("order-items/<str:public_id>/remove/", drafts.LineRemove.as_view(), name="line-remove"),
    path("order-items/<str:public_id>/answer/", lines.LineAnswer.as_view(), name="line-answer"),
    path("order-items/<str:public_id>/cancel/", lines.LineCancel.as_view(), name="line-cancel"),
    path("setup/order-fields/", fields.OrderFieldList.as_view(), name="fields"),
    path("setup/order-fields/new/", fields.OrderFieldCreate.as_view(), name="field-create"),
    path("setup/order-fields/<str:public_id>/", fields.OrderFieldEdit.as_view(), name="field"),
    path("setup/terms/", terms.TermsList.as_view(), name="terms"),
    path("setup/terms/new/", terms.TermsPublish.as_view(), name="terms-publish"),
]
