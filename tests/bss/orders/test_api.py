"""Orders over the API: an organization's token and an account's, each at its own level, each write once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from bss.accounts.models import Account, ApiToken
from bss.accounts.permissions import Permission
from bss.accounts.services.tokens import token_digest
from bss.core import scope
from bss.core.actor import SYSTEM
from bss.core.api import IDEMPOTENCY_HEADER
from bss.core.fields import FieldSpec
from bss.orders.choices import OrderState
from bss.orders.contracts import LineFields, ReviewSubject
from bss.orders.models import Order, OrderLine
from bss.orders.ports import CHECKOUT_REVIEW
from bss.orders.services import order_execute, order_place
from bss.subscriptions.choices import ChangeState, SubscriptionState
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.services import change_apply, change_fail
from bss.subscriptions.tasks import changes_due
from tests.conftest import Person, person_of_account
from tests.factories.billing import make_rate
from tests.factories.orders import (
    make_add_on,
    make_draft,
    make_order_field,
    make_product,
    make_subscription,
    make_terms,
    make_type,
    offer_plan,
    set_price,
)
from tests.factories.ports import filled, granted
from tests.pages import api as url

P = Permission
SALES = (P.ORDER_VIEW, P.ORDER_CREATE, P.ORDER_EXECUTE, P.SUBSCRIPTION_VIEW, P.SUBSCRIPTION_MANAGE)


def client_of(person: Person, *scopes: str, account: Account | None = None) -> APIClient:
    """A client with a token of this person's, for its organization or for `account`."""
    text = f"tw_{person.user.pk}_{len(scopes)}_{account.pk if account else 0}"
    ApiToken.everywhere.get_or_create(
        digest=token_digest(text),
        defaults={
            "organization": person.membership.organization,
            "scope": account.scope if account else person.membership.organization.scope,
            "name": "test",
            "prefix": text[:8],
            "account": account,
            "created_by": person.user,
            "scopes": list(map(str, scopes)),
        },
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


@pytest.fixture
def erp(staff):
    """A token of the distributor's, without sight of costs."""
    return client_of(staff, *SALES)


@pytest.fixture
def reseller_token(reseller):
    with granted(reseller.account, "api", "self_service_ordering"):
        yield client_of(reseller, *SALES[:2], *SALES[3:], account=reseller.account)


@pytest.fixture
def mail(distributor):
    return make_product(distributor, name="Mail", price="10", cost="7")


def wanted(product, customer=None, **line):
    body = {"lines": [{"product": product.public_id, "unit": "P1M", "quantity": 2, **line}]}
    return {**body, "customer": customer.public_id} if customer else body


def post(client, name, *args, data=None, key=""):
    headers = {IDEMPOTENCY_HEADER: key} if key else {}
    return client.post(url(name, *args), data or {}, format="json", headers=headers)


def test_a_draft_is_written_whole_and_executed(erp, reseller, customer_account, distributor, mail):
    add_on = make_add_on(mail, price="1")
    body = wanted(
        mail,
        customer_account,
        friendly_name="Mail of Athens",
        add_ons=[{"product": add_on.public_id, "quantity": 3}],
    )
    answer = post(erp, "orders-api:orders", data={**body, "purchase_order": "PO 1"})
    assert answer.status_code == 201, answer.json()
    found = answer.json()
    assert (found["state"], found["from_surface"], found["purchase_order"]) == (
        "draft", "api", "PO 1",
    )  # fmt: skip
    assert found["customer"] == customer_account.public_id
    assert found["billed_to"] == reseller.account.public_id
    assert Decimal(found["amounts"]["total"]) == 23
    assert [line["quantity"] for line in found["lines"]] == [2, 3]
    assert found["lines"][1]["add_on_of"] == found["lines"][0]["id"]
    # Neither cost nor profit without cost.view, not even as null.
    assert set(found["amounts"]) == {"total", "resale_total"}
    assert set(found["lines"][0]["amounts"]) == {"unit_price", "total", "resale_total"}
    done = post(erp, "orders-api:order-execute", found["id"])
    assert done.status_code == 200
    assert done.json()["state"] == "executing"
    assert {line["state"] for line in done.json()["lines"]} == {"provisioning"}


def test_costs_are_shown_to_tokens_that_may_see_them(staff, reseller, at_distributor, mail):
    order = make_draft(reseller.account, mail)
    client = client_of(staff, P.ORDER_VIEW, P.COST_VIEW)
    amounts = client.get(url("orders-api:order", order.public_id)).json()["amounts"]
    assert (Decimal(amounts["cost"]), Decimal(amounts["profit"])) == (7, 3)


def test_a_repeated_key_writes_once(erp, reseller, mail):
    answers = [
        post(erp, "orders-api:orders", data=wanted(mail, reseller.account), key="a-1")
        for _ in range(2)
    ]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotent-Replay"] == "true"
    order = answers[0].json()["id"]
    runs = [post(erp, "orders-api:order-execute", order, key="a-2") for _ in range(2)]
    assert [a.json()["state"] for a in runs] == ["executing", "executing"]
    other = post(
        erp, "orders-api:orders", data=wanted(mail, reseller.account, quantity=9), key="a-1"
    )
    assert other.status_code == 422
    with scope.activate(reseller.account.organization.scope):
        assert Order.objects.count() == 1
        assert OrderLine.objects.count() == 1


def test_one_bad_line_writes_nothing(erp, reseller, distributor, at_distributor, mail):
    small = make_product(distributor, type=make_type(distributor, max_quantity=1))
    good, bad = wanted(mail)["lines"][0], wanted(small)["lines"][0]
    body = {"customer": reseller.account.public_id, "lines": [good, bad]}
    answer = post(erp, "orders-api:orders", data=body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "QUANTITY_NOT_POSSIBLE"
    assert list(answer.json()["errors"]) == ["lines.1.quantity"]
    unknown = {"customer": reseller.account.public_id, "lines": [good], "colour": "red"}
    assert "colour" in post(erp, "orders-api:orders", data=unknown).json()["errors"]
    assert Order.objects.count() == 0


def test_an_organizations_token_names_the_customer(erp, mail, at_distributor):
    answer = post(erp, "orders-api:orders", data=wanted(mail))
    assert answer.status_code == 400
    assert "customer" in answer.json()["errors"]
    assert Order.objects.count() == 0


def test_a_reseller_orders_for_itself_at_its_price(
    reseller_token, reseller, distributor, at_distributor, mail, run_jobs
):
    make_terms(distributor, "2026-11")
    found = post(reseller_token, "orders-api:orders", data=wanted(mail)).json()
    assert found["customer"] == reseller.account.public_id
    assert set(found["amounts"]) == {"total"}
    assert post(reseller_token, "orders-api:order-execute", found["id"]).status_code == 403
    refused = post(reseller_token, "orders-api:order-place", found["id"])
    assert (refused.status_code, refused.json()["code"]) == (400, "TERMS_NOT_ACCEPTED")
    assert Order.objects.get().state == OrderState.DRAFT
    placed = post(reseller_token, "orders-api:order-place", found["id"], data={"terms": "2026-11"})
    assert placed.json()["state"] == "placed"
    assert placed.json()["terms"] == "2026-11"
    run_jobs()
    assert Order.objects.get().state == OrderState.EXECUTING


def test_changed_prices_are_told_and_confirmed(erp, reseller, at_distributor, mail):
    found = post(erp, "orders-api:orders", data=wanted(mail, reseller.account)).json()
    set_price(mail, "12")
    told = post(erp, "orders-api:order-execute", found["id"], key="k")
    assert (told.status_code, told.json()["code"]) == (409, "PRICE_CHANGED")
    assert Decimal(told.json()["extra"]["lines"][0]["new"]) == 12
    done = post(erp, "orders-api:order-execute", found["id"], key="k")
    assert (done.status_code, Decimal(done.json()["amounts"]["total"])) == (200, 24)


def test_numbers_given_as_text_are_stored_as_numbers(erp, reseller, distributor, at_distributor):
    specs = [{"code": "seats", "label": "Seats", "type": "integer", "required": True}]
    product = make_product(distributor, type=make_type(distributor, characteristics=specs))
    body = wanted(product, reseller.account, parameters={"seats": "1,500"})
    found = post(erp, "orders-api:orders", data=body).json()
    post(erp, "orders-api:order-execute", found["id"])
    assert OrderLine.objects.get().parameters == {"seats": 1500}
    missing = post(erp, "orders-api:orders", data=wanted(product, reseller.account)).json()
    refused = post(erp, "orders-api:order-execute", missing["id"])
    assert (refused.status_code, refused.json()["code"]) == (400, "DETAILS")


@dataclass
class _Alias:
    """A service manager that asks for an alias, or with a `problem` does not say what it asks."""

    problem: str = ""
    times: int = 0

    def fields(self, subject: ReviewSubject) -> list[LineFields]:
        self.times += 1
        specs = () if self.problem else (FieldSpec("alias", "Alias", required=True),)
        return [LineFields(line.key, "", specs, self.problem) for line in subject.lines]


@pytest.fixture
def asking(distributor):
    """A product of which buyers are asked for seats, and staff for a margin."""
    specs = [
        {"code": "seats", "label": "Seats", "type": "integer", "required": True},
        {"code": "margin", "label": "Margin", "audience": "staff"},
    ]
    return make_product(distributor, type=make_type(distributor, characteristics=specs))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"seats": 3, "accepted_offer": "65304479CA03A12"}, "accepted_offer"),
        ({"seats": 3, "margin": "0"}, "margin"),
        ({"seats": "many"}, "seats"),
        ({"seats": [3]}, "seats"),
    ],
)
def test_an_accounts_token_answers_what_buyers_are_asked_and_nothing_else(
    reseller_token, at_distributor, mail, asking, given, code
):
    body = {"lines": [*wanted(mail)["lines"], *wanted(asking, parameters=given)["lines"]]}

    refused = post(reseller_token, "orders-api:orders", data=body)

    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == [f"lines.1.parameters.{code}"]
    assert (Order.objects.count(), OrderLine.objects.count()) == (0, 0)


