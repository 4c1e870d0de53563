"""Plans over the API: a reseller's token and an organization's look, choose, switch and cancel, each write once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bss.accounts.permissions import Permission as P
from bss.accounts.selectors import account_ceiling
from bss.accounts.services import token_create
from bss.core import scope
from bss.core.errors import Invalid
from bss.orders.choices import OrderSource, OrderState
from bss.orders.models import Order
from bss.subscriptions.models import ScheduledChange, Subscription
from resellers.models import ResellerProfile
from tests.bss.orders.test_api import client_of, post
from tests.pages import api as url

SCOPES = (P.ORDER_VIEW, P.ORDER_CREATE, P.PLAN_VIEW, P.PLAN_SWITCH)


@pytest.fixture
def erp(staff):
    """A token of the distributor's."""
    return client_of(staff, *SCOPES)


@pytest.fixture
def on_standard(reseller, put_on):
    """The reseller's account on the plan that includes the API."""
    put_on(reseller.account, "standard", "techsolutions")
    return reseller.account


@pytest.fixture
def own(reseller, on_standard):
    """A token of the reseller's."""
    return client_of(reseller, *SCOPES, account=on_standard)


def plan_of(account):
    profile = ResellerProfile.everywhere.select_related("plan").get(account=account)
    return profile.plan.code


def written():
    """How many orders, changes and subscriptions there are."""
    return [model.everywhere.count() for model in (Order, ScheduledChange, Subscription)]


def test_a_reseller_gives_its_token_its_plan_and_an_end_customer_has_none_to_give(
    reseller, customer_account, distributor, on_standard
):
    with scope.activate(on_standard.scope_path):
        token, _text = token_create(
            organization=distributor,
            account=on_standard,
            name="Shop",
            scopes=["plan.view", "plan.switch"],
            actor=reseller.actor,
        )
    assert token.scopes == ["plan.view", "plan.switch"]
    assert not {"plan.view", "plan.switch"} & account_ceiling(customer_account)
    with pytest.raises(Invalid):
        token_create(
            organization=distributor,
            account=on_standard,
            name="More",
            scopes=["plan.setup"],
            actor=reseller.actor,
        )


def test_a_token_reads_what_each_plan_would_be(own, on_standard):
    found = own.get(url("plans-api:plans", on_standard.public_id)).json()

    profile = ResellerProfile.everywhere.select_related("subscription").get(account=on_standard)
    assert profile.subscription is not None
    assert (found["alias"], found["is_open"]) == ("techsolutions", True)
    assert found["subscription"] == profile.subscription.public_id
    assert found["order_in_progress"] is None
    assert [(plan["code"], plan["is_current"], plan["action"]) for plan in found["plans"]] == [
        ("basic", False, "cancel"),
        ("free", False, "switch"),
        ("standard", True, ""),
    ]
    standard = found["plans"][2]
    assert "api" in standard["includes"]
    assert "own_mail_server" not in standard["includes"], "it is not built yet"
    assert [(p["unit"], Decimal(p["price"]), p["currency"]) for p in standard["prices"]] == [
        ("P1M", Decimal(49), "EUR"),
        ("P1Y", Decimal(490), "EUR"),
    ]


def test_who_may_only_look_is_offered_nothing(reseller, on_standard):
    reader = client_of(reseller, P.PLAN_VIEW, account=on_standard)
    found = reader.get(url("plans-api:plans", on_standard.public_id)).json()
    assert {plan["action"] for plan in found["plans"]} == {""}


def test_a_token_switches_once_and_the_second_answer_is_the_first(own, on_standard, run_jobs):
    before = written()
    path = "plans-api:switch", on_standard.public_id, "free"

    answers = [post(own, *path, key="down") for _twice in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert [now - then for now, then in zip(written(), before, strict=True)] == [1, 1, 0]
    order = Order.everywhere.latest("pk")
    assert (order.source, answers[0].json()["order"]) == (OrderSource.API, order.public_id)
    run_jobs()
    assert plan_of(on_standard) == "free"


def test_an_organizations_token_switches_back(erp, own, on_standard, run_jobs):
    post(own, "plans-api:switch", on_standard.public_id, "free")
    run_jobs()
    assert own.get(url("plans-api:plans", on_standard.public_id)).status_code == 401
    answer = post(erp, "plans-api:switch", on_standard.public_id, "standard")
    assert answer.status_code == 201, answer.json()
    run_jobs()
    assert plan_of(on_standard) == "standard"


def test_a_token_cancels_the_plan_and_ends_with_it(own, on_standard, run_jobs):
    answer = post(own, "plans-api:cancel", on_standard.public_id, key="off")
    assert (answer.status_code, answer.json()["kind"]) == (201, "cancel")
    run_jobs()
    assert plan_of(on_standard) == "basic"
    assert own.get(url("plans-api:plans", on_standard.public_id)).status_code == 401


def test_a_plan_is_chosen_as_a_draft_and_placed(erp, reseller, plans, run_jobs):
    account = reseller.account
    path = "plans-api:choose", account.public_id, "free"

    drafts = [
        post(erp, *path, data={"unit": "P1M", "alias": "techsolutions"}, key="up")
        for _twice in range(2)
    ]

    assert [draft.status_code for draft in drafts] == [201, 201], drafts[0].json()
    assert drafts[0].json() == drafts[1].json()
    order = Order.everywhere.get()
    assert (order.state, order.source) == (OrderState.DRAFT, OrderSource.API)
    assert drafts[0].json()["id"] == order.public_id
    assert Subscription.everywhere.count() == 0
    placed = post(erp, "orders-api:order-place", order.public_id)
    assert placed.status_code == 200, placed.json()
    run_jobs()
    assert plan_of(account) == "free"


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        (("choose", "free", {"unit": "P1M"}), 409, "PLAN_HELD"),
        (("choose", "free", {}), 400, "INVALID"),
        (("switch", "standard", {}), 409, "SAME_PLAN"),
        (("switch", "basic", {}), 409, "PLAN_NOT_SOLD"),
        (("switch", "golden", {}), 404, "NOT_FOUND"),
        (("switch", "free", {"when": "now"}), 400, "INVALID"),
    ],
)
def test_what_cannot_be_changes_nothing(own, on_standard, asked, status, code):
    name, plan, data = asked
    before = written()
    answer = post(own, f"plans-api:{name}", on_standard.public_id, plan, data=data)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert written() == before
    assert plan_of(on_standard) == "standard"


def test_an_alias_that_is_taken_is_refused_on_its_field(erp, rival, put_on, reseller):
    put_on(rival.account, "free", "techsolutions")
    before = written()
    path = "plans-api:choose", reseller.account.public_id, "free"
    answer = post(erp, *path, data={"unit": "P1M", "alias": "techsolutions"})
    assert (answer.status_code, answer.json()["code"]) == (400, "ALIAS_TAKEN")
    assert written() == before


def test_nobody_moves_the_plan_of_somebody_else(
    own, erp, reseller, rival, customer_account, on_standard
):
    before = written()
    for name, *given in (("switch", "free"), ("cancel",)):
        for account in (rival.account, customer_account):
            answer = post(own, f"plans-api:{name}", account.public_id, *given)
            assert answer.status_code == (404 if account == rival.account else 409)
    reader = client_of(reseller, P.PLAN_VIEW, P.ORDER_CREATE, account=on_standard)
    assert post(reader, "plans-api:cancel", on_standard.public_id).status_code == 403
    assert post(erp, "plans-api:cancel", rival.account.public_id).json()["code"] == "NO_PLAN"
    assert written() == before
    assert plan_of(on_standard) == "standard"
