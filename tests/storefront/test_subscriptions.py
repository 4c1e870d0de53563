"""Subscriptions over HTTP: what is offered to whom, what it means, and what is refused."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from bss.accounts.choices import StorefrontRole, UserType
from bss.accounts.models import Account, ApiToken, Storefront
from bss.accounts.services import token_digest
from bss.catalog.choices import ProductAudience
from bss.core import clock, scope
from bss.core.actor import SYSTEM
from bss.installments.models import PaymentPlan
from bss.orders.choices import LineKind
from bss.orders.models import Basket, Order, OrderLine
from bss.orders.ports import CREDIT_EXPOSURE
from bss.subscriptions.choices import ChangeState, SubscriptionState
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.services import change_apply, change_request
from bss.ui import slots
from bss.ui.formats import day
from bss.ui.slots import Action
from notifications.models import Delivery
from tests.conftest import Person, person_of_account, signed_in
from tests.factories.accounts import AccountFactory, make_storefront_user
from tests.factories.installments import allow, make_offered
from tests.factories.orders import (
    make_add_on,
    make_product,
    make_subscription,
    make_type,
    set_price,
)
from tests.factories.ports import granted
from tests.pages import portal


def main_of(response) -> str:
    return response.content.decode().split("<main")[1].split("</main>")[0]


def hidden_of(page: str) -> dict[str, str]:
    form = page.rsplit('method="post"', maxsplit=1)[-1]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


@pytest.fixture
def kind(distributor):
    return make_type(distributor, name="Mailboxes")


@pytest.fixture
def mailbox(distributor, kind):
    return make_product(distributor, type=kind, name="Mailbox", price="12", cost="8")


@pytest.fixture
def larger(distributor, kind):
    return make_product(distributor, type=kind, name="Mailbox Plus", price="20", cost="14")


@pytest.fixture
def held(reseller, mailbox, distributor) -> Subscription:
    """Five mailboxes of the reseller's own."""
    with scope.activate(distributor.scope):
        return make_subscription(reseller.account, mailbox)


def url_of(subscription: Subscription, page: str = "") -> str:
    return f"/subscriptions/{subscription.public_id}/{page}"


def test_a_subscription_says_how_it_is_and_what_may_be_done(reseller, held, larger):
    page = main_of(reseller.client.get(url_of(held)))

    assert held.number in page
    assert "Active</" in page
    assert "€60.00" in page
    for name in ("quantity", "product", "cancel"):
        assert url_of(held, f"{name}/") in page
    assert "Suspend" not in page


def test_a_quantity_is_previewed_then_changed(reseller, held, run_jobs):
    preview = reseller.client.get(url_of(held, "quantity/?go=1&quantity=8"))
    shown = main_of(preview)
    assert "€60.00" in shown
    assert "€96.00" in shown
    assert ScheduledChange.everywhere.count() == 0

    confirmed = reseller.client.post(url_of(held, "quantity/"), hidden_of(shown))
    change = ScheduledChange.everywhere.get()
    order = Order.everywhere.get(lines__kind=LineKind.QUANTITY)
    assert confirmed.url == f"/orders/{order.public_id}/progress/"
    assert change.quantity == 8
    run_jobs()
    assert reseller.client.get(confirmed.url).status_code == 200


def test_more_than_the_credit_allows_is_told_before_it_is_confirmed(reseller, held):
    url = url_of(held, "quantity/")
    token = hidden_of(main_of(reseller.client.get(f"{url}?go=1&quantity=8")))
    with scope.activate(reseller.account.scope):
        owed = CREDIT_EXPOSURE.get().exposure(reseller.account.pk, "EUR")
    Account.everywhere.filter(pk=reseller.account.pk).update(credit_limit=owed + 35)

    shown = main_of(reseller.client.get(f"{url}?go=1&quantity=8"))

    assert "This order would exceed the credit limit" in shown
    for amount in ("€36.00", "€35.00", "€96.00"):
        assert amount in shown
    assert "Confirm the change" not in shown
    refused = reseller.client.post(url, token)
    assert refused.status_code == 409
    assert "€36.00" in main_of(refused)
    assert ScheduledChange.everywhere.count() == 0
    assert "Confirm the change" in main_of(reseller.client.get(f"{url}?go=1&quantity=7"))


