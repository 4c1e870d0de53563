"""From the basket to an order over HTTP: every step, every refusal, once and only once."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from bss.accounts.choices import StorefrontRole, UserType
from bss.accounts.models import Storefront
from bss.catalog.choices import ProductAudience
from bss.catalog.models import Product
from bss.core import scope
from bss.orders.choices import BasketState, LineState, OrderState
from bss.orders.models import Basket, BasketLine, Order, OrderLine
from bss.orders.services import line_ask, line_fail, order_release
from bss.subscriptions.models import Subscription
from tests.conftest import Person, person_of_account, signed_in
from tests.factories.accounts import make_storefront_user
from tests.factories.orders import (
    make_add_on,
    make_basket,
    make_product,
    make_terms,
    make_type,
    set_price,
)
from tests.factories.ports import granted
from tests.factories.resellers import plans_on_sale

QUESTION = {"code": "seats_in", "label": "Country of the seats", "type": "text", "required": True}


@pytest.fixture
def mailbox(distributor):
    return make_product(distributor, name="Mailbox", price="12", cost="8", units=("P1M", "P1Y"))


@pytest.fixture
def asking(distributor):
    """A product that asks the buyer one thing."""
    kind = make_type(distributor, characteristics=[QUESTION])
    return make_product(distributor, type=kind, name="Branch router")


@pytest.fixture
def in_basket(reseller, shop, distributor):
    """Put products into the reseller's basket, and give the line of the first."""

    def put(*products: Product, quantity: int = 1) -> BasketLine:
        with scope.activate(reseller.account.scope):
            make_basket(reseller, shop, *products, quantity=quantity)
        return BasketLine.objects.filter(basket__user=reseller.user).order_by("id")[0]

    return put


def form_of(page: str) -> dict[str, str]:
    """The hidden inputs of the page's own form."""
    main = page.split("<main")[1]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def main_of(response) -> str:
    return response.content.decode().split("<main")[1].split("</main>")[0]


def with_role(person: Person, shop: Storefront, *roles: str) -> Client:
    """A simple user of the person's company."""
    membership = make_storefront_user(person.account, shop, UserType.SIMPLE, tuple(roles))
    return signed_in(membership.user, f"storefront:{shop.pk}", shop)


def test_a_reseller_buys_the_free_plan_and_sees_it_happen(reseller, distributor, run_jobs):
    plans_on_sale(distributor)
    plan = Product.everywhere.get(external_id__icontains="free")
    client = reseller.client

    added = client.post("/basket/add/", {"product": plan.public_id, "unit": "P1M", "quantity": "1"})
    assert (added.status_code, added.url) == (302, "/basket/")
    assert plan.name in main_of(client.get("/basket/"))
    line = BasketLine.objects.get()
    assert client.post("/basket/", {"do": "continue"}).url == "/checkout/billing/"
    billed = client.post("/checkout/billing/", {"purchase_order": "PO-7", "do": "continue"} | form_of(
        client.get("/checkout/billing/").content.decode()
    ))  # fmt: skip
    assert billed.url == "/checkout/details/"
    name = re.search(
        rf'name="({line.public_id}-[^"]+)"', main_of(client.get("/checkout/details/"))
    )[1]
    answered = client.post("/checkout/details/", {name: "techsolutions", "do": "continue"})
    assert answered.url == "/checkout/review/"
    review = client.get("/checkout/review/").content.decode()
    assert "techsolutions" in review
    placed = client.post("/checkout/review/", form_of(review) | {"terms": "on"})
    order = Order.everywhere.get()
    assert placed.url == f"/orders/{order.public_id}/progress/"
    moving = main_of(client.get(placed.url))
    assert 'hx-trigger="every 1s"' in moving

    run_jobs()

    done = main_of(client.get(placed.url))
    assert "every 1s" not in done
    order.refresh_from_db()
    assert (order.state, order.purchase_order) == (OrderState.EXECUTED, "PO-7")
    assert order.terms.version == "2026-01"
    assert Subscription.everywhere.get().customer == reseller.account


def test_the_page_is_asked_again_only_for_news(reseller, shop, mailbox, in_basket, run_jobs):
    in_basket(mailbox)
    review = reseller.client.get("/checkout/review/").content.decode()
    url = reseller.client.post("/checkout/review/", form_of(review)).url
    poll = re.search(r'hx-get="([^"]+)"', main_of(reseller.client.get(url)))[1]

    same = reseller.client.get(poll, headers={"HX-Request": "true"})
    run_jobs()
    news = reseller.client.get(poll, headers={"HX-Request": "true"})

    assert same.status_code == 204
    assert news.status_code == 200
    assert "<html" not in news.content.decode()
    assert 'id="progress-said" hx-swap-oob="innerHTML"' in news.content.decode()


