"""Orders in the portal: who sees what, and the way from a new order to its execution."""

from __future__ import annotations

import pytest

from bss.core.actor import SYSTEM
from bss.core.fields import FieldSpec
from bss.orders.choices import LineState, OrderState
from bss.orders.contracts import Refuse
from bss.orders.models import Order, OrderLine, TermsVersion
from bss.orders.ports import CHECKOUT_REVIEW
from bss.orders.selectors import count_needing_staff
from bss.orders.services import (
    line_ask,
    line_fail,
    order_execute,
    order_field_create,
    order_place,
)
from bss.pricing.stored import from_stored
from tests.bss.orders.test_executing import Reviewer
from tests.conftest import person_of_staff
from tests.factories.accounts import make_staff
from tests.factories.billing import make_rate
from tests.factories.orders import make_add_on, make_draft, make_product, make_type, set_price
from tests.factories.ports import filled
from tests.pages import portal
from tests.storefront.test_checkout import form_of

pytestmark = pytest.mark.usefixtures("at_distributor")


def body(response):
    assert response.status_code == 200, response.content.decode()[:400]
    return response.content.decode()


@pytest.fixture
def draft(reseller, distributor):
    return make_draft(reseller.account, make_product(distributor, name="Mail Plus"), quantity=3)


def test_the_list_shows_orders_and_its_views_narrow_it(staff, reseller, distributor):
    drafted = make_draft(reseller.account, make_product(distributor))
    running = order_execute(
        order=make_draft(reseller.account, make_product(distributor)), actor=SYSTEM
    )
    failed = order_execute(
        order=make_draft(reseller.account, make_product(distributor)), actor=SYSTEM
    )
    line_fail(line=failed.lines.get(), code="NO", text="Refused.", actor=SYSTEM)
    expected = {
        "": {drafted, running, failed},
        "?view=drafts": {drafted},
        "?view=executing": {running},
        "?view=failed": {failed},
        "?view=needs": {failed},
        f"?q={running.number}": {running},
    }
    for query, orders in expected.items():
        page = body(staff.client.get(portal("orders:list") + query))
        shown = {o for o in (drafted, running, failed) if o.number in page}
        assert shown == orders, query


def test_costs_are_for_those_who_may_see_them(staff, distributor, draft):
    support = person_of_staff(make_staff(distributor, "support"))
    for url in (portal("orders:list"), portal("orders:detail", draft.public_id)):
        assert "Profit" in body(staff.client.get(url))
        page = body(support.client.get(url))
        assert "Profit" not in page
        # 3 x (10 - 7) of profit and 3 x 7 of cost.
        assert "€9.00" not in page
        assert "€21.00" not in page
        assert "€30.00" in page
    # On a phone each amount has its name beside it, also the second one of the sums.
    detail = body(staff.client.get(portal("orders:detail", draft.public_id)))
    assert 'data-label="Profit"' in detail.partition("<tfoot")[2]


def test_another_organizations_order_is_not_there(tenant, draft):
    for name in (
        "orders:detail",
        "orders:edit",
        "orders:execute",
        "orders:cancel",
        "orders:line-add",
    ):
        assert tenant.client.get(portal(name, draft.public_id)).status_code == 404
    assert draft.number not in body(tenant.client.get(portal("orders:list")))


def test_read_only_staff_see_and_do_nothing(distributor, draft):
    reader = person_of_staff(make_staff(distributor, "read_only"))
    page = body(reader.client.get(portal("orders:detail", draft.public_id)))
    assert "Execute Order" not in page
    assert "Cancel order" not in page
    for name in ("orders:execute", "orders:cancel", "orders:place"):
        assert reader.client.post(portal(name, draft.public_id)).status_code == 403
    draft.refresh_from_db()
    assert draft.state == OrderState.DRAFT