def test_a_customer_is_not_told_of_its_resellers_credit(
    distributor, reseller, customer_account, own_shop, mailbox
):
    customer = person_of_account(customer_account, own_shop)
    with scope.activate(distributor.scope):
        theirs = make_subscription(reseller.account, mailbox, customer=customer_account)
    Account.everywhere.filter(pk=reseller.account.pk).update(credit_limit=0)
    Account.everywhere.filter(pk=customer_account.pk).update(order_approval=False)

    with granted(reseller.account, "own_storefront", "self_service_ordering", "order_approval"):
        page = f"/techsolutions{url_of(theirs, 'quantity/?go=1&quantity=8')}"
        shown = main_of(customer.client.get(page))

    assert "Ask your supplier" in shown
    assert "Credit l" not in shown
    assert "Confirm the change" not in shown


@pytest.mark.parametrize("quantity", ["0", "-3", "five", "", "5", "3000000"])
def test_a_quantity_that_does_not_fit_is_refused_on_its_field(quantity, reseller, held):
    response = reseller.client.post(
        url_of(held, "quantity/"), {"quantity": quantity, "seen": "60.00"}
    )

    assert response.status_code == 400
    assert 'role="alert"' in main_of(response)
    assert ScheduledChange.everywhere.count() == 0
    held.refresh_from_db()
    assert held.quantity == 5


def test_another_product_of_the_kind_takes_its_place(reseller, held, larger, distributor):
    other = make_product(distributor, name="Drive")
    choice = main_of(reseller.client.get(url_of(held, "product/")))
    assert larger.public_id in choice
    assert other.public_id not in choice

    shown = main_of(reseller.client.get(url_of(held, f"product/?go=1&product={larger.public_id}")))
    reseller.client.post(url_of(held, "product/"), hidden_of(shown))
    refused = reseller.client.post(
        url_of(held, "product/"), {"product": other.public_id, "seen": "50.00"}
    )

    assert "€100.00" in shown
    assert ScheduledChange.everywhere.get().product == larger
    assert refused.status_code == 400


def test_a_price_that_moved_after_the_preview_is_shown_first(reseller, held, larger):
    shown = main_of(reseller.client.get(url_of(held, f"product/?go=1&product={larger.public_id}")))
    set_price(larger, "25")

    response = reseller.client.post(url_of(held, "product/"), hidden_of(shown))

    assert response.status_code == 409
    assert "€125.00" in main_of(response)
    assert ScheduledChange.everywhere.count() == 0


def test_cancelling_at_the_end_of_the_term_can_be_withdrawn(reseller, held):
    shown = main_of(reseller.client.get(url_of(held, "cancel/")))
    assert "cannot be brought back" in shown

    response = reseller.client.post(url_of(held, "cancel/"), hidden_of(shown))
    held.refresh_from_db()
    assert (response.url, held.state) == (url_of(held), SubscriptionState.PENDING_CANCEL)
    page = main_of(reseller.client.get(url_of(held)))
    assert "Withdraw it" in page
    # What it blocks is named, and leads nowhere.
    assert "Withdraw the planned change first." in page
    assert "Buy licences" in page
    assert url_of(held, "quantity/") not in page

    reseller.client.post(url_of(held, "withdraw/"))
    held.refresh_from_db()
    assert held.state == SubscriptionState.ACTIVE
    assert ScheduledChange.everywhere.get().state == ChangeState.CANCELLED


def test_a_second_change_meets_the_first(reseller, held):
    shown = main_of(reseller.client.get(url_of(held, "quantity/?go=1&quantity=8")))
    form = hidden_of(shown)
    reseller.client.post(url_of(held, "quantity/"), form)

    second = reseller.client.post(url_of(held, "quantity/"), form)

    assert second.status_code == 400
    assert "is not done yet" in main_of(second)
    assert ScheduledChange.everywhere.count() == 1