def test_what_an_accounts_token_answers_is_kept_as_it_is_stored(
    reseller_token, at_distributor, mail, asking
):
    body = {
        "lines": [*wanted(asking, parameters={"seats": "1,500"})["lines"], *wanted(mail)["lines"]]
    }
    made = post(reseller_token, "orders-api:orders", data=body)
    assert [line["parameters"] for line in made.json()["lines"]] == [{"seats": 1500}, {}]

    # A draft may lack an answer: it is asked for when the order is placed.
    body = wanted(asking, parameters={"seats": ""})
    assert post(reseller_token, "orders-api:orders", data=body).status_code == 201


def test_a_service_manager_is_asked_once_what_an_accounts_token_may_answer(
    reseller_token, at_distributor, mail
):
    body = wanted(mail, parameters={"alias": "aegean"})
    with filled(CHECKOUT_REVIEW, manager := _Alias()):
        made = [post(reseller_token, "orders-api:orders", data=body, key="a") for _ in range(2)]
        assert [each.status_code for each in made] == [201, 201]
        # Who answers nothing makes nobody be asked.
        assert post(reseller_token, "orders-api:orders", data=wanted(mail)).status_code == 201
        assert manager.times == 1
    with filled(CHECKOUT_REVIEW, _Alias(problem="It did not answer.")):
        silent = post(reseller_token, "orders-api:orders", data=body)
    assert silent.status_code == 400
    assert silent.json()["errors"] == {"lines.0.parameters": ["It did not answer."]}
    assert Order.objects.count() == 2


