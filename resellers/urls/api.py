"""Reseller plans and approvals over the API."""

from django.urls import path

from resellers.api.approvals import ApprovalsView, ApprovalView, ApproveView, RejectView
from resellers.api.plans import PlanCancelView, PlanChooseView, PlansView, PlanSwitchView

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
    path("approvals/", ApprovalsView.as_view(), name="approvals"),
    path("approvals/<slug:public_id>/", ApprovalView.as_view(), name="approval"),
    path("approvals/<slug:public_id>/approve/", ApproveView.as_view(), name="approve"),
    path("approvals/<slug:public_id>/reject/", RejectView.as_view(), name="reject"),
]
