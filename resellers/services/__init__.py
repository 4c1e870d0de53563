"""Writes of reseller plans.

`provisioning` is what the service manager does when a plan subscription is created, changed or ended; `requests` is
what people ask for from either surface; `setup` is the distributor's side; `shop` is the reseller's own storefront.
"""

from resellers.services.provisioning import (
    plan_end,
    plan_move,
    plan_pause,
    plan_resume,
    plan_start,
)
from resellers.services.requests import (
    plan_cancel,
    plan_change_preview,
    plan_choose,
    plan_switch,
    plan_switch_held,
    plan_switch_request,
    upgrade_draft,
)
from resellers.services.setup import plan_edit, plans_ensure, plans_link
from resellers.services.shop import listing_save, prices_save, storefront_save, terms_save

__all__ = [
    "listing_save",
    "plan_cancel",
    "plan_change_preview",
    "plan_choose",
    "plan_edit",
    "plan_end",
    "plan_move",
    "plan_pause",
    "plan_resume",
    "plan_start",
    "plan_switch",
    "plan_switch_held",
    "plan_switch_request",
    "plans_ensure",
    "plans_link",
    "prices_save",
    "storefront_save",
    "terms_save",
    "upgrade_draft",
]