def test_strangers_find_nothing(reseller_token, rival, tenant, at_distributor, mail):
    order = make_draft(rival.account, mail)
    abroad = client_of(tenant, *SALES)
    for client in (reseller_token, abroad):
        assert client.get(url("orders-api:order", order.public_id)).status_code == 404
        assert post(client, "orders-api:order-cancel", order.public_id).status_code == 404
        assert client.get(url("orders-api:orders")).json()["results"] == []
    body = wanted(mail, rival.account)
    assert post(reseller_token, "orders-api:orders", data=body).status_code == 400
    order.refresh_from_db()
    assert order.state == OrderState.DRAFT


def test_a_token_without_the_scope_reads_and_writes_nothing(staff, reseller, mail, at_distributor):
    order = make_draft(reseller.account, mail)
    client = client_of(staff, P.CATALOG_VIEW)
    assert client.get(url("orders-api:orders")).status_code == 403
    for name in ("order-execute", "order-cancel", "order-place"):
        assert post(client, f"orders-api:{name}", order.public_id).status_code == 403
    assert APIClient().get(url("orders-api:orders")).status_code == 401
    order.refresh_from_db()
    assert order.state == OrderState.DRAFT


def test_the_list_narrows_and_cancelling_ends_it(erp, reseller, at_distributor, mail):
    first, second = (make_draft(reseller.account, mail) for _ in range(2))
    post(erp, "orders-api:order-cancel", first.public_id, data={"reason": "Twice"})
    listed = erp.get(url("orders-api:orders") + "?state=draft,placed").json()["results"]
    assert [order["id"] for order in listed] == [second.public_id]
    listed = erp.get(url("orders-api:orders") + f"?number={first.number}").json()["results"]
    assert [(order["id"], order["state"]) for order in listed] == [(first.public_id, "cancelled")]