def test_another_resellers_subscription_does_not_exist(rival, held):
    for page in ("", "quantity/", "product/", "cancel/"):
        assert rival.client.get(url_of(held, page)).status_code == 404
    for page, data in (
        ("quantity/", {"quantity": "8", "seen": "96.00"}),
        ("cancel/", {"when": "now", "seen": "0"}),
        ("withdraw/", {}),
    ):
        assert rival.client.post(url_of(held, page), data).status_code == 404
    assert ScheduledChange.everywhere.count() == 0
    assert held.number not in main_of(rival.client.get("/subscriptions/"))


@pytest.mark.parametrize(
    ("role", "may_look", "may_change"),
    [
        (StorefrontRole.SUBSCRIPTIONS_MANAGER, 200, True),
        (StorefrontRole.BILLING_AGENT, 200, False),
        (StorefrontRole.CLOUD_ADMINISTRATOR, 200, False),
        (StorefrontRole.BUYER, 403, False),
    ],
)
def test_who_may_manage(role, may_look, may_change, reseller, shop, held):
    membership = make_storefront_user(reseller.account, shop, UserType.SIMPLE, (role,))
    client = signed_in(membership.user, f"storefront:{shop.pk}", shop)

    page = client.get(url_of(held))
    changed = client.post(url_of(held, "quantity/"), {"quantity": "8", "seen": "96"})

    assert page.status_code == may_look
    if may_look == 200:
        assert ("I want to" in main_of(page)) is may_change
    assert changed.status_code == (409 if may_change else 403)
    assert ScheduledChange.everywhere.count() == 0


def test_what_the_product_type_forbids_is_not_offered(reseller, distributor):
    kind = make_type(distributor, cancellable=False, switchable=False, max_quantity=1)
    with scope.activate(distributor.scope):
        fixed = make_subscription(
            reseller.account, make_product(distributor, type=kind), quantity=1
        )

    assert "I want to" not in main_of(reseller.client.get(url_of(fixed)))
    for page in ("quantity/", "product/", "cancel/"):
        assert reseller.client.get(url_of(fixed, page)).status_code == 404
    assert (
        reseller.client.post(url_of(fixed, "cancel/"), {"when": "now", "seen": "0"}).status_code
        == 404
    )
    fixed.refresh_from_db()
    assert fixed.state == SubscriptionState.ACTIVE


def test_what_is_for_resellers_is_changed_by_the_app_that_knows_it(reseller, distributor):
    kind = make_type(distributor, audience=ProductAudience.RESELLER)
    with scope.activate(distributor.scope):
        plan = make_subscription(reseller.account, make_product(distributor, type=kind))
    action = Action("Compare plans", lambda _subject: "/plans/")
    slots.register("storefront.subscription.actions", action)
    try:
        page = main_of(reseller.client.get(url_of(plan)))
    finally:
        slots.unregister("storefront.subscription.actions", action)

    assert "I want to" not in page
    assert "Compare plans" in page
    assert reseller.client.get(url_of(plan, "cancel/")).status_code == 404


def test_what_staff_are_doing_is_not_a_customers_to_withdraw(reseller, staff, held, distributor):
    with scope.activate(distributor.scope):
        change_request(subscription=held, kind="suspend", actor=staff.actor, source="portal")

    page = main_of(reseller.client.get(url_of(held)))
    reseller.client.post(url_of(held, "withdraw/"))

    assert "Withdraw it" not in page
    assert ScheduledChange.everywhere.get().state == ChangeState.IN_PROGRESS


def test_a_cancellation_that_its_reseller_planned_is_not_a_customers_to_withdraw(
    reseller, customer_account, mailbox, distributor
):
    own = Storefront.everywhere.create(
        organization=distributor, owner=reseller.account, alias="techsolutions", name="Tech"
    )
    with scope.activate(distributor.scope):
        held = make_subscription(reseller.account, mailbox, customer=customer_account)
        change_request(
            subscription=held, kind="cancel", when="period_end", actor=reseller.actor,
            source="storefront",
        )  # fmt: skip
    with granted(reseller.account, "own_storefront"):
        customer: Person = person_of_account(customer_account, own)
        page = main_of(customer.client.get(f"/techsolutions{url_of(held)}"))
        customer.client.post(f"/techsolutions{url_of(held, 'withdraw/')}")

    assert "Withdraw it" not in page
    assert "Ask your supplier to withdraw it." in page
    assert ScheduledChange.everywhere.get().state == ChangeState.SCHEDULED
    assert "Withdraw it" in main_of(reseller.client.get(url_of(held)))


