"""Customers order in their reseller's storefront, and the reseller lets each order pass, or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bss.accounts.choices import UserType
from bss.accounts.models import Account, Membership, Organization, PaymentMethod, Storefront
from bss.catalog.models import PriceList
from bss.core import clock, scope
from bss.core.api import IDEMPOTENCY_HEADER
from bss.core.errors import Conflict, PermissionDenied
from bss.core.money import round_half_up
from bss.orders.choices import LineState, OrderState
from bss.orders.errors import (
    CreditExceeded,
    EndMoved,
    OrderingDisabled,
    Repriced,
    TermsNotAccepted,
)
from bss.orders.models import Order, OrderLine, TermsVersion
from bss.orders.ports import CHECKOUT_REVIEW, CREDIT_EXPOSURE
from bss.orders.selectors import terms_current
from bss.orders.services import (
    basket_add,
    basket_open_for,
    basket_review,
    order_approve,
    order_reject,
    order_withdraw,
)
from bss.pricing.models import TaxRate
from bss.pricing.stored import from_stored
from bss.subscriptions.choices import ChangeState
from bss.subscriptions.models import ScheduledChange, Subscription, Term
from bss.subscriptions.services import change_preview, change_request
from bss.subscriptions.tasks import changes_due
from notifications.models import Delivery
from resellers.models import Plan
from resellers.services import plan_cancel, plan_switch
from tests.bss.orders.test_api import client_of
from tests.bss.orders.test_quotes import Quoting
from tests.conftest import Person, person_of_account, person_of_staff, person_of_user, signed_in
from tests.factories.accounts import (
    AccountFactory,
    OrganizationFactory,
    ResellerFactory,
    StorefrontFactory,
    make_staff,
    make_storefront_user,
)
from tests.factories.billing import make_rate
from tests.factories.catalog import PriceListFactory, PriceListItemFactory
from tests.factories.coterm import Ending
from tests.factories.orders import (
    make_basket,
    make_product,
    make_subscription,
    make_terms,
    set_price,
)
from tests.factories.ports import filled, granted
from tests.factories.resellers import drain, order_plan, plans_on_sale
from tests.factories.world import given_back
from tests.storefront.test_checkout import form_of, main_of


@pytest.fixture(scope="module")
def begun(django_db_setup, django_db_blocker) -> Iterator[Membership]:
    """A reseller sells under its own alias, on Standard: for all tests of the module, each takes back what it wrote."""
    with django_db_blocker.unblock(), given_back():
        distributor = OrganizationFactory(name="Meridian Cloud Distribution")
        shop = StorefrontFactory(organization=distributor)
        plans_on_sale(distributor)
        account = ResellerFactory(organization=distributor, name="Techsolutions")
        user = make_storefront_user(account, shop)
        staff = person_of_staff(make_staff(distributor))
        order_plan(account, "standard", alias="techsolutions", actor=staff.actor)
        drain()
        yield user


@pytest.fixture
def distributor(begun, db) -> Organization:
    return Organization.objects.get(pk=begun.organization_id)


@pytest.fixture
def plans(distributor) -> dict[str, Plan]:
    return {plan.code: plan for plan in Plan.everywhere.select_related("product")}


@pytest.fixture
def reseller(begun, distributor, shop) -> Person:
    user = Membership.everywhere.select_related("user", "contact__account").get(pk=begun.pk)
    return person_of_user(user, user.contact.account, shop)


@pytest.fixture
def on_standard(reseller) -> Storefront:
    """Where it sells."""
    return Storefront.everywhere.get(owner=reseller.account)


@pytest.fixture
def customer(customer_account, on_standard) -> Person:
    return person_of_account(customer_account, on_standard)


@pytest.fixture
def mailbox(distributor, reseller):
    """Sold to the reseller at 100, on at 120."""
    product = make_product(distributor, name="Mailbox", price="100", cost="70")
    own = PriceListFactory(organization=distributor, owner=reseller.account, name="Ours")
    PriceListItemFactory(price_list=own, product=product, rule="markup", percent=Decimal(20))
    return product


@pytest.fixture
def asked(customer, on_standard, mailbox):
    """The customer ordered one mailbox; it waits."""
    return order_of(customer, on_standard, mailbox)


def withdrawal(order: Order) -> str:
    return f"/techsolutions/orders/{order.public_id}/withdraw/"


def order_of(customer: Person, shop: Storefront, product) -> Order:
    with scope.activate(customer.account.scope):
        make_basket(customer, shop, product)
    page = customer.client.get("/techsolutions/checkout/review/").content.decode()
    customer.client.post("/techsolutions/checkout/review/", form_of(page) | {"terms": "on"})
    return Order.everywhere.get(customer=customer.account)


def form_at(person: Person, order: Order) -> dict[str, str]:
    """The form that lets it pass, the terms ticked where they are asked for."""
    page = person.client.get(f"/my-customers/orders/{order.public_id}/").content.decode()
    return form_of(page) | {"terms": "on"}


def the_distributors(order: Order) -> TermsVersion | None:
    """The terms under which its reseller buys."""
    return terms_current(order.organization_id)


def test_a_customers_order_waits_and_its_reseller_is_told(asked, reseller, customer, run_jobs):
    assert asked.state == OrderState.PENDING_APPROVAL
    assert (asked.total, asked.total_resale) == (Decimal(100), Decimal(120))
    run_jobs()
    assert Subscription.everywhere.filter(customer=customer.account).count() == 0
    told = Delivery.everywhere.get(kind="order_approval_asked")
    assert told.recipient == reseller.user.email
    assert f"/my-customers/orders/{asked.public_id}/" in told.text
    assert "€120.00" in told.text
    theirs = Delivery.everywhere.get(kind="order_waiting")
    assert theirs.recipient == customer.user.email
    assert "€120.00" in theirs.text
    assert "€100.00" not in theirs.text + theirs.html
    assert f"{reseller.account.name} looks at it" in theirs.text
    assert (
        Delivery.everywhere.filter(kind="order_placed", recipient=customer.user.email).count() == 0
    )


@pytest.fixture
def co_termed(customer, on_standard, distributor):
    """The customer ordered a year of mail that ends in 73 days with everything else it has, at 365 for its reseller and
    438 for itself; it waits. Gives the order and what the service manager answers.
    """
    with filled(CHECKOUT_REVIEW, ending := Ending(midnight() + timedelta(days=73))):
        product = make_product(distributor, price="365", units=("P1Y",))
        own = PriceListFactory(organization=distributor, owner=customer.account.parent, name="Ours")
        PriceListItemFactory(price_list=own, product=product, rule="markup", percent=Decimal(20))
        with scope.activate(customer.account.scope):
            basket = basket_open_for(
                user_id=customer.user.pk, storefront=on_standard, account=customer.account
            )
            basket_add(basket=basket, product=product, unit="P1Y", quantity=1, actor=customer.actor)
            with pytest.raises(Repriced):
                basket_review(basket=basket, step="items", actor=customer.actor)
        page = customer.client.get("/techsolutions/checkout/review/").content.decode()
        customer.client.post("/techsolutions/checkout/review/", form_of(page) | {"terms": "on"})
        yield Order.everywhere.get(customer=customer.account), ending


def cents(amount: int, days: int) -> Decimal:
    return round_half_up(Decimal(amount) / days, "EUR")


def midnight() -> datetime:
    return clock.now().replace(hour=0, minute=0, second=0, microsecond=0)


def test_a_co_termed_order_is_approved_for_the_days_that_are_left(co_termed, reseller, travel):
    order, _ending = co_termed
    line = OrderLine.everywhere.get(order=order)
    whole = line.coterm.whole_days
    assert line.coterm.days == 73
    assert (order.total, order.total_resale) == (cents(365 * 73, whole), cents(438 * 73, whole))
    travel(timedelta(days=3))

    page = reseller.client.get(f"/my-customers/orders/{order.public_id}/").content.decode()
    assert f"70 of {whole} days are charged" in page
    reseller.client.post(
        f"/my-customers/orders/{order.public_id}/",
        form_of(page) | {"do": "approve", "terms": "on"},
    )

    order.refresh_from_db()
    assert order.approved_at is not None
    assert OrderLine.everywhere.get(order=order).coterm.days == 70
    assert (order.total, order.total_resale) == (cents(365 * 70, whole), cents(438 * 70, whole))


def test_a_co_termed_order_whose_end_moved_cannot_be_approved(co_termed, reseller):
    order, ending = co_termed
    ending.ends_at += timedelta(days=30)

    with scope.activate(reseller.account.scope), pytest.raises(EndMoved):
        order_approve(
            order=order,
            actor=reseller.actor,
            terms=the_distributors(order),
            accept_reprice=True,
        )

    order.refresh_from_db()
    assert (order.state, OrderLine.everywhere.get(order=order).coterm.days) == (
        OrderState.PENDING_APPROVAL,
        73,
    )
    page = main_of(reseller.client.get(f"/my-customers/orders/{order.public_id}/"))
    assert "have it ordered anew" in page


def test_the_reseller_sees_both_prices_and_the_customer_only_its_own(asked, reseller, customer):
    listed = main_of(reseller.client.get("/my-customers/orders/"))
    page = main_of(reseller.client.get(f"/my-customers/orders/{asked.public_id}/"))
    account = main_of(reseller.client.get("/my-account/"))
    theirs = main_of(customer.client.get(f"/techsolutions/orders/{asked.public_id}/"))
    their_list = main_of(customer.client.get("/techsolutions/orders/"))

    assert asked.number in listed
    for shown in ("€100.00", "€120.00", "€20.00"):
        assert shown in page
    assert "1 waits for you" in account
    assert "Pending reseller approval" in theirs
    assert "Pending reseller approval" in their_list
    assert "€100.00" not in theirs + their_list


def test_an_approved_order_is_placed_and_runs(asked, reseller, customer, run_jobs):
    run_jobs()
    done = reseller.client.post(
        f"/my-customers/orders/{asked.public_id}/", form_at(reseller, asked) | {"do": "approve"}
    )
    run_jobs()

    asked.refresh_from_db()
    assert done.url == "/my-customers/orders/"
    assert asked.state == OrderState.EXECUTING
    assert asked.approved_by_label == reseller.actor.label
    assert asked.approved_at == asked.placed_at
    assert Subscription.everywhere.get(customer=customer.account).unit_resale == Decimal(120)
    assert Delivery.everywhere.get(kind="order_approved").recipient == customer.user.email
    assert (
        Delivery.everywhere.filter(kind="order_placed", recipient=customer.user.email).count() == 0
    )
    assert "In progress" in main_of(customer.client.get("/techsolutions/orders/"))


def test_a_resellers_customer_reads_of_statements_and_of_no_invoice(customer, on_standard, mailbox):
    with scope.activate(customer.account.scope):
        make_basket(customer, on_standard, mailbox)

    page = customer.client.get("/techsolutions/checkout/review/").content.decode()

    assert "What goes on which statement" in page
    assert "which invoice" not in page


def test_the_reseller_sees_what_goes_on_its_invoices_and_that_is_kept(
    asked, reseller, customer, mailbox, distributor
):
    shown = from_stored(asked.preview, "price")
    set_price(mailbox, "110")
    make_rate(distributor, "24")
    url = f"/my-customers/orders/{asked.public_id}/"
    page = main_of(reseller.client.get(url))
    told = page.split('id="bills-title"')[1].split("</section>")[0]
    done = reseller.client.post(url, form_at(reseller, asked) | {"do": "approve"})

    asked.refresh_from_db()
    kept = from_stored(asked.preview, "price")
    assert done.status_code == 302
    assert shown.first.total.amount == Decimal(100)
    for amount in ("€110.00", "€26.40", "€136.40"):
        assert amount in told
    assert (kept.first.net.amount, kept.first.total.amount) == (Decimal(110), Decimal("136.40"))
    # What its customer pays is what it was shown.
    assert from_stored(asked.preview, "resale").net.amount == Decimal(120)


def test_other_invoices_than_were_seen_are_not_approved(asked, reseller, distributor):
    make_rate(distributor, "24")
    form = form_at(reseller, asked)
    TaxRate.everywhere.update(percent=Decimal(25))

    refused = reseller.client.post(
        f"/my-customers/orders/{asked.public_id}/", form | {"do": "approve"}
    )

    asked.refresh_from_db()
    assert (refused.status_code, asked.state) == (409, OrderState.PENDING_APPROVAL)


def test_approved_twice_is_one_order(asked, reseller, customer, run_jobs):
    form = form_at(reseller, asked) | {"do": "approve"}

    for _tab in range(2):
        reseller.client.post(f"/my-customers/orders/{asked.public_id}/", form)
    run_jobs()

    assert Order.everywhere.filter(customer=customer.account).count() == 1
    assert Subscription.everywhere.filter(customer=customer.account).count() == 1
    assert Delivery.everywhere.filter(kind="order_approved").count() == 1


def test_a_rejected_order_tells_why_and_ends(asked, reseller, customer, run_jobs):
    url = f"/my-customers/orders/{asked.public_id}/"
    silent = reseller.client.post(url, {"do": "reject", "reason": " "})
    asked.refresh_from_db()
    assert (silent.status_code, asked.state) == (400, OrderState.PENDING_APPROVAL)

    reseller.client.post(url, {"do": "reject", "reason": "Ask us for seats first."})
    run_jobs()

    asked.refresh_from_db()
    assert asked.state == OrderState.REJECTED
    assert OrderLine.everywhere.get(order=asked).state == LineState.CANCELLED
    told = Delivery.everywhere.get(kind="order_rejected")
    assert told.recipient == customer.user.email
    assert "Ask us for seats first." in told.text
    assert Subscription.everywhere.filter(customer=customer.account).count() == 0
    assert "Cancelled" in main_of(customer.client.get("/techsolutions/orders/"))
    with scope.activate(reseller.account.scope), pytest.raises(Conflict):
        order_approve(
            order=Order.objects.get(pk=asked.pk),
            actor=reseller.actor,
            terms=the_distributors(asked),
        )


def test_a_price_of_the_day_asks_the_approver_and_the_customer_pays_what_it_saw(
    asked, reseller, mailbox
):
    form = form_at(reseller, asked) | {"do": "approve"}
    set_price(mailbox, "110")

    refused = reseller.client.post(f"/my-customers/orders/{asked.public_id}/", form)

    asked.refresh_from_db()
    assert (refused.status_code, asked.state) == (409, OrderState.PENDING_APPROVAL)
    shown = main_of(refused)
    assert "€100.00" in shown
    assert "€110.00" in shown
    again = form_of(refused.content.decode()) | {"do": "approve", "terms": "on"}
    reseller.client.post(f"/my-customers/orders/{asked.public_id}/", again)
    asked.refresh_from_db()
    assert asked.state == OrderState.PLACED
    assert (asked.total, asked.total_resale) == (Decimal(110), Decimal(120))


@pytest.mark.parametrize("total", ["", "0", "x", "99.99"])
def test_a_tampered_total_approves_nothing_it_did_not_show(asked, reseller, mailbox, total):
    set_price(mailbox, "110")

    refused = reseller.client.post(
        f"/my-customers/orders/{asked.public_id}/",
        form_at(reseller, asked) | {"do": "approve", "seen_total": total},
    )

    asked.refresh_from_db()
    assert (refused.status_code, asked.state) == (409, OrderState.PENDING_APPROVAL)


def test_the_payers_credit_decides_when_it_is_approved(asked, reseller):
    # Its own plan is on its bill already.
    owed = CREDIT_EXPOSURE.get().exposure(reseller.account.pk, "EUR")
    assert owed == Decimal(49)
    reseller.account.credit_limit = owed + Decimal("99.99")
    reseller.account.save()

    with scope.activate(reseller.account.scope):
        waiting = Order.objects.select_related("account", "customer").get(pk=asked.pk)
        with pytest.raises(CreditExceeded):
            order_approve(order=waiting, actor=reseller.actor, terms=the_distributors(waiting))
        asked.refresh_from_db()
        assert asked.state == OrderState.PENDING_APPROVAL
        Account.everywhere.filter(pk=reseller.account.pk).update(credit_limit=owed + Decimal(100))
        order_approve(order=waiting, actor=reseller.actor, terms=the_distributors(waiting))
    asked.refresh_from_db()
    assert asked.state == OrderState.PLACED


def test_what_is_no_longer_sold_cannot_be_approved(asked, reseller, mailbox):
    mailbox.is_active = False
    mailbox.save()

    page = main_of(reseller.client.get(f"/my-customers/orders/{asked.public_id}/"))
    refused = reseller.client.post(
        f"/my-customers/orders/{asked.public_id}/", {"do": "approve", "seen_total": "100"}
    )

    asked.refresh_from_db()
    assert "not on sale to this buyer any more" in page
    assert (refused.status_code, asked.state) == (400, OrderState.PENDING_APPROVAL)


def test_strangers_decide_nothing(asked, rival, customer, staff):
    url = f"/my-customers/orders/{asked.public_id}/"
    for client, prefix, expected in (
        (rival.client, "", 404),
        (customer.client, "/techsolutions", 403),
    ):
        assert client.get(f"{prefix}{url}").status_code == expected
        answer = client.post(f"{prefix}{url}", {"do": "approve", "seen_total": "100"})
        assert answer.status_code == expected
    executed = staff.client.post(f"/portal/orders/{asked.public_id}/execute/", {})
    assert executed.status_code == 409
    asked.refresh_from_db()
    assert asked.state == OrderState.PENDING_APPROVAL


def test_without_approval_needed_it_starts_at_once(customer, on_standard, mailbox, reseller):
    url = f"/my-customers/{customer.account.public_id}/approval/"
    reseller.client.post(url, {"needed": "0"})

    order = order_of(customer, on_standard, mailbox)

    assert order.state == OrderState.PLACED
    reseller.client.post(url, {"needed": "1"})
    customer.account.refresh_from_db()
    assert customer.account.order_approval is True


def test_a_card_payer_is_always_asked(customer, on_standard, mailbox, reseller, distributor):
    Account.everywhere.filter(pk=customer.account.pk).update(order_approval=False)
    card = PaymentMethod.everywhere.create(organization=distributor, name="Card", kind="card")
    Account.everywhere.filter(pk=reseller.account.pk).update(payment_method=card)
    url = f"/my-customers/{customer.account.public_id}/"

    page = main_of(reseller.client.get(url))
    reseller.client.post(f"{url}approval/", {"needed": "0"})
    order = order_of(customer, on_standard, mailbox)

    assert "You pay by card: each order needs your approval" in page
    assert 'name="needed"' not in page
    assert order.state == OrderState.PENDING_APPROVAL


def plan_includes(plans, code: str, *flags: str) -> None:
    """What a plan carries from now on, whatever it did."""
    plan = plans[code]
    Plan.everywhere.filter(pk=plan.pk).update(capabilities=list(flags))


def test_without_approval_in_the_plan_each_order_waits_again(customer, reseller, has_five, plans):
    Account.everywhere.filter(pk=customer.account.pk).update(order_approval=False)
    plan_includes(plans, "standard", "own_storefront", "customer_users", "self_service_ordering")

    change = ask_of(customer, has_five, "quantity", quantity=6)

    assert change.state == ChangeState.SCHEDULED
    assert change.order_line.order.state == OrderState.PENDING_APPROVAL


@pytest.mark.parametrize(
    ("kind", "wish"),
    [
        ("quantity", {"quantity": 500}),
        ("renewal", {"quantity": 500}),
        ("quantity", {"quantity": 500, "when": "period_end"}),
    ],
)
def test_without_ordering_in_the_plan_nothing_is_bought_through_a_subscription(
    customer, reseller, has_five, plans, kind, wish
):
    Account.everywhere.filter(pk=customer.account.pk).update(order_approval=False)
    plan_includes(plans, "standard", "own_storefront", "customer_users")

    with pytest.raises(OrderingDisabled) as refusal:
        ask_of(customer, has_five, kind, **wish)
    assert "Techsolutions" in str(refusal.value.message)
    with scope.activate(customer.account.scope), pytest.raises(OrderingDisabled):
        change_preview(subscription=has_five, kind=kind, actor=customer.actor, **wish)
    assert not ScheduledChange.everywhere.exists()
    assert next_term_of(has_five) == (None, True)
    # What it has it may still make smaller, and its reseller buys for it as before.
    assert ask_of(customer, has_five, "renewal", quantity=4).state == ChangeState.APPLIED
    assert ask_of(reseller, has_five, kind, **wish).order_line.order.state != OrderState.DRAFT


def test_only_a_plan_with_approval_switches_it(reseller, put_on, rival):
    put_on(rival.account, "free", "northbridge")
    theirs = AccountFactory(parent=rival.account, name="Harbour Logistics")
    url = f"/my-customers/{theirs.public_id}/approval/"

    assert rival.client.post(url, {"needed": "0"}).status_code == 403
    assert reseller.client.post(url, {"needed": "0"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.order_approval is True


@pytest.mark.parametrize("ending", ["cancel", "downgrade"])
def test_without_the_plan_nothing_waits_any_more(
    asked, reseller, customer, plans, staff, distributor, run_jobs, ending
):
    run_jobs()
    with scope.activate(distributor.scope):
        if ending == "cancel":
            plan_cancel(account=reseller.account, actor=staff.actor, source="portal")
        else:
            plan_switch(
                account=reseller.account, plan=plans["free"], actor=staff.actor, source="portal"
            )
    run_jobs()

    asked.refresh_from_db()
    assert asked.state == OrderState.CANCELLED
    told = Delivery.everywhere.get(kind="order_rejected")
    assert told.recipient == customer.user.email
    assert "takes no orders here any more" in told.text


def test_more_seats_at_the_resellers_expense_wait_too(
    customer, reseller, mailbox, distributor, run_jobs
):
    with scope.activate(distributor.scope):
        subscription = make_subscription(
            reseller.account, mailbox, quantity=5, customer=customer.account
        )
    with scope.activate(customer.account.scope):
        fewer_or_more = change_request(
            subscription=subscription, kind="quantity", quantity=8, actor=customer.actor,
            source="storefront",
        )  # fmt: skip
    run_jobs()
    order = fewer_or_more.order_line.order
    order.refresh_from_db()
    assert order.state == OrderState.PENDING_APPROVAL
    assert fewer_or_more.state == ChangeState.SCHEDULED
    asked_at = order.placed_at

    with scope.activate(reseller.account.scope):
        waiting = Order.objects.select_related("account", "customer").get(pk=order.pk)
        order_approve(order=waiting, actor=reseller.actor, terms=the_distributors(waiting))
    run_jobs()

    order.refresh_from_db()
    change = ScheduledChange.everywhere.get(pk=fewer_or_more.pk)
    assert (order.state, change.state) == (OrderState.EXECUTING, ChangeState.IN_PROGRESS)
    # Its amounts count from when it was asked for.
    assert order.placed_at == asked_at


def test_rejected_seats_leave_the_subscription_as_it_was(
    customer, reseller, mailbox, distributor, run_jobs
):
    with scope.activate(distributor.scope):
        subscription = make_subscription(
            reseller.account, mailbox, quantity=5, customer=customer.account
        )
    with scope.activate(customer.account.scope):
        change = change_request(
            subscription=subscription, kind="quantity", quantity=8, actor=customer.actor,
            source="storefront",
        )  # fmt: skip
    with scope.activate(reseller.account.scope):
        order_reject(order=change.order_line.order, actor=reseller.actor, reason="Too many.")
    run_jobs()

    change = ScheduledChange.everywhere.get(pk=change.pk)
    subscription.refresh_from_db()
    assert change.state == ChangeState.CANCELLED
    assert subscription.quantity == 5


@pytest.fixture
def has_five(customer, reseller, mailbox, distributor):
    """The customer has five mailboxes by the month, at its reseller's expense."""
    with scope.activate(distributor.scope):
        return make_subscription(reseller.account, mailbox, quantity=5, customer=customer.account)