def test_subscriptions_are_listed_read_and_changed(erp, reseller, at_distributor, mail):
    subscription = make_subscription(reseller.account, mail, quantity=5)
    listed = erp.get(url("subscriptions-api:subscriptions") + "?state=active").json()["results"]
    assert [(s["number"], s["quantity"]) for s in listed] == [(subscription.number, 5)]
    assert Decimal(listed[0]["amounts"]["total"]) == 50
    assert "cost" not in listed[0]["amounts"]
    change = [
        post(
            erp,
            "subscriptions-api:subscription-quantity",
            subscription.public_id,
            data={"quantity": 8},
            key="more",
        )
        for _ in range(2)
    ]
    assert [c.status_code for c in change] == [201, 201]
    assert ScheduledChange.objects.count() == 1
    change_apply(change=ScheduledChange.objects.get(), actor=SYSTEM)
    read = erp.get(url("subscriptions-api:subscription", subscription.public_id)).json()
    assert (read["quantity"], read["changes"][0]["state"]) == (8, "applied")
    ended = post(
        erp,
        "subscriptions-api:subscription-cancel",
        subscription.public_id,
        data={"when": "period_end", "reason": "Moving"},
    )
    assert ended.json()["state"] == ChangeState.SCHEDULED
    assert Subscription.objects.get().state == SubscriptionState.PENDING_CANCEL
    again = post(
        erp,
        "subscriptions-api:subscription-quantity",
        subscription.public_id,
        data={"quantity": 9},
    )
    assert (again.status_code, again.json()["code"]) == (409, "STATE_FORBIDS")


def test_another_product_must_be_of_the_same_type(erp, reseller, distributor, at_distributor):
    kind = make_type(distributor)
    basic, plus = (make_product(distributor, type=kind) for _ in range(2))
    subscription = make_subscription(reseller.account, basic)
    name, public_id = "subscriptions-api:subscription-product", subscription.public_id
    other = make_product(distributor)
    refused = post(erp, name, public_id, data={"product": other.public_id})
    assert (refused.status_code, refused.json()["code"]) == (400, "PRODUCT_UNKNOWN")
    assert ScheduledChange.objects.count() == 0
    assert post(erp, name, public_id, data={"product": plus.public_id}).status_code == 201
    assert ScheduledChange.objects.get().product == plus


