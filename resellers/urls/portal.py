"""Reseller plans in the portal."""

from django.urls import path

from resellers.views import portal

app_name = "resellers"
urlpatterns = [
    path("plans/", portal.PlanList.as_view(), name="plans"),
    path("plans/<slug:public_id>/", portal.PlanEdit.as_view(), name="plan"),
    path("customers/<slug:public_id>/upgrade/", portal.Upgrade.as_view(), name="upgrade"),
    path(
        "customers/<slug:public_id>/plan/<slug:code>/", portal.PlanChange.as_view(), name="change"
    ),
]
