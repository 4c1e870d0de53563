"""What plans do to a reseller: on, over, off, back again, and every refusal."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from bss.accounts.choices import StorefrontState
from bss.accounts.models import Account, Storefront
from bss.accounts.ports import ENTITLEMENTS
from bss.catalog.models import ListPrice
from bss.core import scope
from bss.core.errors import Conflict, DomainError, Invalid
from bss.core.models import HistoryEntry
from bss.orders.choices import LineState, OrderState
from bss.orders.errors import CreditExceeded
from bss.orders.models import BasketLine, Order, OrderLine
from bss.orders.ports import CREDIT_EXPOSURE
from bss.orders.services import line_correct
from bss.pricing.stored import from_stored
from bss.subscriptions.choices import ChangeKind, SubscriptionState
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.services import change_request
from bss.subscriptions.tasks import changes_due
from notifications.models import Delivery
from resellers.models import ResellerProfile
from resellers.selectors import alias_check, capabilities_of, plans_with_counts
from resellers.services import plan_cancel, plan_edit, plan_switch
from tests.factories.accounts import AccountFactory, ResellerFactory
from tests.factories.orders import set_price
from tests.factories.resellers import order_plan
from tests.storefront.test_checkout import form_of, main_of


def profile_of(account):
    return ResellerProfile.everywhere.select_related("plan", "subscription", "storefront").get(
        account=account
    )


@pytest.fixture
def switch(staff, distributor, run_jobs):
    def do(account, plan, source="portal"):
        with scope.activate(distributor.scope):
            change = plan_switch(account=account, plan=plan, actor=staff.actor, source=source)
        run_jobs()
        return change

    return do


@pytest.fixture
def cancel(staff, distributor, run_jobs):
    def do(account):
        with scope.activate(distributor.scope):
            change = plan_cancel(account=account, actor=staff.actor, source="portal")
        run_jobs()
        return change

    return do


def test_a_reseller_goes_from_basic_to_free(reseller, put_on, plans):
    order = put_on(reseller.account, "free", "Tech-Solutions ")

    order.refresh_from_db()
    profile = profile_of(reseller.account)
    assert order.state == OrderState.EXECUTED
    assert profile.plan_id == plans["free"].pk
    assert profile.alias == "tech-solutions"
    assert profile.subscription.state == SubscriptionState.ACTIVE
    assert profile.subscription.quantity == 1
    assert (profile.storefront.state, profile.storefront.alias) == ("open", "tech-solutions")
    assert Subscription.everywhere.count() == 1
    assert ENTITLEMENTS.get().capabilities(reseller.account.pk) == frozenset(
        plans["free"].capabilities
    )


def test_switching_keeps_subscription_alias_and_storefront(reseller, put_on, plans, switch):
    put_on(reseller.account, "free", "techsolutions")
    before = profile_of(reseller.account)

    switch(reseller.account, plans["standard"])
    over = profile_of(reseller.account)
    switch(reseller.account, plans["free"])
    back = profile_of(reseller.account)

    assert over.plan_id == plans["standard"].pk
    assert over.subscription.product_id == plans["standard"].product_id
    assert back.plan_id == plans["free"].pk
    for profile in (over, back):
        assert profile.subscription_id == before.subscription_id
        assert profile.storefront_id == before.storefront_id
        assert profile.alias == "techsolutions"
        assert profile.storefront.state == StorefrontState.OPEN
    assert Storefront.everywhere.filter(owner=reseller.account).count() == 1


def test_who_pays_by_the_year_switches_as_well(
    reseller, plans, switch, staff, distributor, run_jobs
):
    order_plan(reseller.account, "standard", unit="P1Y", alias="techsolutions", actor=staff.actor)
    run_jobs()
    compared = main_of(reseller.client.get("/plans/"))
    page = main_of(reseller.client.get("/plans/free/switch/"))

    switch(reseller.account, plans["free"])

    profile = profile_of(reseller.account)
    assert (profile.plan, profile.subscription.unit) == (plans["free"], "P1Y")
    assert "per year" in compared.split("Your plan")[1].split("</article>")[0]
    assert re.search(r"Up to now</dt><dd>[^/]*490\.00</bdi> per year", page)
    assert "Switch to" in page


def form_at(client, path):
    """A plan's change page, and what its form sends back."""
    page = client.get(path)
    return main_of(page), form_of(page.content.decode())


