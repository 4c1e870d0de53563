"""Reseller plans over the API."""

from django.urls import path

from resellers.api import PlanCancelView, PlanChooseView, PlansView, PlanSwitchView

app_name = "plans-api"
urlpatterns = [
    path("accounts/<slug:public_id>/plans/", PlansView.as_view(), name="plans"),
    path("accounts/<slug:public_id>/plans/cancel/", PlanCancelView.as_view(), name="cancel"),
    path(
        "accounts/<slug:public_id>/plans/<slug:code>/choose/",
        PlanChooseView.as_view(),
        name="choose",
    ),
    path(
        "accounts/<slug:public_id>/plans/<slug:code>/switch/",
        PlanSwitchView.as_view(),
        name="switch",
    ),
]