def ask_of(customer: Person, subscription, kind, **wish) -> ScheduledChange:
    with scope.activate(customer.account.scope):
        return change_request(
            subscription=Subscription.objects.get(pk=subscription.pk), kind=kind,
            actor=customer.actor, source="storefront", **wish,
        )  # fmt: skip


def approve(reseller: Person, order_id: int) -> None:
    with scope.activate(reseller.account.scope):
        waiting = Order.objects.select_related("account", "customer").get(pk=order_id)
        order_approve(order=waiting, actor=reseller.actor, terms=the_distributors(waiting))


def next_term_of(subscription) -> tuple[int | None, bool]:
    return Subscription.everywhere.values_list("renewal_quantity", "renews").get(pk=subscription.pk)


def test_seats_of_the_next_term_wait_for_the_reseller_too(customer, reseller, has_five, run_jobs):
    change = ask_of(customer, has_five, "renewal", quantity=500)
    run_jobs()

    order = Order.everywhere.get(pk=change.order_line.order_id)
    assert (order.state, change.state) == (OrderState.PENDING_APPROVAL, ChangeState.SCHEDULED)
    # What 495 mailboxes more cost a month, to the reseller and to its customer.
    assert (order.total, order.total_resale) == (Decimal(49500), Decimal(59400))
    assert next_term_of(has_five) == (None, True)

    approve(reseller, order.pk)
    run_jobs()

    order.refresh_from_db()
    change = ScheduledChange.everywhere.get(pk=change.pk)
    assert (order.state, change.state) == (OrderState.EXECUTED, ChangeState.APPLIED)
    assert next_term_of(has_five) == (500, True)