def test_a_customer_reads_its_resellers_price_and_nothing_above(
    reseller, customer_account, mailbox, distributor
):
    own = Storefront.everywhere.create(
        organization=distributor,
        owner=reseller.account,
        alias="techsolutions",
        name="Techsolutions",
    )
    with scope.activate(distributor.scope):
        held = make_subscription(reseller.account, mailbox, quantity=1, customer=customer_account)
        Subscription.objects.update(unit_price="9", unit_resale="11.5")
        held.terms.update(unit_price="9", total="9", unit_resale="11.5")
    with granted(reseller.account, "own_storefront", "self_service_ordering"):
        customer: Person = person_of_account(customer_account, own)
        base = "/techsolutions"
        pages = [
            main_of(customer.client.get(f"{base}/subscriptions/")),
            main_of(customer.client.get(f"{base}{url_of(held)}")),
            main_of(customer.client.get(f"{base}{url_of(held, 'quantity/?go=1&quantity=2')}")),
        ]

    for page in pages:
        assert "€11.50" in page
        assert "€9.00" not in page
        assert "€18.00" not in page
        assert "Meridian" not in page
    assert OrderLine.everywhere.filter(kind=LineKind.QUANTITY).count() == 0


WHY = "Two invoices of Techsolutions are late."


@pytest.fixture
def own_shop(reseller, distributor):
    """The reseller's own storefront, to which its customers belong."""
    shop = Storefront.everywhere.create(
        organization=distributor,
        owner=reseller.account,
        alias="techsolutions",
        name="Techsolutions",
    )
    with granted(reseller.account, "own_storefront", "api"):
        yield shop


def suspended(subscription: Subscription, staff: Person) -> Order:
    """Suspended by staff with their reason; returns the order of the suspension."""
    change = change_request(
        subscription=subscription, kind="suspend", actor=staff.actor, source="portal", reason=WHY
    )
    change_apply(change=change, actor=SYSTEM)
    return change.order_line.order


def test_what_is_suspended_renews_and_can_be_let_lapse(reseller, staff, held, distributor):
    with scope.activate(distributor.scope):
        suspended(held, staff)

    page = main_of(reseller.client.get(url_of(held)))

    assert "Renews" in page
    assert url_of(held, "auto-renewal/") in page
    for name in ("quantity", "add-ons", "product"):
        assert url_of(held, f"{name}/") not in page


def read_at_the_shop(person: Person, base: str, subscription: Subscription, order: Order) -> dict:
    """Every page and export of a storefront that tells of a subscription or of its orders, as this person gets it."""
    paths = [
        "/", "/workspace/", "/subscriptions/", "/subscriptions/?export=csv", "/orders/",
        "/orders/?export=csv", f"/orders/{order.public_id}/", f"/orders/{order.public_id}/progress/",
        url_of(subscription), url_of(subscription, "cancel/"),
    ]  # fmt: skip
    answers = {path: person.client.get(base + path) for path in paths}
    assert {path: a.status_code for path, a in answers.items()} == dict.fromkeys(paths, 200)
    return {
        path: (b"".join(a.streaming_content) if a.streaming else a.content).decode()
        for path, a in answers.items()
    }


def api_reads(person: Person, account, subscription: Subscription) -> dict:
    """The subscription as the API tells it to a token of this person's."""
    text = f"tw_{person.user.pk}"
    ApiToken.everywhere.create(
        organization=account.organization if account else person.membership.organization,
        scope=account.scope if account else person.membership.organization.scope,
        name="test",
        digest=token_digest(text),
        prefix=text[:8],
        account=account,
        created_by=person.user,
        scopes=["subscription.view"],
    )
    answer = Client(headers={"Authorization": f"Bearer {text}"}).get(
        f"/api/v1/subscriptions/{subscription.public_id}/"
    )
    assert answer.status_code == 200
    return answer.json()