def test_an_empty_basket_says_how_to_fill_it(reseller):
    page = reseller.client.get("/basket/")

    assert "Your basket is empty" in main_of(page)
    for url in ("/checkout/", "/checkout/details/", "/checkout/review/"):
        assert reseller.client.get(url).url == "/basket/"
    assert Basket.everywhere.count() == 0


def test_a_product_goes_in_with_its_add_ons_or_not_at_all(reseller, mailbox):
    archive = make_add_on(mailbox, name="Archive", maximum=5, units=("P1M", "P1Y"))
    form = {"product": mailbox.public_id, "unit": "P1M", "quantity": "3"}

    good = reseller.client.post("/basket/add/", form | {f"addon-{archive.public_id}": "2"})
    bad = reseller.client.post("/basket/add/", form | {f"addon-{archive.public_id}": "4"})

    assert good.url == "/basket/"
    assert bad.url.startswith(f"/products/{mailbox.public_id}/?")
    lines = {line.product.name: line.quantity for line in BasketLine.objects.all()}
    assert lines == {"Mailbox": 3, "Archive": 2}


def test_lines_are_changed_together_and_what_does_not_fit_stays_in_its_field(
    reseller, mailbox, asking, in_basket
):
    first = in_basket(mailbox, asking)
    second = BasketLine.objects.get(product=asking)

    kept = reseller.client.post(
        "/basket/", {f"{first.public_id}-quantity": "0", f"{second.public_id}-quantity": "4"}
    )
    saved = reseller.client.post(
        "/basket/",
        {
            f"{first.public_id}-quantity": "7",
            f"{first.public_id}-unit": "P1Y",
            f"{first.public_id}-friendly_name": "Athens office",
            f"{second.public_id}-quantity": "4",
        },
    )

    assert kept.status_code == 400
    assert 'value="0"' in main_of(kept)
    assert 'value="4"' in main_of(kept)
    assert saved.url == "/basket/"
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.quantity, first.unit, first.friendly_name) == (7, "P1Y", "Athens office")
    assert second.quantity == 4


def test_a_line_is_removed_with_its_add_ons(reseller, mailbox, asking):
    archive = make_add_on(mailbox, name="Archive")
    reseller.client.post(
        "/basket/add/",
        {
            "product": mailbox.public_id,
            "unit": "P1M",
            "quantity": "1",
            f"addon-{archive.public_id}": "1",
        },
    )
    line = BasketLine.objects.get(parent=None)

    response = reseller.client.post("/basket/", {"take_out": line.public_id})

    assert response.url == "/basket/"
    assert BasketLine.objects.count() == 0


def test_service_details_keep_what_was_typed(reseller, asking, in_basket):
    line = in_basket(asking)
    name = f"{line.public_id}-seats_in"

    missing = reseller.client.post("/checkout/details/", {name: "", "do": "continue"})
    back = reseller.client.post("/checkout/details/", {name: "Greece", "do": "back"})
    again = reseller.client.get("/checkout/details/")

    assert missing.status_code == 400
    assert 'aria-invalid="true"' in main_of(missing)
    assert back.url == "/checkout/billing/"
    assert 'value="Greece"' in main_of(again)
    line.refresh_from_db()
    assert line.parameters == {}
    assert reseller.client.get("/checkout/review/").url == "/checkout/details/"


def test_placing_past_the_questions_leads_back_to_them(reseller, asking, mailbox, in_basket):
    line = in_basket(asking, mailbox)
    basket = Basket.everywhere.get()

    response = reseller.client.post(
        "/checkout/review/", {"basket": basket.public_id, "version": str(basket.version)}
    )

    page = main_of(response)
    assert response.status_code == 400
    assert f'name="{line.public_id}-seats_in"' in page
    assert 'action="/checkout/details/"' in page
    assert page.count('aria-invalid="true"') == 1
    # Once in the summary, once on its field.
    assert page.count("Fill this in.") == 2
    assert Order.everywhere.count() == 0
    assert Basket.everywhere.get().state == BasketState.OPEN


def test_without_questions_there_is_no_step_for_them(reseller, mailbox, in_basket):
    in_basket(mailbox)

    assert "Service details" not in main_of(reseller.client.get("/basket/"))
    form = form_of(reseller.client.get("/checkout/billing/").content.decode())
    billed = reseller.client.post("/checkout/billing/", form | {"do": "continue"})
    assert billed.url == "/checkout/review/"
    assert reseller.client.get("/checkout/details/").url == "/checkout/review/"