def test_rejected_seats_of_the_next_term_are_not_written_down(
    customer, reseller, has_five, run_jobs
):
    change = ask_of(customer, has_five, "quantity", quantity=6, when="period_end")
    with scope.activate(reseller.account.scope):
        order_reject(order=change.order_line.order, actor=reseller.actor, reason="Too many.")
    run_jobs()

    change = ScheduledChange.everywhere.get(pk=change.pk)
    assert change.state == ChangeState.CANCELLED
    assert next_term_of(has_five) == (None, True)


def test_a_renewal_that_the_reseller_switched_off_is_switched_on_with_its_approval(
    customer, reseller, has_five, run_jobs
):
    Subscription.everywhere.filter(pk=has_five.pk).update(renews=False)

    change = ask_of(customer, has_five, "renewal", renews=True)
    run_jobs()

    order = Order.everywhere.get(pk=change.order_line.order_id)
    assert (order.state, order.total) == (OrderState.PENDING_APPROVAL, Decimal(500))
    assert next_term_of(has_five) == (None, False)
    approve(reseller, order.pk)
    run_jobs()
    assert next_term_of(has_five) == (None, True)


def test_a_next_term_that_costs_no_more_than_the_present_one_waits_for_nobody(
    customer, has_five, mailbox
):
    # That the price rose meanwhile is nobody's wish.
    set_price(mailbox, "110")

    fewer = ask_of(customer, has_five, "renewal", quantity=3)
    assert (fewer.state, next_term_of(has_five)) == (ChangeState.APPLIED, (3, True))
    as_before = ask_of(customer, has_five, "renewal", quantity=5)
    assert (as_before.state, next_term_of(has_five)) == (ChangeState.APPLIED, (None, True))
    off = ask_of(customer, has_five, "renewal", renews=False)
    assert (off.state, next_term_of(has_five)) == (ChangeState.APPLIED, (None, False))