def test_staffs_reason_of_a_suspension_reaches_no_customer_of_a_reseller(
    staff, reseller, customer_account, mailbox, distributor, own_shop
):
    customer = person_of_account(customer_account, own_shop)
    with scope.activate(distributor.scope):
        held = make_subscription(reseller.account, mailbox, customer=customer_account)
        order = suspended(held, staff)
    held.refresh_from_db()
    assert (held.state, held.suspended_reason) == ("suspended", WHY)

    read = read_at_the_shop(customer, "/techsolutions", held, order)
    assert [path for path, page in read.items() if WHY in page] == []
    assert "Ask your seller why, and when it goes on." in read[url_of(held)]
    told = api_reads(customer, customer_account, held)
    assert WHY not in json.dumps(told)
    assert [change["reason"] for change in told["changes"]] == [""]


def test_no_e_mail_to_a_resellers_customer_tells_staffs_reason(
    staff, reseller, customer_account, mailbox, distributor, own_shop, run_jobs
):
    customer = person_of_account(customer_account, own_shop)
    with scope.activate(distributor.scope):
        held = make_subscription(reseller.account, mailbox, customer=customer_account)
        suspended(held, staff)
        Order.everywhere.update(placed_by_id=customer.user.pk)
        change = change_request(
            subscription=held, kind="cancel", actor=staff.actor, source="portal", reason=WHY
        )
        change_apply(change=change, actor=SYSTEM)
        run_jobs()

    mails = Delivery.everywhere.filter(recipient=customer.user.email)
    assert "subscription_cancelled" in {mail.kind for mail in mails}
    assert [m.kind for m in mails if WHY in f"{m.subject}{m.text}{m.html}{m.context}"] == []


def test_whoever_pays_and_staff_read_why_it_was_suspended(
    staff, reseller, customer_account, mailbox, distributor, own_shop, shop
):
    direct = person_of_account(AccountFactory(organization=distributor), shop)
    with scope.activate(distributor.scope):
        resold = make_subscription(reseller.account, mailbox, customer=customer_account)
        bought = make_subscription(direct.account, mailbox)
        suspended(resold, staff)
        suspended(bought, staff)

    for person, held in ((reseller, resold), (direct, bought)):
        assert WHY in main_of(person.client.get(url_of(held)))
        told = api_reads(person, person.account, held)
        assert [change["reason"] for change in told["changes"]] == [WHY]
    page = f"/portal/subscriptions/{resold.public_id}/"
    assert WHY in main_of(staff.client.get(page))
    assert WHY in main_of(staff.client.get(f"{page}?tab=changes"))
    assert [c["reason"] for c in api_reads(staff, None, resold)["changes"]] == [WHY]


def test_whoever_looks_through_the_customers_eyes_reads_what_it_reads(
    staff, reseller, customer_account, mailbox, distributor, own_shop
):
    with scope.activate(distributor.scope):
        held = make_subscription(reseller.account, mailbox, customer=customer_account)
        suspended(held, staff)
    session = SessionStore()
    session["surface"] = f"storefront:{own_shop.pk}"
    session["view_as"] = {
        "user_id": staff.user.pk,
        "account_id": customer_account.pk,
        "until": (clock.now() + timedelta(hours=1)).timestamp(),
    }
    session.save()
    client = Client()
    client.cookies[f"tw_shop_{own_shop.pk}"] = session.session_key

    page = main_of(client.get(f"/techsolutions{url_of(held)}"))

    assert "It is suspended" in page
    assert WHY not in page


