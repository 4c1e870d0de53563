"""Orders in the portal: who sees what, and the way from a new order to its execution."""

from __future__ import annotations

import pytest

from bss.core.actor import SYSTEM
from bss.orders.choices import LineState, OrderState
from bss.orders.models import Order, OrderLine, TermsVersion
from bss.orders.selectors import count_needing_staff
from bss.orders.services import line_ask, line_fail, order_execute, order_place
from bss.pricing.previews import from_stored
from tests.conftest import person_of_staff
from tests.factories.accounts import make_staff
from tests.factories.billing import make_rate
from tests.factories.orders import make_add_on, make_draft, make_product, make_type, set_price
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


def test_what_is_missing_is_named_by_item_and_field(staff, reseller, distributor):
    specs = [{"code": "domain", "label": "Domain", "required": True}]
    product = make_product(
        distributor, name="Tenant", type=make_type(distributor, characteristics=specs)
    )
    order = make_draft(reseller.account, product)
    answer = staff.client.post(portal("orders:execute", order.public_id))
    assert answer.status_code == 400
    assert "Tenant, domain" in answer.content.decode()
    line = order.lines.get()
    edit = portal("orders:line-edit", line.public_id)
    assert "Domain" in body(staff.client.get(edit))
    given = {"quantity": "1", "unit": "P1M", "friendly_name": "", "spec-domain": "aegean.example"}
    staff.client.post(edit, given)
    execute = portal("orders:execute", order.public_id)
    staff.client.post(execute, form_of(body(staff.client.get(execute))))
    order.refresh_from_db()
    assert order.state == OrderState.EXECUTING


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