def test_what_nobody_answered_until_the_term_ended_is_given_up(
    customer, reseller, has_five, run_jobs, travel
):
    change = ask_of(customer, has_five, "quantity", quantity=6)
    run_jobs()
    travel(timedelta(days=32))
    assert changes_due() > 0
    run_jobs()

    order = Order.everywhere.get(pk=change.order_line.order_id)
    change = ScheduledChange.everywhere.get(pk=change.pk)
    assert (order.state, change.state) == (OrderState.CANCELLED, ChangeState.CANCELLED)
    terms = Term.everywhere.filter(subscription=has_five)
    assert [(term.quantity, term.number) for term in terms] == [(5, 1), (5, 2)]
    told = Delivery.everywhere.get(kind="order_rejected")
    assert told.recipient == customer.user.email
    assert "Techsolutions did not answer before the term ended." in told.text


def test_a_term_that_nobody_answered_for_ends_if_it_was_not_to_be_renewed(
    customer, has_five, run_jobs, travel
):
    Subscription.everywhere.filter(pk=has_five.pk).update(renews=False)
    change = ask_of(customer, has_five, "renewal", renews=True)
    travel(timedelta(days=32))
    changes_due()
    run_jobs()

    assert ScheduledChange.everywhere.get(pk=change.pk).state == ChangeState.CANCELLED
    ending = ScheduledChange.everywhere.latest("pk")
    assert (ending.kind, ending.state) == ("cancel", ChangeState.IN_PROGRESS)
    assert Term.everywhere.filter(subscription=has_five).count() == 1