def test_staff_write_an_order_and_execute_it(staff, reseller, customer_account, distributor):
    product = make_product(distributor, name="Mail Plus", price="1250", units=("P1M", "P1Y"))
    client = staff.client
    assert customer_account.name in body(client.get(portal("orders:create") + "?q=Aegean"))
    url = f"{portal('orders:create')}?account={customer_account.public_id}"
    assert "billed to Techsolutions" in body(client.get(url))
    response = client.post(url, {"name": "", "purchase_order": "PO 12"})
    order = Order.objects.get()
    assert response["Location"] == portal("orders:line-add", order.public_id)
    assert (order.account_id, order.customer_id) == (reseller.account.pk, customer_account.pk)
    add = portal("orders:line-add", order.public_id)
    assert "Mail Plus" in body(client.get(add + "?q=mail"))
    client.post(add, {"product": product.public_id, "unit": "P1Y", "quantity": "1,000"})
    line = OrderLine.objects.get()
    assert (line.quantity, line.unit) == (1000, "P1Y")
    edit = portal("orders:line-edit", line.public_id)
    # What the locale writes with a separator comes back as the same number.
    assert 'value="1,000"' in body(client.get(edit))
    client.post(edit, {"quantity": "1,200", "unit": "P1M", "friendly_name": "Mail of Athens"})
    line.refresh_from_db()
    assert (line.quantity, line.unit, line.friendly_name) == (1200, "P1M", "Mail of Athens")
    execute = portal("orders:execute", order.public_id)
    shown = body(client.get(execute))
    assert "€1,500,000.00" in shown
    assert client.post(execute, form_of(shown)).status_code == 302
    order.refresh_from_db()
    assert order.state == OrderState.EXECUTING
    page = body(client.get(portal("orders:detail", order.public_id)))
    assert "Mail of Athens" in page
    assert "Order executing" in page


def test_add_ons_are_offered_with_what_is_in_the_order(staff, draft):
    line = draft.lines.get()
    add_on = make_add_on(line.product, name="Archive")
    add = portal("orders:line-add", draft.public_id)
    assert "Archive" in body(staff.client.get(add))
    given = {"product": add_on.public_id, "unit": "P1M", "quantity": "2", "parent": line.public_id}
    staff.client.post(add, given)
    assert OrderLine.objects.get(parent=line).quantity == 2
    staff.client.post(portal("orders:line-remove", line.public_id))
    assert OrderLine.objects.count() == 0


def test_new_prices_are_shown_before_they_are_executed(staff, draft):
    set_price(draft.lines.get().product, "12")
    execute = portal("orders:execute", draft.public_id)
    answer = staff.client.post(execute)
    assert answer.status_code == 409
    assert "Prices changed" in answer.content.decode()
    assert "€36.00" in answer.content.decode()
    assert staff.client.post(execute, form_of(answer.content.decode())).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.total) == (OrderState.EXECUTING, 36)


@pytest.fixture
def asking(reseller, distributor):
    """A draft of two items that ask for a domain, and one of them for a number of seats."""
    domain = {"code": "domain", "label": "Domain name", "required": True}
    seats = {"code": "seats", "label": "Seats at work", "type": "integer", "required": True}
    products = [
        make_product(distributor, name=name, type=make_type(distributor, characteristics=specs))
        for name, specs in (("Tenant", [domain]), ("Phone", [domain, seats]))
    ]
    return make_draft(reseller.account, *products)


def test_what_is_missing_is_marked_on_the_draft_and_asked_on_one_page(staff, asking):
    tenant, phone = asking.lines.order_by("pk")
    page = body(staff.client.get(portal("orders:detail", asking.public_id)))
    details = portal("orders:service-details", asking.public_id)
    assert "Tenant: Domain name; Phone: Domain name, Seats at work" in page
    assert "Service details missing: Domain name, Seats at work" in page
    for line in (tenant, phone):
        assert f"{details}#asked-{line.public_id}" in page

    given = {
        f"{tenant.public_id}-domain": "aegean.example",
        f"{phone.public_id}-domain": "aegean.example",
        f"{phone.public_id}-seats": "1,200",
    }
    refused = staff.client.post(details, {**given, f"{phone.public_id}-seats": "many"})
    assert refused.status_code == 400
    assert "Enter a number" in refused.content.decode()
    assert {line.parameters == {} for line in asking.lines.all()} == {True}

    assert staff.client.post(details, given)["Location"] == portal(
        "orders:detail", asking.public_id
    )
    phone.refresh_from_db()
    assert phone.parameters == {"domain": "aegean.example", "seats": 1200}
    page = body(staff.client.get(portal("orders:detail", asking.public_id)))
    assert "Service details missing" not in page
    assert "Service details are missing" not in page
    assert "Seats at work: 1,200" in page