def test_terms_must_be_accepted_in_the_version_shown(reseller, mailbox, distributor, in_basket):
    make_terms(distributor, "2026-01")
    in_basket(mailbox)
    review = reseller.client.get("/checkout/review/").content.decode()
    form = form_of(review)

    unticked = reseller.client.post("/checkout/review/", form)
    make_terms(distributor, "2026-02")
    outdated = reseller.client.post("/checkout/review/", form | {"terms": "on"})

    assert unticked.status_code == 400
    assert "Accept the terms" in main_of(unticked)
    assert outdated.status_code == 400
    assert "The terms changed" in main_of(outdated)
    assert Order.everywhere.count() == 0
    fresh = form_of(outdated.content.decode()) | {"terms": "on"}
    assert reseller.client.post("/checkout/review/", fresh).status_code == 302
    assert Order.everywhere.get().terms.version == "2026-02"


def test_two_tabs_place_one_order(reseller, mailbox, in_basket):
    in_basket(mailbox)
    form = form_of(reseller.client.get("/checkout/review/").content.decode())

    first = reseller.client.post("/checkout/review/", form)
    second = reseller.client.post("/checkout/review/", form)

    assert first.url == second.url
    assert Order.everywhere.count() == 1


def test_what_another_tab_put_in_is_never_bought_unseen(reseller, mailbox, asking, in_basket):
    in_basket(mailbox)
    form = form_of(reseller.client.get("/checkout/review/").content.decode())
    in_basket(mailbox)

    response = reseller.client.post("/checkout/review/", form)

    assert response.status_code == 409
    assert "changed in another window" in main_of(response)
    assert Order.everywhere.count() == 0


def test_a_changed_price_is_shown_beside_the_old_one_before_it_is_paid(
    reseller, mailbox, in_basket
):
    in_basket(mailbox)
    form = form_of(reseller.client.get("/checkout/review/").content.decode())
    set_price(mailbox, "15")

    refused = reseller.client.post("/checkout/review/", form)

    assert refused.status_code == 409
    shown = main_of(refused)
    assert "€12.00" in shown
    assert "€15.00" in shown
    assert Order.everywhere.count() == 0
    again = form_of(refused.content.decode())
    assert reseller.client.post("/checkout/review/", again).status_code == 302
    assert Order.everywhere.get().total == 15


def test_continuing_after_the_news_accepts_it(reseller, mailbox, in_basket):
    in_basket(mailbox)
    set_price(mailbox, "15")
    basket = reseller.client.get("/basket/")
    assert "Prices changed" in main_of(basket)

    reseller.client.post("/basket/", form_of(basket.content.decode()) | {"do": "continue"})

    review = reseller.client.get("/checkout/review/")
    assert "Prices changed" not in main_of(review)


def test_what_is_for_customers_is_not_bought_for_a_reseller_itself(
    reseller, distributor, in_basket
):
    kind = make_type(distributor, audience=ProductAudience.CUSTOMER)
    in_basket(make_product(distributor, type=kind, name="Payroll"))
    form = form_of(reseller.client.get("/checkout/review/").content.decode())

    response = reseller.client.post("/checkout/review/", form)

    assert response.status_code == 400
    assert "Payroll is for customers" in main_of(response)
    assert Order.everywhere.count() == 0


def test_whom_it_is_for_is_asked_before_the_other_steps(reseller, distributor, in_basket):
    kind = make_type(distributor, audience=ProductAudience.CUSTOMER)
    in_basket(make_product(distributor, type=kind, name="Payroll"))
    form = form_of(reseller.client.get("/basket/").content.decode())

    response = reseller.client.post("/basket/", form | {"customer": "", "do": "continue"})

    assert response.status_code == 400
    page = main_of(response)
    assert "Payroll is for customers" in page
    assert 'id="id_customer-error"' in page


def test_over_the_credit_limit_the_cause_is_named(reseller, mailbox, in_basket):
    in_basket(mailbox)
    form = form_of(reseller.client.get("/checkout/review/").content.decode())
    reseller.account.credit_limit = 5
    reseller.account.save()

    response = reseller.client.post("/checkout/review/", form)

    assert response.status_code == 409
    assert "credit limit" in main_of(response)
    assert Order.everywhere.count() == 0
    assert Basket.everywhere.get().state == BasketState.OPEN