def test_the_payers_credit_decides_about_the_next_term_when_it_is_approved(
    customer, reseller, has_five
):
    change = ask_of(customer, has_five, "renewal", quantity=6)
    owed = CREDIT_EXPOSURE.get().exposure(reseller.account.pk, "EUR")
    Account.everywhere.filter(pk=reseller.account.pk).update(credit_limit=owed + Decimal("99.99"))

    with pytest.raises(CreditExceeded):
        approve(reseller, change.order_line.order_id)
    assert next_term_of(has_five) == (None, True)
    Account.everywhere.filter(pk=reseller.account.pk).update(credit_limit=owed + Decimal(100))
    approve(reseller, change.order_line.order_id)


def another_mailbox(mailbox, price):
    """Of the same type, sold on at 20 % more, as the first."""
    product = make_product(mailbox.organization, price=price, cost="1", type=mailbox.type)
    PriceListItemFactory(
        price_list=PriceList.everywhere.get(name="Ours"),
        product=product,
        rule="markup",
        percent=Decimal(20),
    )
    return product


def test_the_payers_credit_decides_about_another_product_by_what_it_costs_more(
    customer, reseller, has_five, mailbox
):
    change = ask_of(customer, has_five, "product", product=another_mailbox(mailbox, "130"))
    order = change.order_line.order
    assert (order.total, order.total_resale) == (Decimal(150), Decimal(180))
    owed = CREDIT_EXPOSURE.get().exposure(reseller.account.pk, "EUR")
    Account.everywhere.filter(pk=reseller.account.pk).update(credit_limit=owed + Decimal("149.99"))

    with pytest.raises(CreditExceeded):
        approve(reseller, order.pk)
    assert ScheduledChange.everywhere.get().state == ChangeState.SCHEDULED
    Account.everywhere.filter(pk=reseller.account.pk).update(credit_limit=owed + Decimal(150))
    approve(reseller, order.pk)