@pytest.mark.parametrize("surface", ["storefront", "portal"])
def test_a_switch_shows_what_goes_on_which_invoice_and_is_ordered_as_shown(
    reseller, staff, put_on, plans, surface, run_jobs
):
    put_on(reseller.account, "free", "techsolutions")
    base = f"/portal/customers/{reseller.account.public_id}/plan"
    client, path, leave = {
        "storefront": (reseller.client, "/plans/standard/switch/", "/plans/cancel/"),
        "portal": (staff.client, f"{base}/standard/", f"{base}/basic/"),
    }[surface]

    shown, form = form_at(client, path)
    assert "What goes on which invoice" in shown
    assert "€49.00" in shown
    blind = client.post(path, {})
    assert (blind.url, ScheduledChange.everywhere.count()) == (path, 0)
    ListPrice.everywhere.filter(product=plans["standard"].product, unit="P1M").update(price=59)
    stale = client.post(path, form)
    assert (stale.url, ScheduledChange.everywhere.count()) == (path, 0)
    assert (
        "This is not what you looked at, or it changed meanwhile."
        in client.get(path).content.decode()
    )

    shown, form = form_at(client, path)
    assert "€59.00" in shown
    client.post(path, form)
    run_jobs()
    order = Order.everywhere.latest("pk")
    assert (order.total, profile_of(reseller.account).plan.code) == (59, "standard")
    assert order.name.endswith(plans["standard"].product.name)
    preview = from_stored(order.preview, "price")
    assert preview is not None
    assert preview.first.net.amount == 59

    shown, form = form_at(client, leave)
    assert "What goes on which invoice" in shown
    client.post(leave, form)
    run_jobs()
    assert profile_of(reseller.account).plan.code == "basic"


def test_on_basic_there_is_nothing_to_cancel_and_the_plans_say_so(reseller, plans):
    answer = reseller.client.get("/plans/cancel/")

    assert answer.url == "/plans/"
    assert "There is no plan to change or cancel" in reseller.client.get("/plans/").content.decode()


def test_a_plan_that_is_refused_keeps_the_term_that_was_chosen(reseller, plans):
    refused = reseller.client.post("/plans/free/choose/", {"unit": "P3Y"})

    assert refused.url == "/plans/?term=P3Y"
    assert BasketLine.objects.count() == 0


def test_cancelling_reverts_to_basic_and_keeps_everything(
    reseller, put_on, plans, cancel, customer_account
):
    put_on(reseller.account, "standard", "techsolutions")
    Storefront.everywhere.filter(owner=reseller.account).update(accent="#aa3300", tagline="Hello")

    cancel(reseller.account)

    profile = profile_of(reseller.account)
    assert profile.plan.code == "basic"
    assert profile.subscription is None
    assert profile.alias == "techsolutions"
    assert profile.reserved_until is not None
    assert profile.storefront.state == StorefrontState.CLOSED
    assert (profile.storefront.accent, profile.storefront.tagline) == ("#aa3300", "Hello")
    assert Subscription.everywhere.get().state == SubscriptionState.CANCELLED
    customer_account.refresh_from_db()
    assert customer_account.is_active
    assert capabilities_of(reseller.account.pk) == frozenset()


def test_a_plan_that_is_not_renewed_ends_and_can_be_bought_again(
    reseller, put_on, plans, run_jobs, travel
):
    put_on(reseller.account, "standard", "techsolutions")
    first = Subscription.everywhere.get()
    Subscription.everywhere.update(renews=False)
    travel(timedelta(days=40))
    changes_due()
    run_jobs()

    profile = profile_of(reseller.account)
    first.refresh_from_db()
    assert first.state == SubscriptionState.EXPIRED
    assert (profile.plan.code, profile.subscription) == ("basic", None)
    assert profile.storefront.state == StorefrontState.CLOSED

    put_on(reseller.account, "free")
    profile = profile_of(reseller.account)
    assert (profile.plan.code, profile.alias) == ("free", "techsolutions")
    assert profile.storefront.state == StorefrontState.OPEN


def test_a_plan_whose_subscription_ended_elsewhere_stands_in_nobodys_way(reseller, put_on, plans):
    """One that ended before the service manager was told of such endings: its profile names it still."""
    put_on(reseller.account, "standard", "techsolutions")
    Subscription.everywhere.update(state=SubscriptionState.EXPIRED)

    put_on(reseller.account, "free")

    assert profile_of(reseller.account).plan.code == "free"


def test_coming_back_restores_everything_on_a_new_subscription(reseller, put_on, cancel):
    put_on(reseller.account, "standard", "techsolutions")
    first = profile_of(reseller.account)
    Storefront.everywhere.filter(pk=first.storefront_id).update(tagline="Hello")
    cancel(reseller.account)

    put_on(reseller.account, "free")

    back = profile_of(reseller.account)
    assert back.subscription_id != first.subscription_id
    assert back.storefront_id == first.storefront_id
    assert back.storefront.state == StorefrontState.OPEN
    assert (back.alias, back.storefront.tagline) == ("techsolutions", "Hello")
    assert back.reserved_until is None