def test_whoever_writes_the_reason_is_told_who_reads_it(
    staff, reseller, customer_account, mailbox, distributor
):
    with scope.activate(distributor.scope):
        resold = make_subscription(reseller.account, mailbox, customer=customer_account)
        own = make_subscription(reseller.account, mailbox)
    pages = [
        main_of(staff.client.get(f"/portal/subscriptions/{held.public_id}/change/suspend/"))
        for held in (resold, own)
    ]
    assert "Techsolutions reads it, Aegean Foods does not." in pages[0]
    assert "Techsolutions reads it." in pages[1]


def test_the_list_narrows_by_state_and_search(reseller, held, distributor):
    with scope.activate(distributor.scope):
        drive = make_subscription(
            reseller.account, make_product(distributor, name="Drive"), active=False
        )

    active = main_of(reseller.client.get("/subscriptions/?view=active"))
    found = main_of(reseller.client.get("/subscriptions/?q=Drive"))

    assert held.number in active
    assert drive.number not in active
    assert drive.number in found
    assert held.number not in found


def test_whoever_looks_through_a_customers_eyes_changes_nothing(staff, reseller, held, shop):
    session = SessionStore()
    session["surface"] = f"storefront:{shop.pk}"
    session["view_as"] = {
        "user_id": staff.user.pk,
        "account_id": reseller.account.pk,
        "until": (clock.now() + timedelta(hours=1)).timestamp(),
    }
    session.save()
    client = Client()
    client.cookies[f"tw_shop_{shop.pk}"] = session.session_key

    page = client.get(url_of(held))
    lists = [client.get(url).status_code for url in ("/orders/", "/basket/", "/workspace/")]
    refused = [
        client.post(url_of(held, "quantity/"), {"quantity": "8", "seen": "96.00"}),
        client.post(url_of(held, "withdraw/")),
        client.post("/basket/", {"do": "continue"}),
        client.post("/basket/add/", {"product": held.product.public_id, "unit": "P1M"}),
        client.post("/checkout/review/", {}),
    ]

    assert page.status_code == 200
    assert "I want to" not in main_of(page)
    assert lists == [200, 403, 200]
    assert [response.status_code for response in refused] == [403] * 5
    assert ScheduledChange.everywhere.count() == 0
    assert Basket.everywhere.count() == 0


# What there is to choose for the next term, and what an action puts on invoices ------------------------------------


@pytest.fixture
def yearly(reseller, distributor, kind) -> Subscription:
    """Five yearly mailboxes, with an add-on on sale for them and a plan to pay by."""
    product = make_product(distributor, type=kind, name="Mailbox", price="120", units=("P1Y",))
    make_add_on(product, name="Archive", price="24", units=("P1Y",))
    make_offered(product)
    allow(reseller.account)
    with scope.activate(distributor.scope):
        return make_subscription(reseller.account, product, unit="P1Y")


def shown_for(reseller, subscription, page, **chosen):
    return main_of(reseller.client.get(url_of(subscription, page), {"go": "1", **chosen}))


def test_everything_that_may_be_asked_of_a_yearly_subscription_is_offered(reseller, yearly, larger):
    page = main_of(reseller.client.get(url_of(yearly)))
    for name in ("quantity", "add-ons", "product", "renewal", "auto-renewal", "cancel"):
        assert url_of(yearly, f"{name}/") in page
    # What was bought when, and how long it can be given back.
    assert "can be given back until" in page


def test_more_licences_show_the_invoice_before_they_are_ordered(reseller, yearly):
    shown = shown_for(reseller, yearly, "quantity/", quantity="1,005", when="now")
    assert "At once, with the order" in shown
    assert "€120,000.00" in shown
    reseller.client.post(url_of(yearly, "quantity/"), hidden_of(shown))
    order = ScheduledChange.everywhere.get().order_line.order
    assert (order.total, order.state) == (120000, "executing")
    page = main_of(reseller.client.get(f"/orders/{order.public_id}/"))
    assert "As it stood when it was confirmed" in page
    assert "€120,000.00" in page


