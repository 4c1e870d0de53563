"""Reads of reseller plans."""

from resellers.selectors.aliases import (
    alias_check,
    alias_holder,
)
from resellers.selectors.approvals import (
    ApprovalLine,
    ApprovalView,
    approval_view,
    count_waiting,
    waiting_orders,
)
from resellers.selectors.offers import (
    capability_views,
    change_preview,
    coming,
    gains_and_losses,
    offered_units,
    plan_offers,
    plan_text,
)
from resellers.selectors.plans import (
    HELD,
    OPEN_FOR_BUSINESS,
    PlanEntitlements,
    capabilities_of,
    change_in_flight,
    held_profile,
    is_about_plan,
    plan_in_flight,
    plan_prices,
    plans_of,
    plans_with_counts,
    profile_of,
    storefront_is_open,
)
from resellers.selectors.shop import (
    customers_of,
    own_price_list,
    own_price_rows,
    own_products,
    sign_ins_of,
)

__all__ = [
    "HELD",
    "OPEN_FOR_BUSINESS",
    "ApprovalLine",
    "ApprovalView",
    "PlanEntitlements",
    "alias_check",
    "alias_holder",
    "approval_view",
    "capabilities_of",
    "capability_views",
    "change_in_flight",
    "change_preview",
    "coming",
    "count_waiting",
    "customers_of",
    "gains_and_losses",
    "held_profile",
    "is_about_plan",
    "offered_units",
    "own_price_list",
    "own_price_rows",
    "own_products",
    "plan_in_flight",
    "plan_offers",
    "plan_prices",
    "plan_text",
    "plans_of",
    "plans_with_counts",
    "profile_of",
    "sign_ins_of",
    "storefront_is_open",
    "waiting_orders",
]