def test_execute_leads_to_what_is_missing_with_each_error_on_its_field(staff, asking):
    tenant, phone = asking.lines.order_by("pk")
    phone.parameters = {"domain": "aegean.example"}
    phone.save()
    execute = portal("orders:execute", asking.public_id)
    refused = staff.client.post(execute)
    assert refused.status_code == 400
    page = refused.content.decode()
    for line, code in ((tenant, "domain"), (phone, "seats")):
        assert f'id="id_{line.public_id}-{code}-error"' in page
    assert f'id="id_{phone.public_id}-domain-error"' not in page
    assert 'value="aegean.example"' in page
    asking.refresh_from_db()
    assert asking.state == OrderState.DRAFT

    details = portal("orders:service-details", asking.public_id)
    assert f'action="{details}"' in page
    answers = {
        f"{tenant.public_id}-domain": "a.example",
        f"{phone.public_id}-domain": "aegean.example",
        f"{phone.public_id}-seats": "3",
    }
    saved = staff.client.post(details, {**form_of(page), **answers})
    assert saved["Location"] == execute
    staff.client.post(execute, form_of(body(staff.client.get(execute))))
    asking.refresh_from_db()
    assert asking.state == OrderState.EXECUTING
    assert [line.parameters for line in asking.lines.order_by("pk")] == [
        {"domain": "a.example"},
        {"domain": "aegean.example", "seats": 3},
    ]


def test_a_refusal_about_no_question_names_the_item_and_stays_on_the_page(staff, draft):
    refusal = Refuse({(draft.lines.get().public_id, ""): ["Sold out."]})
    with filled(CHECKOUT_REVIEW, Reviewer(refusal)):
        answer = staff.client.post(portal("orders:execute", draft.public_id))
    assert answer.status_code == 400
    assert "Mail Plus: Sold out." in answer.content.decode()
    draft.refresh_from_db()
    assert draft.state == OrderState.DRAFT


def test_the_organizations_own_questions_are_asked_on_the_same_page(staff, asking, distributor):
    order_field_create(
        organization_id=distributor.pk,
        spec=FieldSpec("cost_centre", "Cost centre", required=True),
        position=1,
        actor=staff.actor,
    )
    tenant, phone = asking.lines.order_by("pk")
    page = body(staff.client.get(portal("orders:detail", asking.public_id)))
    assert "About this order: Cost centre" in page
    given = {
        f"{tenant.public_id}-domain": "a.example",
        f"{phone.public_id}-domain": "a.example",
        f"{phone.public_id}-seats": "3",
        "order-cost_centre": "4711",
    }
    staff.client.post(portal("orders:service-details", asking.public_id), given)
    asking.refresh_from_db()
    assert [(each["code"], each["value"]) for each in asking.answers] == [("cost_centre", "4711")]


def test_adding_what_is_asked_something_leads_to_its_questions(staff, draft, asking):
    details = portal("orders:service-details", draft.public_id)
    places = []
    for product in (asking.lines.order_by("pk")[0].product, draft.lines.get().product):
        given = {"product": product.public_id, "unit": "P1M", "quantity": "1"}
        places.append(staff.client.post(portal("orders:line-add", draft.public_id), given))
    assert [each["Location"] for each in places] == [
        details,
        portal("orders:detail", draft.public_id),
    ]


def test_a_placed_order_is_asked_nothing_more(staff, draft):
    order_execute(order=draft, actor=SYSTEM)
    details = portal("orders:service-details", draft.public_id)
    assert staff.client.get(details).status_code == 409


def test_a_waiting_item_is_answered_from_its_banner(staff, draft):
    order_execute(order=draft, actor=SYSTEM)
    line = draft.lines.get()
    line_ask(line=line, code="TAKEN", text="This alias is taken.", field="alias", actor=SYSTEM)
    page = body(staff.client.get(portal("orders:detail", draft.public_id)))
    answer = portal("orders:line-answer", line.public_id)
    assert "This alias is taken." in page
    assert answer in page
    assert "Alias" in body(staff.client.get(answer))
    assert staff.client.post(answer, {"spec-alias": ""}).status_code == 400
    staff.client.post(answer, {"spec-alias": "other"})
    line.refresh_from_db()
    assert (line.state, line.parameters) == (LineState.PROVISIONING, {"alias": "other"})
    assert staff.client.get(answer).status_code == 409