def test_what_is_for_part_of_a_term_says_for_which_days(reseller, staff, yearly):
    for_days = r"Mailbox, <time[^>]*>[^<]+</time> \u2013 <time[^>]*>([^<]+)</time>"
    url = portal("subscriptions:change", yearly.public_id, "quantity")

    with clock.travel(timedelta(days=66)):
        until = [day(yearly.ends_at)]
        shown = shown_for(reseller, yearly, "quantity/", quantity="10", when="now")
        assert re.findall(for_days, shown) == until
        page = main_of(staff.client.get(url, {"quantity": "10"}))
        assert re.findall(for_days, page) == until
        reseller.client.post(url_of(yearly, "quantity/"), hidden_of(shown))
        order = ScheduledChange.everywhere.get().order_line.order
        page = main_of(reseller.client.get(f"/orders/{order.public_id}/"))
        assert re.findall(for_days, page) == until


def test_fewer_licences_show_the_credit_note(reseller, yearly):
    shown = shown_for(reseller, yearly, "quantity/", quantity="3", when="now")
    # Nothing was invoiced yet: there is less due, and nothing to credit.
    assert "€240.00" in shown
    assert "Credit note" not in shown
    assert (
        "2 of the present users lose access as soon as the service confirms it: 3 licences are left."
        in shown
    )


def test_fewer_licences_from_the_next_term(reseller, yearly):
    shown = shown_for(reseller, yearly, "quantity/", quantity="3", when="period_end")
    assert "Nothing changes before" in shown
    response = reseller.client.post(url_of(yearly, "quantity/"), hidden_of(shown))
    yearly.refresh_from_db()
    assert (response.url, yearly.quantity, yearly.renewal_quantity) == (url_of(yearly), 5, 3)
    assert "From the next term" in main_of(reseller.client.get(url_of(yearly)))


@pytest.mark.parametrize(
    ("wish", "chosen"), [("quantity/", {"quantity": "3"}), ("cancel/", {"when": "now"})]
)
def test_what_can_no_longer_be_given_back_says_from_when_less_is_paid(
    wish, chosen, reseller, yearly, travel
):
    in_time = shown_for(reseller, yearly, wish, **chosen)
    travel(timedelta(days=60))

    late = shown_for(reseller, yearly, wish, **chosen)

    assert '<span class="muted">Then</span>' in in_time
    assert "Nothing is given back" not in in_time
    assert '<span class="muted">From <' in late
    ends = day(yearly.ends_at.date())
    assert f"Nothing is given back, and nothing changes on any invoice before {ends}." in late


def test_licences_that_stay_paid_are_said_to_go_at_once(reseller, yearly, run_jobs, travel):
    run_jobs()
    travel(timedelta(days=60))
    chosen = {"when": "now", "some": "some", "licences": "2"}
    shown = shown_for(reseller, yearly, "cancel/", **chosen)
    said = "2 of the present users lose access as soon as the service confirms it: 3 licences are left."
    assert said in shown
    assert "Give up 2 licences" in shown
    compared = shown.partition("compare-after")[2].partition("</section>")[0]
    assert "\N{MULTIPLICATION SIGN}" not in compared.partition("consequences")[0]
    bought = main_of(reseller.client.get(url_of(yearly))).partition('id="payments"')[2]
    reseller.client.post(url_of(yearly, "cancel/"), hidden_of(shown))
    with scope.activate(reseller.account.scope):
        change_apply(change=ScheduledChange.objects.get(), actor=SYSTEM)
    left = main_of(reseller.client.get(url_of(yearly))).partition('id="payments"')[2]
    assert "5 \N{MULTIPLICATION SIGN}" in bought.partition("</summary>")[0]
    assert "5 \N{MULTIPLICATION SIGN}" in left.partition("</summary>")[0]


def test_some_licences_are_cancelled(reseller, yearly):
    chosen = {"when": "period_end", "some": "some", "licences": "2"}
    shown = shown_for(reseller, yearly, "cancel/", **chosen)
    reseller.client.post(url_of(yearly, "cancel/"), hidden_of(shown))
    yearly.refresh_from_db()
    assert (yearly.renewal_quantity, yearly.state) == (3, SubscriptionState.ACTIVE)
    for licences in ("5", "0", "", "two", "1.5"):
        refused = reseller.client.post(
            url_of(yearly, "cancel/"), {"when": "now", "some": "some", "licences": licences}
        )
        assert refused.status_code == 400
    assert ScheduledChange.everywhere.count() == 1