def test_a_draft_that_staff_write_is_not_there_for_its_accounts_token(
    reseller_token, reseller, at_distributor, staff, mail
):
    draft = make_draft(reseller.account, mail, actor=staff.actor)
    own = post(reseller_token, "orders-api:orders", data=wanted(mail)).json()

    listed = reseller_token.get(url("orders-api:orders")).json()["results"]
    assert [order["id"] for order in listed] == [own["id"]]
    assert reseller_token.get(url("orders-api:order", draft.public_id)).status_code == 404
    for name in ("orders-api:order-place", "orders-api:order-cancel"):
        assert post(reseller_token, name, draft.public_id).status_code == 404
    draft.refresh_from_db()
    assert draft.state == OrderState.DRAFT
    assert reseller_token.get(url("orders-api:order", own["id"])).status_code == 200

    # Once it is placed it is an order of theirs.
    order_execute(order=draft, actor=staff.actor)
    assert reseller_token.get(url("orders-api:order", draft.public_id)).status_code == 200


@pytest.mark.parametrize("name", ["renewal", "cancel", "product"])
def test_a_plan_is_changed_by_who_may_switch_plans(
    reseller, distributor, at_distributor, staff, name
):
    kind = make_type(distributor, audience="reseller", max_quantity=1)
    free, standard = (make_product(distributor, type=kind) for _ in range(2))
    subscription = make_subscription(reseller.account, free, quantity=1)
    data = {
        "renewal": {"renews": False},
        "cancel": {"when": "now"},
        "product": {"product": standard.public_id},
    }[name]
    path = f"subscriptions-api:subscription-{name}", subscription.public_id
    with granted(reseller.account, "api"):
        client = client_of(reseller, *SALES, account=reseller.account)
        assert post(client, *path, data=data).status_code == 403
        assert ScheduledChange.objects.count() == 0
        client = client_of(reseller, *SALES, P.PLAN_SWITCH, account=reseller.account)
        assert post(client, *path, data=data).status_code == 201
    assert ScheduledChange.objects.count() == 1


def test_a_customers_token_reads_its_resellers_price(
    reseller, customer_account, shop, at_distributor, mail
):
    subscription = make_subscription(reseller.account, mail, customer=customer_account, quantity=2)
    Subscription.objects.update(unit_resale=Decimal(11))
    OrderLine.objects.update(unit_resale=Decimal(11), total_resale=Decimal(22))
    Order.objects.update(total_resale=Decimal(22))
    buyer = person_of_account(customer_account, shop)
    with granted(reseller.account, "api", "self_service_ordering"):
        client = client_of(buyer, *SALES, account=customer_account)
        answers = [
            client.get(url("subscriptions-api:subscription", subscription.public_id)),
            client.get(url("orders-api:order", Order.objects.get().public_id)),
        ]
    for answer in answers:
        assert answer.status_code == 200
        body = answer.json()
        assert Decimal(body["amounts"]["total"]) == 22
        assert body["billed_to"] is None
        assert set(body["amounts"]) <= {"total", "unit_price"}


@pytest.mark.parametrize("rows", [1, 20])
def test_lists_cost_the_same_however_many_rows(
    erp, reseller, distributor, at_distributor, rows, django_assert_max_num_queries
):
    for _ in range(rows):
        subscription = make_subscription(reseller.account, make_product(distributor))
    order = subscription.order_line.order
    for address in (
        url("orders-api:orders"),
        url("orders-api:order", order.public_id),
        url("subscriptions-api:subscriptions"),
        url("subscriptions-api:subscription", subscription.public_id),
    ):
        with django_assert_max_num_queries(10):
            assert erp.get(address).status_code == 200