def test_what_costs_its_reseller_less_waits_for_nobody(customer, reseller, has_five, mailbox):
    Account.everywhere.filter(pk=reseller.account.pk).update(credit_limit=0)
    cheaper = another_mailbox(mailbox, "40")

    change = ask_of(customer, has_five, "product", product=cheaper)

    assert change.state == ChangeState.IN_PROGRESS
    assert (change.order_line.total, change.order_line.total_resale) == (0, 0)


def test_the_customer_may_not_free_itself(customer, reseller):
    from bss.accounts.services import order_approval_set

    with scope.activate(customer.account.scope), pytest.raises(PermissionDenied):
        order_approval_set(customer=customer.account, needed=False, actor=customer.actor)
    with scope.activate(reseller.account.scope):
        order_approval_set(customer=customer.account, needed=False, actor=reseller.actor)
    customer.account.refresh_from_db()
    assert customer.account.order_approval is False


# Withdrawing -------------------------------------------------------------------------------------------------------


def test_a_customer_withdraws_what_waits_and_its_reseller_is_told(
    asked, reseller, customer, run_jobs
):
    run_jobs()
    page = main_of(customer.client.get(f"/techsolutions/orders/{asked.public_id}/"))
    question = main_of(customer.client.get(withdrawal(asked)))
    assert withdrawal(asked) in page
    assert f"Withdraw {asked.number}" in question

    done = [customer.client.post(withdrawal(asked)) for _twice in range(2)]
    run_jobs()

    asked.refresh_from_db()
    assert [each.url for each in done] == [f"/techsolutions/orders/{asked.public_id}/"] * 2
    assert asked.state == OrderState.CANCELLED
    assert OrderLine.everywhere.get(order=asked).state == LineState.CANCELLED
    told = Delivery.everywhere.get(kind="order_withdrawn")
    assert told.recipient == reseller.user.email
    assert customer.actor.label in told.text
    assert f"/orders/{asked.public_id}/" in told.text
    # Whoever withdrew it knows.
    assert Delivery.everywhere.filter(kind="order_rejected").count() == 0
    assert Subscription.everywhere.filter(customer=customer.account).count() == 0
    assert asked.number not in main_of(reseller.client.get("/my-customers/orders/"))
    after = main_of(customer.client.get(f"/techsolutions/orders/{asked.public_id}/"))
    assert withdrawal(asked) not in after


def test_what_was_approved_a_moment_ago_is_not_withdrawn(asked, reseller, customer, run_jobs):
    reseller.client.post(
        f"/my-customers/orders/{asked.public_id}/", form_at(reseller, asked) | {"do": "approve"}
    )

    late = customer.client.post(withdrawal(asked))
    run_jobs()

    asked.refresh_from_db()
    assert late.status_code == 409
    assert "waits no more" in main_of(late)
    assert asked.state == OrderState.EXECUTING
    assert Delivery.everywhere.filter(kind="order_withdrawn").count() == 0


def test_what_was_withdrawn_is_not_approved(asked, reseller, customer):
    form = form_at(reseller, asked) | {"do": "approve"}
    customer.client.post(withdrawal(asked))

    late = reseller.client.post(f"/my-customers/orders/{asked.public_id}/", form)

    asked.refresh_from_db()
    assert (late.status_code, asked.state) == (409, OrderState.CANCELLED)


def test_nobody_but_the_customer_withdraws(asked, reseller, rival, on_standard, customer_account):
    viewer = make_storefront_user(customer_account, on_standard, UserType.SIMPLE)
    looks_on = signed_in(viewer.user, f"storefront:{on_standard.pk}", on_standard)

    assert reseller.client.post(f"/orders/{asked.public_id}/withdraw/").status_code == 404
    assert rival.client.post(f"/orders/{asked.public_id}/withdraw/").status_code == 404
    assert looks_on.post(withdrawal(asked)).status_code == 403
    with scope.activate(reseller.account.scope), pytest.raises(PermissionDenied):
        order_withdraw(order=Order.objects.get(pk=asked.pk), actor=reseller.actor)
    asked.refresh_from_db()
    assert asked.state == OrderState.PENDING_APPROVAL


def test_seats_that_wait_are_withdrawn_with_their_change(
    customer, reseller, mailbox, distributor, run_jobs
):
    with scope.activate(distributor.scope):
        subscription = make_subscription(
            reseller.account, mailbox, quantity=5, customer=customer.account
        )
    with scope.activate(customer.account.scope):
        change = change_request(
            subscription=subscription, kind="quantity", quantity=8, actor=customer.actor,
            source="storefront",
        )  # fmt: skip
    order = change.order_line.order

    customer.client.post(withdrawal(order))
    run_jobs()

    change.refresh_from_db()
    assert change.state == ChangeState.CANCELLED
    assert Delivery.everywhere.filter(kind="order_withdrawn").count() == 1
    subscription.refresh_from_db()
    assert subscription.quantity == 5


# Under whose terms -----------------------------------------------------------------------------------------------


def approving(reseller: Person, order: Order, **given: str):
    path = f"/my-customers/orders/{order.public_id}/"
    form = form_of(reseller.client.get(path).content.decode())
    return reseller.client.post(path, form | {"do": "approve"} | given)