def test_a_suspended_plan_closes_the_storefront_until_it_is_resumed(
    reseller, put_on, staff, distributor, run_jobs
):
    put_on(reseller.account, "free", "techsolutions")
    subscription = profile_of(reseller.account).subscription

    with scope.activate(distributor.scope):
        change_request(
            subscription=subscription, kind=ChangeKind.SUSPEND, actor=staff.actor, source="portal"
        )
    run_jobs()
    paused = profile_of(reseller.account)
    granted_while_paused = capabilities_of(reseller.account.pk)
    with scope.activate(distributor.scope):
        change_request(
            subscription=paused.subscription,
            kind=ChangeKind.RESUME,
            actor=staff.actor,
            source="portal",
        )
    run_jobs()

    assert paused.storefront.state == StorefrontState.CLOSED
    assert paused.plan.code == "free"
    assert granted_while_paused == frozenset()
    assert profile_of(reseller.account).storefront.state == StorefrontState.OPEN


@pytest.mark.parametrize(
    "alias", ["ab", "-abc", "abc-", "a_b_c", "ab c", "a" * 64, "äöü", "a.b.c", ""]
)
def test_an_alias_of_another_form_is_refused(alias, reseller, distributor, at_distributor):
    with pytest.raises(Invalid) as refusal:
        alias_check(alias, organization=distributor, account=reseller.account)
    assert refusal.value.code == "ALIAS_FORMAT"
    assert refusal.value.field == "storefront_alias"


@pytest.mark.parametrize("alias", ["portal", "API", "checkout", "admin", "My-Storefront"])
def test_a_reserved_word_is_refused(alias, reseller, distributor, at_distributor):
    with pytest.raises(Invalid) as refusal:
        alias_check(alias, organization=distributor, account=reseller.account)
    assert refusal.value.code == "ALIAS_RESERVED"


def test_a_taken_alias_is_refused_in_any_case(reseller, rival, put_on, distributor):
    put_on(reseller.account, "free", "techsolutions")
    with scope.activate(distributor.scope), pytest.raises(Invalid) as refusal:
        alias_check(" TechSolutions ", organization=distributor, account=rival.account)
    assert refusal.value.code == "ALIAS_TAKEN"


def test_an_alias_stays_reserved_for_90_days_and_not_longer(
    reseller, rival, put_on, cancel, distributor, travel
):
    put_on(reseller.account, "free", "techsolutions")
    cancel(reseller.account)
    travel(timedelta(days=89))
    with scope.activate(distributor.scope), pytest.raises(Invalid):
        alias_check("techsolutions", organization=distributor, account=rival.account)
    travel(timedelta(days=2))

    put_on(rival.account, "free", "techsolutions")

    assert profile_of(rival.account).alias == "techsolutions"
    assert profile_of(reseller.account).alias == ""
    assert profile_of(reseller.account).storefront.alias.startswith("released-")


def test_an_alias_taken_after_checkout_parks_the_line_and_another_one_goes_on(
    reseller, rival, plans, staff, distributor, run_jobs
):
    first, second = (
        order_plan(person.account, "free", alias="bluepeak", actor=staff.actor)
        for person in (reseller, rival)
    )
    run_jobs()

    lines = {
        line.order_id: line for line in OrderLine.everywhere.filter(order__in=[first.pk, second.pk])
    }
    winner, loser = sorted(lines.values(), key=lambda line: line.state != LineState.DELIVERED)
    assert (winner.state, loser.state) == (LineState.DELIVERED, LineState.NEEDS_INPUT)
    assert (loser.problem_code, loser.problem_field) == ("ALIAS_TAKEN", "storefront_alias")
    assert Storefront.everywhere.filter(alias="bluepeak").count() == 1

    with scope.activate(distributor.scope):
        line_correct(line=loser, parameters={"storefront_alias": "bluepeak-it"}, actor=staff.actor)
    run_jobs()

    loser.refresh_from_db()
    assert loser.state == LineState.DELIVERED
    assert Storefront.everywhere.filter(alias="bluepeak-it").count() == 1
    assert Order.everywhere.get(pk=loser.order_id).state == OrderState.EXECUTED


def test_the_same_plan_twice_is_refused(reseller, put_on, plans, switch):
    put_on(reseller.account, "free", "techsolutions")
    with pytest.raises(Conflict) as refusal:
        switch(reseller.account, plans["free"])
    assert refusal.value.code == "SAME_PLAN"
    assert Order.everywhere.count() == 1