def test_a_failed_order_is_retried_or_given_up(staff, draft):
    order_execute(order=draft, actor=SYSTEM)
    line = draft.lines.get()
    line_fail(line=line, code="NO", text="Refused by the vendor.", actor=SYSTEM)
    assert "Refused by the vendor." in body(
        staff.client.get(portal("orders:detail", draft.public_id))
    )
    staff.client.post(portal("orders:retry", draft.public_id))
    line.refresh_from_db()
    assert line.state == LineState.PROVISIONING
    line_fail(line=line, code="NO", text="Refused by the vendor.", actor=SYSTEM)
    staff.client.post(portal("orders:line-cancel", line.public_id))
    draft.refresh_from_db()
    assert draft.state == OrderState.CANCELLED


def test_cancelling_asks_once_and_keeps_the_reason(staff, draft):
    url = portal("orders:cancel", draft.public_id)
    assert draft.number in body(staff.client.get(url))
    staff.client.post(url, {"reason": "Ordered twice"})
    draft.refresh_from_db()
    assert draft.state == OrderState.CANCELLED
    assert "Ordered twice" in body(staff.client.get(portal("orders:detail", draft.public_id)))


@pytest.mark.parametrize("page", ["orders:place", "orders:execute"])
def test_staff_see_and_keep_what_a_draft_puts_on_which_invoice(staff, draft, distributor, page):
    rate = make_rate(distributor, "24")
    url = portal(page, draft.public_id)
    shown = body(staff.client.get(url))
    # 3 x 10, and 24 per cent.
    for amount in ("€30.00", "€7.20", "€37.20"):
        assert amount in shown.split('id="bills-title"')[1]
    rate.percent = 25
    rate.save()
    refused = staff.client.post(url, form_of(shown))
    draft.refresh_from_db()
    assert (refused.status_code, draft.state, draft.preview) == (409, OrderState.DRAFT, {})

    assert staff.client.post(url, form_of(refused.content.decode())).status_code == 302
    draft.refresh_from_db()
    kept = from_stored(draft.preview, "price")
    assert draft.state != OrderState.DRAFT
    assert str(kept.first.total.amount) == "37.50"
    assert "€37.50" in body(staff.client.get(portal("orders:detail", draft.public_id)))


def test_terms_are_published_version_by_version(staff):
    url = portal("orders:terms-publish")
    staff.client.post(url, {"version": "2026-11", "text": "Billed in advance."})
    again = staff.client.post(url, {"version": "2026-11", "text": "Other words."})
    assert again.status_code == 400
    assert TermsVersion.objects.get().text == "Billed in advance."
    assert "2026-11" in body(staff.client.get(portal("orders:terms")))


@pytest.mark.parametrize("rows", [1, 20])
def test_pages_cost_the_same_however_many_rows(
    staff, reseller, distributor, rows, django_assert_max_num_queries
):
    products = [make_product(distributor) for _ in range(rows)]
    for _ in range(rows):
        order = make_draft(reseller.account, *products[: max(1, rows // 4)])
    for url in (
        portal("orders:list"),
        portal("orders:detail", order.public_id),
        portal("orders:execute", order.public_id),
        portal("orders:create"),
    ):
        with django_assert_max_num_queries(15):
            body(staff.client.get(url))
    with django_assert_max_num_queries(19):
        body(staff.client.get(portal("orders:line-add", order.public_id)))


def test_the_navigation_counts_what_somebody_must_do(staff, reseller, distributor):
    counts = []
    manual = make_type(distributor, automatic=False)
    for step in ("drafted", "placed", "asked", "failed"):
        order = make_draft(reseller.account, make_product(distributor, type=manual))
        if step == "placed":
            order_place(order=order, actor=staff.actor)
        if step in {"asked", "failed"}:
            line = order_execute(order=order, actor=SYSTEM).lines.get()
            if step == "asked":
                line_ask(line=line, code="TAKEN", text="Taken.", field="alias", actor=SYSTEM)
            else:
                line_fail(line=line, code="NO", text="Refused.", actor=SYSTEM)
        counts.append(count_needing_staff(10))
    assert counts == [0, 1, 2, 3]
    assert count_needing_staff(2) == 2