def kept(order: Order):
    """What the order says of its payer's terms, and where it is."""
    order.refresh_from_db()
    terms = order.payer_terms.version if order.payer_terms else None
    return order.state, terms, order.payer_terms_accepted_at


def test_who_approves_accepts_the_distributors_terms_in_their_version(
    asked, reseller, customer, staff
):
    page = main_of(reseller.client.get(f"/my-customers/orders/{asked.public_id}/"))
    assert "version 2026-01" in page
    assert "The terms." in page

    refused = approving(reseller, asked)
    assert refused.status_code == 400
    assert "Accept the terms to approve the order." in main_of(refused)
    assert kept(asked) == (OrderState.PENDING_APPROVAL, None, None)

    assert approving(reseller, asked, terms="on").status_code == 302
    state, version, accepted_at = kept(asked)
    assert (state, version) == (OrderState.PLACED, "2026-01")
    assert accepted_at is not None
    assert accepted_at <= asked.approved_at
    assert asked.payer_terms.seller is None
    shown = main_of(staff.client.get(f"/portal/orders/{asked.public_id}/?tab=details"))
    assert "Terms accepted by the payer" in shown
    theirs = main_of(customer.client.get(f"/techsolutions/orders/{asked.public_id}/"))
    assert "2026-01" not in theirs


def test_terms_that_changed_meanwhile_are_read_again(asked, reseller, distributor):
    path = f"/my-customers/orders/{asked.public_id}/"
    form = form_of(reseller.client.get(path).content.decode())
    make_terms(distributor, "2026-02")

    outdated = reseller.client.post(path, form | {"do": "approve", "terms": "on"})

    assert "The terms changed while you were here" in main_of(outdated)
    assert kept(asked) == (OrderState.PENDING_APPROVAL, None, None)
    assert approving(reseller, asked, terms="on").status_code == 302
    assert kept(asked)[1] == "2026-02"


def test_what_was_accepted_in_this_version_is_not_asked_again(
    asked, reseller, customer, on_standard, mailbox, distributor, travel
):
    approving(reseller, asked, terms="on")
    first = kept(asked)[2]
    travel(timedelta(days=3))
    again = order_of_another(customer, on_standard, mailbox, asked)

    page = main_of(reseller.client.get(f"/my-customers/orders/{again.public_id}/"))
    assert "I have read the terms" not in page
    assert approving(reseller, again).status_code == 302
    assert kept(again) == (OrderState.PLACED, "2026-01", first)

    make_terms(distributor, "2026-02")
    third = order_of_another(customer, on_standard, mailbox, asked, again)
    assert approving(reseller, third).status_code == 400
    assert kept(third) == (OrderState.PENDING_APPROVAL, None, None)


def test_no_door_lets_a_purchase_pass_without_the_terms(asked, reseller):
    with scope.activate(reseller.account.scope):
        waiting = Order.objects.select_related("account", "customer").get(pk=asked.pk)
        with pytest.raises(TermsNotAccepted):
            order_approve(order=waiting, actor=reseller.actor)
    assert kept(asked) == (OrderState.PENDING_APPROVAL, None, None)


def test_the_api_tells_the_payer_and_staff_which_terms_it_bought_under(
    asked, reseller, customer, staff
):
    approving(reseller, asked, terms="on")
    told = {}
    for name, person, account in (
        ("staff", staff, None),
        ("payer", reseller, reseller.account),
        ("customer", customer, customer.account),
    ):
        token = client_of(person, "order.view", account=account)
        told[name] = token.get(f"/api/v1/orders/{asked.public_id}/").json()["payer_terms"]
    assert told == {"staff": "2026-01", "payer": "2026-01", "customer": None}


def order_of_another(customer, shop, product, *earlier: Order) -> Order:
    """A further order of the same customer."""
    with scope.activate(customer.account.scope):
        make_basket(customer, shop, product)
    page = customer.client.get("/techsolutions/checkout/review/").content.decode()
    customer.client.post("/techsolutions/checkout/review/", form_of(page) | {"terms": "on"})
    return (
        Order.everywhere.filter(customer=customer.account)
        .exclude(pk__in=[order.pk for order in earlier])
        .get()
    )


# Over the API ----------------------------------------------------------------------------------------------------


@pytest.fixture
def token(reseller):
    """The reseller's own."""
    with granted(reseller.account, "api", "self_service_ordering"):
        yield client_of(reseller, "order.view", "order.approve", account=reseller.account)


def resource(order: Order, part: str = "") -> str:
    return f"/api/v1/approvals/{order.public_id}/{part}"


def say(token, order: Order, part: str, key: str = "", **body):
    headers = {IDEMPOTENCY_HEADER: key} if key else {}
    return token.post(resource(order, f"{part}/"), body, format="json", headers=headers)


def looked_at(token, order: Order) -> dict[str, str]:
    """What is given back after looking at an order that waits."""
    found = token.get(resource(order)).json()
    return {name: found[name] for name in ("terms", "total", "preview")}


def test_the_api_lists_what_waits_and_lets_it_pass_at_what_it_told(
    asked, token, reseller, mailbox, run_jobs
):
    set_price(mailbox, "104")
    listed = token.get("/api/v1/approvals/").json()["results"]
    assert [(each["id"], each["state"]) for each in listed] == [
        (asked.public_id, "pending_approval")
    ]
    found = token.get(resource(asked)).json()
    assert (Decimal(found["total"]), Decimal(found["charged_total"])) == (104, 120)
    assert [
        (Decimal(line["ordered_total"]), Decimal(line["today_total"])) for line in found["lines"]
    ] == [(100, 104)]
    assert [Decimal(each["net"]) for each in found["invoices"]] == [104]
    agreed = {"terms": found["terms"]}

    unseen = token.post(resource(asked, "approve/"), agreed, format="json")
    assert (unseen.status_code, unseen.json()["code"]) == (409, "PRICE_CHANGED")
    assert kept(asked)[0] == OrderState.PENDING_APPROVAL

    seen = {**agreed, "total": found["total"], "preview": found["preview"]}
    passed = [token.post(resource(asked, "approve/"), seen, format="json") for _twice in range(2)]
    assert [(each.status_code, each.json()["id"]) for each in passed] == [
        (200, asked.public_id)
    ] * 2
    assert kept(asked)[:2] == (OrderState.PLACED, "2026-01")
    run_jobs()
    assert Subscription.everywhere.get(customer=asked.customer).unit_price == 104
    assert token.get("/api/v1/approvals/").json()["results"] == []