def test_an_add_on_is_bought_and_given_back(reseller, yearly, run_jobs):
    page = main_of(reseller.client.get(url_of(yearly, "add-ons/")))
    key = re.search(r'name="add_on" value="([^"]+)"', page)[1]
    shown = shown_for(reseller, yearly, "add-ons/", add_on=key, quantity="3")
    assert "€72.00" in shown
    reseller.client.post(url_of(yearly, "add-ons/"), hidden_of(shown))
    change = ScheduledChange.everywhere.get()
    assert (change.kind, change.quantity, change.product.name) == ("add_on", 3, "Archive")
    refused = reseller.client.post(url_of(yearly, "add-ons/"), {"add_on": "x", "quantity": "1"})
    assert refused.status_code == 400


def test_the_next_term_is_paid_by_installments(reseller, yearly):
    page = main_of(reseller.client.get(url_of(yearly, "renewal/")))
    assert "12 monthly installments" in page
    plan = PaymentPlan.everywhere.get()
    chosen = {"quantity": "5", "payment": str(plan.pk)}
    shown = shown_for(reseller, yearly, "renewal/", **chosen)
    assert "installment 1 of 12" in shown
    assert "and 9 more invoices" in shown
    reseller.client.post(url_of(yearly, "renewal/"), hidden_of(shown))
    yearly.refresh_from_db()
    assert (yearly.renewal_plan, yearly.renewal_plan_chosen) == (plan, True)
    nothing = reseller.client.post(url_of(yearly, "renewal/"), {**chosen, "seen": "x"})
    assert nothing.status_code == 400


def test_the_ways_to_pay_are_told_for_the_quantity_that_is_asked_for(reseller, yearly):
    present = main_of(reseller.client.get(url_of(yearly, "renewal/")))
    assert "12 monthly installments of €50.00, €600.00 for the term" in present

    fewer = shown_for(reseller, yearly, "renewal/", quantity="1", payment="once")
    assert "At once, €120.00 for the term" in fewer
    assert "12 monthly installments of €10.00, €120.00 for the term" in fewer
    assert "€600.00 for the term" not in fewer

    PaymentPlan.everywhere.update(count=7)
    uneven = shown_for(reseller, yearly, "renewal/", quantity="1", payment="once")
    assert "7 monthly installments of €17.14, the last €17.16, €120.00 for the term" in uneven


@pytest.mark.parametrize("quantity", ["", "x", "-1", "0", "9" * 30])
def test_a_quantity_that_is_none_leaves_the_ways_to_pay_as_they_were(quantity, reseller, yearly):
    shown = shown_for(reseller, yearly, "renewal/", quantity=quantity, payment="once")

    assert "At once, €600.00 for the term" in shown
    assert 'aria-invalid="true"' in shown


def test_a_plan_that_is_not_offered_cannot_be_smuggled_in(reseller, yearly):
    for payment in ("999999", "-1", "", "abc"):
        refused = reseller.client.post(
            url_of(yearly, "renewal/"), {"quantity": "5", "payment": payment, "seen": "x"}
        )
        assert refused.status_code == 400
    assert ScheduledChange.everywhere.count() == 0


def test_automatic_renewal_is_switched_off_once_from_two_tabs(reseller, yearly):
    shown = main_of(reseller.client.get(url_of(yearly, "auto-renewal/")))
    assert "Switch it off" in shown
    form = hidden_of(shown)
    first = reseller.client.post(url_of(yearly, "auto-renewal/"), form)
    second = reseller.client.post(url_of(yearly, "auto-renewal/"), form)
    yearly.refresh_from_db()
    assert (first.status_code, second.status_code, yearly.renews) == (302, 409, False)
    page = main_of(reseller.client.get(url_of(yearly)))
    assert "Let it renew" in page
    assert url_of(yearly, "renewal/") not in page
    assert reseller.client.get(url_of(yearly, "renewal/")).status_code == 404
