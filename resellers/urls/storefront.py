"""Plans and the reseller's own storefront, on the distributor's Storefront."""

from django.urls import path

from resellers.views import approvals, customers, plans, shop

app_name = "plans"
urlpatterns = [
    path("plans/", plans.Plans.as_view(), name="plans"),
    path("plans/cancel/", plans.PlanCancel.as_view(), name="cancel"),
    path("plans/<slug:code>/choose/", plans.PlanChoose.as_view(), name="choose"),
    path("plans/<slug:code>/switch/", plans.PlanSwitch.as_view(), name="switch"),
    path("my-storefront/", shop.Settings.as_view(), name="storefront"),
    path("my-storefront/products/", shop.Products.as_view(), name="products"),
    path("my-storefront/prices/", shop.Prices.as_view(), name="prices"),
    path("my-storefront/terms/", shop.Terms.as_view(), name="terms"),
    path("my-customers/", customers.Customers.as_view(), name="customers"),
    path("my-customers/orders/", approvals.Approvals.as_view(), name="approvals"),
    path("my-customers/orders/<slug:public_id>/", approvals.Approval.as_view(), name="approval"),
    path("my-customers/<slug:public_id>/", customers.Customer.as_view(), name="customer"),
    path(
        "my-customers/<slug:public_id>/approval/",
        customers.ApprovalSwitch.as_view(),
        name="customer-approval",
    ),
    path("my-customers/<slug:public_id>/invite/", customers.Invite.as_view(), name="invite"),
]