def test_a_second_switch_meets_the_first_one(reseller, put_on, plans, staff, distributor, run_jobs):
    put_on(reseller.account, "free", "techsolutions")
    with scope.activate(distributor.scope):
        plan_switch(
            account=reseller.account, plan=plans["standard"], actor=staff.actor, source="portal"
        )
        with pytest.raises(Conflict):
            plan_switch(
                account=reseller.account, plan=plans["standard"], actor=staff.actor, source="portal"
            )
    run_jobs()
    assert profile_of(reseller.account).plan_id == plans["standard"].pk
    assert HistoryEntry.objects.filter(action="plan.switched").count() == 1


def test_credit_is_asked_for_what_a_plan_costs_more(
    reseller, put_on, plans, staff, distributor, run_jobs
):
    set_price(plans["free"].product, "20")
    put_on(reseller.account, "free", "techsolutions")
    wish = {"account": reseller.account, "actor": staff.actor, "source": "portal"}
    orders = Order.everywhere.count()

    def may_owe(more):
        owed = CREDIT_EXPOSURE.get().exposure(reseller.account.pk, "EUR")
        Account.everywhere.filter(pk=reseller.account.pk).update(credit_limit=owed + Decimal(more))

    with scope.activate(distributor.scope):
        may_owe("28.99")
        with pytest.raises(CreditExceeded):
            plan_switch(plan=plans["standard"], **wish)
        assert Order.everywhere.count() == orders
        may_owe("29")
        dearer = plan_switch(plan=plans["standard"], **wish)
        run_jobs()
        may_owe("0")
        back = plan_switch(plan=plans["free"], **wish)
    run_jobs()

    assert (dearer.order_line.total, back.order_line.total) == (29, 0)
    assert profile_of(reseller.account).plan_id == plans["free"].pk


def test_whoever_does_not_resell_cannot_have_a_plan(plans, distributor, put_on, tenant):
    direct = AccountFactory(organization=distributor)
    customer = AccountFactory(parent=ResellerFactory(organization=distributor))
    with_own_organization = tenant.membership.organization.billing_account
    for account, code in (
        (direct, "NOT_A_RESELLER"),
        (customer, "NOT_A_RESELLER"),
        (with_own_organization, "TENANT_RESELLER"),
    ):
        with pytest.raises(DomainError) as refusal:
            put_on(account, "free", "some-alias")
        assert refusal.value.code == code
    assert Order.everywhere.count() == 0


def test_cancelling_without_a_plan_is_refused(reseller, plans, cancel):
    with pytest.raises(Conflict) as refusal:
        cancel(reseller.account)
    assert refusal.value.code == "NO_PLAN"


def test_switching_a_flag_off_closes_the_storefronts_of_the_plan(
    reseller, put_on, plans, staff, distributor
):
    put_on(reseller.account, "free", "techsolutions")
    plan = plans["free"]
    without = [flag for flag in plan.capabilities if flag != "own_storefront"]
    with scope.activate(distributor.scope):
        plan_edit(plan=plan, version=plan.version, capabilities=without, actor=staff.actor)
        closed = profile_of(reseller.account).storefront.state
        plan_edit(
            plan=plan,
            version=plan.version,
            capabilities=[*without, "own_storefront"],
            actor=staff.actor,
        )
    assert closed == StorefrontState.CLOSED
    assert profile_of(reseller.account).storefront.state == StorefrontState.OPEN


def test_each_happening_is_told_once(reseller, put_on, plans, switch, cancel, mailoutbox):
    put_on(reseller.account, "free", "techsolutions")
    switch(reseller.account, plans["standard"])
    cancel(reseller.account)

    kinds = list(
        Delivery.everywhere.filter(kind__startswith="plan_")
        .order_by("pk")
        .values_list("kind", flat=True)
    )
    assert kinds == ["plan_activated", "plan_switched", "plan_ended"]
    live = Delivery.everywhere.get(kind="plan_activated")
    assert live.recipient == reseller.user.email
    assert "http://localhost:8000/techsolutions/" in live.text
    assert sum("storefront is live" in mail.subject for mail in mailoutbox) == 1


def test_who_has_no_other_plan_counts_as_being_on_basic(
    reseller, rival, tenant, plans, staff, put_on
):
    put_on(reseller.account, "free", "techsolutions")

    page = main_of(staff.client.get("/portal/plans/"))

    with scope.activate(reseller.account.organization.scope):
        counts = {plan.code: plan.resellers for plan in plans_with_counts()}
    assert counts == {"basic": 1, "free": 1, "standard": 0}
    assert "Basic" in page