def test_an_order_over_the_api_takes_a_plan_and_answers(reseller_token, reseller, distributor):
    product = make_product(distributor, price="100", units=("P1Y",))
    offer_plan(product, reseller.account)
    make_order_field(distributor, code="devices", label="Devices", type="integer")
    line = {"product": product.public_id, "unit": "P1Y", "quantity": 1}

    made = reseller_token.post(
        "/api/v1/orders/",
        {"answers": {"devices": 1234567}, "lines": [{**line, "payment_plan": "monthly-12"}]},
        format="json",
    )
    wrong = reseller_token.post(
        "/api/v1/orders/", {"lines": [{**line, "payment_plan": "annual-9"}]}, format="json"
    )

    body = made.json()
    assert made.status_code == 201
    assert body["answers"] == {"devices": 1234567}
    assert body["lines"][0]["payment_plan"] == "monthly-12"
    parts = body["lines"][0]["installments"]
    assert (parts["count"], Decimal(parts["regular"]), Decimal(parts["last"])) == (
        12, Decimal("8.33"), Decimal("8.37"),
    )  # fmt: skip
    assert wrong.status_code == 400
    assert "lines.0.payment_plan" in wrong.content.decode()


def test_an_order_tells_each_of_its_invoices(
    erp, reseller, customer_account, shop, distributor, at_distributor, mail
):
    make_rate(distributor, "24")
    found = post(erp, "orders-api:orders", data=wanted(mail, customer_account)).json()
    drafted = found["invoices"]
    placed = post(erp, "orders-api:order-place", found["id"]).json()["invoices"]
    assert [(Decimal(each["net"]), Decimal(each["tax"])) for each in drafted] == [
        (Decimal(20), Decimal("4.80"))
    ]
    assert (drafted == placed, placed[0]["is_at_once"]) == (True, True)
    assert Order.objects.get().preview["price"]["documents"][0]["total"] == "24.80"
    buyer = person_of_account(customer_account, shop)
    with granted(reseller.account, "api", "self_service_ordering"):
        token = client_of(buyer, P.ORDER_VIEW, account=customer_account)
        resold = token.get(url("orders-api:order", found["id"])).json()["invoices"]
    assert [(Decimal(each["net"]), each["tax"]) for each in resold] == [(Decimal(20), None)]


# Giving up what is planned --------------------------------------------------------------------------------------


def planned_end(client, subscription):
    """The order of a cancellation at the end of the term, asked for over the API."""
    path = "subscriptions-api:subscription-cancel", subscription.public_id
    answer = post(client, *path, data={"when": "period_end"})
    assert answer.status_code == 201, answer.json()
    return answer.json()["order"]


def states_of(subscription):
    """Where the subscription, its one change and the order of that are."""
    change = ScheduledChange.objects.select_related("subscription", "order_line__order").get(
        subscription=subscription
    )
    return change.subscription.state, change.state, change.order_line.order.state


PLANNED = (SubscriptionState.PENDING_CANCEL, ChangeState.SCHEDULED, OrderState.PLACED)
TAKEN_BACK = (SubscriptionState.ACTIVE, ChangeState.CANCELLED, OrderState.CANCELLED)


def test_cancelling_the_order_of_a_planned_end_lets_the_subscription_go_on_at_once(
    reseller_token, reseller, at_distributor, mail, run_jobs, travel
):
    subscription = make_subscription(reseller.account, mail)
    order = planned_end(reseller_token, subscription)
    assert states_of(subscription) == PLANNED

    answers = [
        post(reseller_token, "orders-api:order-cancel", order, data={"reason": "We stay"}, key="x")
        for _twice in range(2)
    ]

    assert [(a.status_code, a.json()["state"]) for a in answers] == [(200, "cancelled")] * 2
    assert states_of(subscription) == TAKEN_BACK
    run_jobs()
    travel(timedelta(days=40))
    assert changes_due() == 1, "the term that ended, and no change"
    assert states_of(subscription) == TAKEN_BACK


def test_a_planned_end_is_taken_back_by_who_may_change_subscriptions(
    reseller_token, reseller, at_distributor, mail
):
    subscription = make_subscription(reseller.account, mail)
    order = planned_end(reseller_token, subscription)
    with granted(reseller.account, "api"):
        buyer = client_of(reseller, P.ORDER_VIEW, P.ORDER_CREATE, account=reseller.account)
        refused = post(buyer, "orders-api:order-cancel", order)

    assert refused.status_code == 403
    assert states_of(subscription) == PLANNED