def test_a_line_that_needs_input_is_corrected_on_the_spot(
    reseller, asking, in_basket, rival, distributor
):
    line = in_basket(asking)
    reseller.client.post(
        "/checkout/details/", {f"{line.public_id}-seats_in": "Greece", "do": "continue"}
    )
    form = form_of(reseller.client.get("/checkout/review/").content.decode())
    url = reseller.client.post("/checkout/review/", form).url
    with scope.activate(distributor.scope):
        order = Order.objects.get()
        order_release(order=order, actor=reseller.actor)
        parked = order.lines.get()
        line_ask(
            line=parked, code="TAKEN", text="No seats are left in Greece.", field="seats_in",
            actor=reseller.actor,
        )  # fmt: skip

    page = main_of(reseller.client.get(url))
    assert "No seats are left in Greece." in page
    assert 'value="Greece"' in page
    target = f"/orders/{order.public_id}/lines/{parked.public_id}/"
    assert rival.client.post(target, {"seats_in": "Spain"}).status_code == 404
    empty = reseller.client.post(target, {"seats_in": ""})
    assert empty.status_code == 400
    assert OrderLine.everywhere.get().state == LineState.NEEDS_INPUT
    assert reseller.client.post(target, {"seats_in": "Spain"}).url == url

    parked.refresh_from_db()
    assert (parked.state, parked.parameters) == (LineState.PROVISIONING, {"seats_in": "Spain"})


def test_a_buyer_does_not_try_again_what_failed(reseller, mailbox, in_basket, distributor):
    in_basket(mailbox)
    form = form_of(reseller.client.get("/checkout/review/").content.decode())
    reseller.client.post("/checkout/review/", form)
    with scope.activate(distributor.scope):
        order = Order.objects.get()
        order_release(order=order, actor=reseller.actor)
        line = line_fail(line=order.lines.get(), code="NO", text="Not sold.", actor=reseller.actor)

    reseller.client.post(f"/orders/{order.public_id}/lines/{line.public_id}/", {})

    line.refresh_from_db()
    assert line.state == LineState.FAILED


def test_somebody_elses_basket_is_not_there(reseller, rival, mailbox, in_basket):
    line = in_basket(mailbox)
    basket = Basket.everywhere.get()

    removed = rival.client.post("/basket/", {"take_out": line.public_id})
    placed = rival.client.post("/checkout/review/", {"basket": basket.public_id, "version": "1"})

    assert (removed.url, placed.status_code) == ("/basket/", 404)
    assert BasketLine.objects.count() == 1
    assert Order.everywhere.count() == 0


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (StorefrontRole.BUYER, 200),
        (StorefrontRole.SUBSCRIPTIONS_MANAGER, 403),
        (StorefrontRole.BILLING_AGENT, 403),
        (StorefrontRole.CLOUD_ADMINISTRATOR, 403),
    ],
)
def test_who_may_order(role, expected, reseller, shop, mailbox):
    client = with_role(reseller, shop, role)

    page = client.get("/basket/")
    added = client.post(
        "/basket/add/", {"product": mailbox.public_id, "unit": "P1M", "quantity": "1"}
    )

    assert page.status_code == expected
    assert added.status_code == (302 if expected == 200 else 403)
    assert BasketLine.objects.count() == (1 if expected == 200 else 0)


def test_visitors_are_asked_to_sign_in(mailbox, shop):
    for url in ("/basket/", "/checkout/review/", "/orders/"):
        response = Client().get(url)
        assert response.status_code == 302
        assert "/account/login/" in response.url


def test_a_customer_sees_what_its_reseller_charges_and_nothing_above(
    reseller, customer_account, distributor, mailbox
):
    own = Storefront.everywhere.create(
        organization=distributor,
        owner=reseller.account,
        alias="techsolutions",
        name="Techsolutions",
    )
    with granted(reseller.account, "own_storefront", "self_service_ordering"):
        customer = person_of_account(customer_account, own)
        customer.client.cookies[f"tw_shop_{own.pk}"]["path"] = "/techsolutions/"
        base = "/techsolutions"
        customer.client.post(
            f"{base}/basket/add/", {"product": mailbox.public_id, "unit": "P1M", "quantity": "2"}
        )
        review = customer.client.get(f"{base}/checkout/review/")
        placed = customer.client.post(f"{base}/checkout/review/", form_of(review.content.decode()))
        progress = customer.client.get(placed.url)

    order = Order.everywhere.get()
    assert order.customer == customer_account
    assert order.account == reseller.account
    assert progress.status_code == 200
    assert "Meridian" not in progress.content.decode()


def test_the_basket_costs_the_same_with_many_lines(
    reseller, distributor, in_basket, django_assert_max_num_queries
):
    products = [make_product(distributor, name=f"Mailbox {n}") for n in range(3)]
    in_basket(*products)
    reseller.client.get("/basket/")
    with django_assert_max_num_queries(40) as few:
        reseller.client.get("/basket/")
    in_basket(*[make_product(distributor, name=f"Drive {n}") for n in range(12)])
    with django_assert_max_num_queries(40) as many:
        reseller.client.get("/basket/")

    assert len(many) == len(few)
    assert len(many) <= 15, [q["sql"][:150] for q in many.captured_queries]