def test_the_api_lets_no_other_invoices_pass_than_were_looked_at(asked, token, distributor):
    found = token.get(resource(asked)).json()
    make_rate(distributor, "24")

    refused = token.post(
        resource(asked, "approve/"),
        {"terms": found["terms"], "total": found["total"], "preview": found["preview"]},
        format="json",
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "PRICE_CHANGED")
    assert kept(asked)[0] == OrderState.PENDING_APPROVAL


def test_the_api_accepts_no_terms_silently(asked, token):
    refused = token.post(resource(asked, "approve/"), {}, format="json")
    assert (refused.status_code, refused.json()["field"]) == (400, "terms")
    assert kept(asked) == (OrderState.PENDING_APPROVAL, None, None)


def test_the_api_rejects_with_a_reason_and_for_good(asked, token, customer):
    unsaid = token.post(resource(asked, "reject/"), {"reason": " "}, format="json")
    assert (unsaid.status_code, list(unsaid.json()["errors"])) == (400, ["reason"])
    rejected = token.post(resource(asked, "reject/"), {"reason": "Ask me in May."}, format="json")
    assert (rejected.status_code, rejected.json()["state"]) == (200, "rejected")
    late = token.post(resource(asked, "approve/"), {"terms": "2026-01"}, format="json")
    assert late.status_code == 409
    assert kept(asked)[0] == OrderState.REJECTED


def test_only_the_payers_own_token_decides(asked, reseller, rival, customer, staff):
    scopes = ("order.view", "order.approve")
    for person, account in ((staff, None), (rival, rival.account), (customer, customer.account)):
        with granted(account or reseller.account, "api"):
            client = client_of(person, *scopes, account=account)
            for answer in (
                client.get(resource(asked)),
                client.post(resource(asked, "approve/"), {"terms": "2026-01"}, format="json"),
                client.post(resource(asked, "reject/"), {"reason": "No"}, format="json"),
            ):
                assert answer.status_code in {403, 404}, (person, answer.json())
    with granted(reseller.account, "api"):
        sees = client_of(reseller, "order.view", account=reseller.account)
        refused = sees.post(resource(asked, "reject/"), {"reason": "No"}, format="json")
        assert refused.status_code == 403
    assert kept(asked)[0] == OrderState.PENDING_APPROVAL


def test_the_api_passes_no_price_of_the_day_that_nobody_looked_at(asked, token):
    with filled(CHECKOUT_REVIEW, Quoting("250")):
        told = looked_at(token, asked)
        repriced = say(token, asked, "approve", **told)
        assert (repriced.status_code, repriced.json()["code"]) == (409, "REPRICED")
        blind = say(token, asked, "approve", terms=told["terms"], total="100", accept_reprice=True)
        assert (blind.status_code, list(blind.json()["errors"])) == (400, ["preview"])
        outdated = say(token, asked, "approve", **told, accept_reprice=True)
        assert (outdated.status_code, outdated.json()["code"]) == (409, "PRICE_CHANGED")
        assert kept(asked)[0] == OrderState.PENDING_APPROVAL
        again = looked_at(token, asked)
        assert Decimal(again["total"]) == 250
        assert say(token, asked, "approve", **again).status_code == 200
    assert kept(asked)[0] == OrderState.PLACED
    assert (asked.total, asked.total_resale) == (250, 120)


def test_the_api_lets_seats_pass_as_they_were_asked_for_alone(customer, has_five, token):
    order = ask_of(customer, has_five, "quantity", quantity=8).order_line.order
    told = looked_at(token, order)
    assert told["terms"] is None
    for wrong in ({"total": "1"}, {"preview": "another"}):
        refused = say(token, order, "approve", **told | wrong)
        assert (refused.status_code, refused.json()["code"]) == (409, "PRICE_CHANGED"), wrong
    assert kept(order)[0] == OrderState.PENDING_APPROVAL
    assert say(token, order, "approve", **told).status_code == 200
    assert kept(order)[0] == OrderState.PLACED


def test_the_api_keeps_each_answer_under_its_key(asked, token):
    first, replay = (say(token, asked, "reject", key="no", reason="Too dear.") for _ in range(2))
    assert (first.status_code, replay.status_code) == (200, 200)
    assert (replay.headers.get("Idempotent-Replay"), replay.json()) == ("true", first.json())
    other = say(token, asked, "reject", key="no", reason="Ask again.")
    assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


def test_an_approval_under_a_key_is_given_once(asked, token):
    told = looked_at(token, asked)
    first, replay = (say(token, asked, "approve", key="yes", **told) for _ in range(2))
    assert (first.json()["state"], replay.json()) == ("placed", first.json())
    assert replay.headers["Idempotent-Replay"] == "true"
    other = say(token, asked, "approve", key="yes", **told | {"total": "1"})
    assert other.json()["code"] == "IDEMPOTENCY_KEY_REUSED"


def test_the_api_needs_the_one_scope_alone(asked, reseller):
    with granted(reseller.account, "api"):
        approves = client_of(reseller, "order.approve", account=reseller.account)
        assert [each["id"] for each in approves.get("/api/v1/approvals/").json()["results"]] == [
            asked.public_id
        ]
        assert say(approves, asked, "approve", **looked_at(approves, asked)).status_code == 200


def test_looking_at_an_approval_over_the_api_asks_no_service_manager(asked, token):
    OrderLine.everywhere.update(parameters={"domain": "aegean.example"})
    with filled(CHECKOUT_REVIEW, Unasked()):
        assert token.get(resource(asked)).status_code == 200


class Unasked:
    """Nobody is to be asked."""

    def __getattr__(self, name: str):
        raise AssertionError(name)