def test_what_only_the_seller_ends_no_token_of_an_account_takes_back(
    erp, reseller_token, reseller, distributor, at_distributor
):
    product = make_product(distributor, type=make_type(distributor, cancellable=False))
    subscription = make_subscription(reseller.account, product)
    order = planned_end(erp, subscription)

    refused = post(reseller_token, "orders-api:order-cancel", order)

    assert (refused.status_code, refused.json()["code"]) == (403, "WITHDRAWAL_DENIED")
    assert states_of(subscription) == PLANNED
    assert post(erp, "orders-api:order-cancel", order).status_code == 200
    assert states_of(subscription) == TAKEN_BACK


def test_the_end_of_a_plan_is_taken_back_by_who_may_switch_plans(
    reseller, distributor, at_distributor
):
    kind = make_type(distributor, audience="reseller", max_quantity=1)
    subscription = make_subscription(
        reseller.account, make_product(distributor, type=kind), quantity=1
    )
    with granted(reseller.account, "api"):
        switching = client_of(reseller, *SALES, P.PLAN_SWITCH, account=reseller.account)
        order = planned_end(switching, subscription)
        client = client_of(reseller, *SALES, account=reseller.account)
        assert post(client, "orders-api:order-cancel", order).status_code == 403
        assert states_of(subscription) == PLANNED
        assert post(switching, "orders-api:order-cancel", order).status_code == 200
    assert states_of(subscription) == TAKEN_BACK


def test_what_the_next_term_begins_with_is_changed_and_not_cancelled(
    reseller_token, reseller, at_distributor, mail
):
    """It is written down as it is ordered: its order is done, and another wish replaces it."""
    subscription = make_subscription(reseller.account, mail, quantity=5)
    asked = post(
        reseller_token,
        "subscriptions-api:subscription-quantity",
        subscription.public_id,
        data={"quantity": 3, "when": "period_end"},
    ).json()
    assert asked["state"] == ChangeState.APPLIED

    refused = post(reseller_token, "orders-api:order-cancel", asked["order"])

    assert (refused.status_code, refused.json()["code"]) == (409, "ALREADY_DELIVERED")
    subscription.refresh_from_db()
    assert (subscription.quantity, subscription.renewal_quantity) == (5, 3)


def test_a_change_under_way_and_one_that_failed(reseller_token, reseller, at_distributor, mail):
    subscription = make_subscription(reseller.account, mail, quantity=5)
    asked = post(
        reseller_token,
        "subscriptions-api:subscription-quantity",
        subscription.public_id,
        data={"quantity": 3},
    ).json()
    change = ScheduledChange.objects.get()
    under_way = post(reseller_token, "orders-api:order-cancel", asked["order"])
    change_fail(change=change, code="NO", text="Refused.", actor=SYSTEM)
    given_up = post(reseller_token, "orders-api:order-cancel", asked["order"])

    assert (under_way.status_code, under_way.json()["code"]) == (409, "LINES_IN_FLIGHT")
    assert (given_up.status_code, given_up.json()["state"]) == (200, "cancelled")
    assert states_of(subscription) == TAKEN_BACK
    subscription.refresh_from_db()
    assert (subscription.quantity, subscription.sync_status) == (5, "synchronized")


def test_a_customers_token_cancels_nothing_that_its_reseller_has_let_pass(
    reseller, customer_account, shop, at_distributor, mail
):
    order = make_draft(reseller.account, mail, customer=customer_account)
    order_place(order=order, actor=SYSTEM)
    buyer = person_of_account(customer_account, shop)
    with granted(reseller.account, "api", "self_service_ordering"):
        client = client_of(buyer, *SALES, account=customer_account)
        refused = post(client, "orders-api:order-cancel", order.public_id)

    assert refused.status_code == 403
    order.refresh_from_db()
    assert order.state == OrderState.PLACED
