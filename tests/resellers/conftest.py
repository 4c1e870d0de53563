"""Plans on sale at the distributor, and the shortest way onto one."""

from __future__ import annotations

import pytest

from resellers.models import Plan
from tests.factories.resellers import order_plan, plans_on_sale


@pytest.fixture
def plans(distributor):
    """The distributor's plans by code, on sale."""
    plans_on_sale(distributor)
    return {plan.code: plan for plan in Plan.everywhere.select_related("product")}


@pytest.fixture
def put_on(plans, staff, run_jobs):
    """`put_on(account, "free", alias)`: staff put a reseller on a plan, and it is provisioned."""

    def do(account, code, alias=""):
        order = order_plan(account, code, alias=alias, actor=staff.actor)
        run_jobs()
        return order

    return do
