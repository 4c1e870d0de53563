"""Plans on sale at the distributor, and the shortest way onto one."""

from __future__ import annotations

import pytest

from bss.core import scope
from resellers.models import Plan
from resellers.services import reseller_upgrade
from tests.factories.resellers import plans_on_sale


@pytest.fixture
def plans(distributor):
    """The distributor's plans by code, on sale."""
    plans_on_sale(distributor)
    return {plan.code: plan for plan in Plan.everywhere.select_related("product")}


@pytest.fixture
def put_on(plans, staff, run_jobs, distributor):
    """`put_on(account, "free", alias)`: staff put a reseller on a plan, and it is provisioned."""

    def do(account, code, alias=""):
        with scope.activate(distributor.scope):
            result = reseller_upgrade(
                account=account, plan=plans[code], unit="P1M", alias=alias, actor=staff.actor
            )
        run_jobs()
        return result

    return do
