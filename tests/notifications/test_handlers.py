"""Who is told about orders, subscriptions and logins, at which price, in whose brand, and how often."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from django.contrib.auth.hashers import make_password

from bss.accounts.contracts import Surface
from bss.accounts.models import Contact, Membership, User
from bss.accounts.services import (
    membership_invite_again,
    password_reset_request,
    sign_in_changed,
)
from bss.core import scope
from bss.core.actor import SYSTEM
from bss.core.models import Job
from bss.core.secrets import MASK, unseal
from bss.installments.contracts import PlanTerms
from bss.orders.events import OrderPlaced
from bss.orders.models import Order, OrderLine, plan_columns
from bss.orders.services import line_ask, line_correct, line_fail, order_execute, order_place
from bss.subscriptions.models import Subscription
from bss.subscriptions.services import change_request
from notifications import handlers
from notifications.models import Delivery
from notifications.ports import OWN_WORDS
from tests.conftest import person_of_account
from tests.factories.accounts import StorefrontFactory, make_storefront_user
from tests.factories.orders import (
    make_add_on,
    make_draft,
    make_product,
    make_subscription,
    place,
)

pytestmark = pytest.mark.usefixtures("at_distributor")


def mails(kind):
    return list(Delivery.everywhere.filter(kind=kind).order_by("pk"))


def handled(event, handler):
    """Run what one handler does, as its job would: twice, since a job may run twice."""
    handler(event)
    handler(event)


def placed_by(person, account, *products, customer=None):
    order = make_draft(account, *products, actor=person.actor, customer=customer)
    Order.everywhere.filter(pk=order.pk).update(
        placed_by_id=person.user.pk, number="SO-2026-000001"
    )
    return Order.everywhere.get(pk=order.pk)


@pytest.fixture
def product(distributor):
    return make_product(distributor, price="12.50", cost="7", name="Mailbox Plus")


@pytest.fixture
def own_shop(reseller):
    return StorefrontFactory(
        organization=reseller.account.organization,
        owner=reseller.account,
        alias="techsolutions",
        name="Techsolutions Cloud",
        accent="#7a1f5c",
    )


@pytest.fixture
def customer(customer_account, own_shop):
    """An end customer's admin at its reseller's own storefront."""
    return person_of_account(customer_account, own_shop)


def test_a_buyer_gets_one_confirmation(reseller, shop, product):
    order = place(reseller, shop, product)
    handled(OrderPlaced(order.pk), handlers.order_placed)

    [mail] = mails("order_placed")
    assert mail.recipient == reseller.user.email
    assert mail.subject == f"Order {order.number} placed"
    assert "Mailbox Plus" in mail.text
    assert "1, Monthly: €12.50" in mail.text
    assert "Total without tax: €12.50" in mail.text
    assert f"/orders/{order.public_id}/" in mail.text
    assert mail.scope == reseller.account.scope
    assert (mail.subject_type, mail.subject_id) == ("orders.order", order.pk)


def test_a_confirmation_names_each_installment_at_its_readers_level(
    reseller, customer, customer_account, product
):
    order = placed_by(customer, reseller.account, product, customer=customer_account)
    plan = PlanTerms(frequency="monthly", count=12)
    OrderLine.everywhere.filter(order=order).update(
        total=Decimal(100), total_resale=Decimal(120), unit="P1Y", **plan_columns(plan)
    )
    Order.everywhere.filter(pk=order.pk).update(total=Decimal(100), total_resale=Decimal(120))
    handlers.order_placed(OrderPlaced(order.pk))
    Order.everywhere.filter(pk=order.pk).update(placed_by_id=reseller.user.pk)
    handlers.order_placed(OrderPlaced(order.pk))

    to_customer, to_reseller = mails("order_placed")
    assert "12 monthly installments of €10.00: €120.00" in to_customer.text
    assert "12 monthly installments of €8.33, the last €8.37: €100.00" in to_reseller.text


def test_the_event_of_an_order_writes_the_confirmation(reseller, shop, product, run_jobs):
    place(reseller, shop, product)

    run_jobs()

    assert len(mails("order_placed")) == 1
    assert not Job.objects.filter(state="dead").exists()


def test_costs_are_never_written(reseller, shop, product):
    order = place(reseller, shop, product)
    handled(OrderPlaced(order.pk), handlers.order_placed)

    [mail] = mails("order_placed")
    assert "7.00" not in mail.text + mail.html
    assert "7.0" not in str(mail.context)


def test_a_payer_reads_its_price_and_an_end_customer_the_resale_price(
    distributor, reseller, customer, customer_account, product
):
    order = placed_by(customer, reseller.account, product, customer=customer_account)
    OrderLine.everywhere.filter(order=order).update(total_resale=Decimal("19.90"))
    Order.everywhere.filter(pk=order.pk).update(total_resale=Decimal("19.90"))
    handlers.order_placed(OrderPlaced(order.pk))
    Order.everywhere.filter(pk=order.pk).update(placed_by_id=reseller.user.pk)
    handlers.order_placed(OrderPlaced(order.pk))

    to_customer, to_reseller = mails("order_placed")
    assert to_customer.recipient == customer.user.email
    assert "€19.90" in to_customer.text
    assert "12.50" not in to_customer.text + to_customer.html + str(to_customer.context)
    assert to_reseller.recipient == reseller.user.email
    assert "€12.50" in to_reseller.text
    assert "19.90" not in to_reseller.text
    assert "Aegean Foods" in to_reseller.text


def test_an_end_customer_without_a_resale_price_reads_no_amount(
    reseller, customer, customer_account, product
):
    order = placed_by(customer, reseller.account, product, customer=customer_account)
    OrderLine.everywhere.filter(order=order).update(total_resale=None)
    Order.everywhere.filter(pk=order.pk).update(total_resale=None)

    handlers.order_placed(OrderPlaced(order.pk))

    [mail] = mails("order_placed")
    assert "€" not in mail.text + mail.html
    assert "12.5" not in str(mail.context)


def test_a_resellers_customer_reads_its_resellers_brand_alone(
    reseller, customer, customer_account, product
):
    order = placed_by(customer, reseller.account, product, customer=customer_account)

    handlers.order_placed(OrderPlaced(order.pk))

    [mail] = mails("order_placed")
    assert "Techsolutions Cloud" in mail.text
    assert f"/techsolutions/orders/{order.public_id}/" in mail.text
    assert "Meridian" not in mail.subject + mail.text + mail.html
    assert mail.scope == customer_account.scope


def test_staff_order_for_a_customer_and_its_contact_is_told(staff, reseller, product):
    order = placed_by(staff, reseller.account, product)

    handlers.order_placed(OrderPlaced(order.pk))

    [mail] = mails("order_placed")
    assert mail.recipient == reseller.user.email


def test_the_primary_contact_comes_first(staff, reseller, product):
    Contact.everywhere.create(
        organization=reseller.account.organization, scope=reseller.account.scope,
        account=reseller.account, last_name="Dimou", email="dimou@example.org", is_primary=True,
    )  # fmt: skip
    order = placed_by(staff, reseller.account, product)

    handlers.order_placed(OrderPlaced(order.pk))

    assert [m.recipient for m in mails("order_placed")] == ["dimou@example.org"]


def test_without_a_contact_the_corporate_address_serves_and_without_that_nobody(
    staff, customer_account, reseller, product
):
    order = placed_by(staff, customer_account, product)
    handlers.order_placed(OrderPlaced(order.pk))
    assert mails("order_placed") == []

    type(customer_account).everywhere.filter(pk=customer_account.pk).update(
        corporate_email="info@aegean.example"
    )
    handlers.order_placed(OrderPlaced(order.pk))
    assert [m.recipient for m in mails("order_placed")] == ["info@aegean.example"]


def test_a_placer_who_lost_its_login_is_not_written_to(reseller, shop, product):
    order = place(reseller, shop, product)
    colleague = make_storefront_user(reseller.account, shop)
    Membership.everywhere.filter(pk=reseller.membership.pk).update(is_active=False)

    handlers.order_placed(OrderPlaced(order.pk))

    assert [m.recipient for m in mails("order_placed")] == [colleague.user.email]


def test_a_confirmation_speaks_the_placers_language(reseller, shop, product):
    User.objects.filter(pk=reseller.user.pk).update(language="de")
    order = place(reseller, shop, product)

    handlers.order_placed(OrderPlaced(order.pk))

    [mail] = mails("order_placed")
    assert mail.language == "de"
    assert "12,50\xa0€" in mail.text


@pytest.fixture
def executing(distributor, reseller, product):
    """An order of two lines that is being executed; returns (order, line, other line)."""
    other = make_product(distributor, name="Backup")
    order = make_draft(reseller.account, product, other, actor=reseller.actor)
    order_place(order=order, actor=reseller.actor)
    order_execute(order=order, actor=SYSTEM)
    lines = list(OrderLine.everywhere.filter(order=order).select_related("order").order_by("pk"))
    Job.objects.all().delete()
    return order, *lines


def test_a_line_that_needs_an_answer_is_told_to_buyer_and_staff(executing, run_jobs, reseller):
    _order, line, _other = executing
    line_ask(
        line=line,
        code="ALIAS_TAKEN",
        text="The alias aegean is taken.",
        field="alias",
        actor=SYSTEM,
    )

    run_jobs()

    [to_buyer], [to_staff] = mails("order_line_needs_input"), mails("order_line_needs_input_staff")
    assert "The alias aegean is taken." in to_buyer.text
    assert to_staff.recipient == "support@meridian.example"
    assert f"/portal/orders/{line.order.public_id}/" in to_staff.text
    assert to_staff.scope == to_staff.organization.scope


def test_a_line_that_asks_twice_is_told_twice(executing, run_jobs):
    _order, line, _other = executing
    for alias in ("aegean", "aegean-foods"):
        line_ask(
            line=line, code="ALIAS_TAKEN", text=f"{alias} is taken.", field="alias", actor=SYSTEM
        )
        run_jobs()
        line = line_correct(line=line, parameters={"alias": "x"}, actor=SYSTEM)
        Job.objects.filter(state="ready").delete()

    assert len(mails("order_line_needs_input")) == 2


def test_an_answer_given_before_the_email_was_written_is_not_asked_for(executing, run_jobs):
    _order, line, _other = executing
    line_ask(line=line, code="ALIAS_TAKEN", text="Taken.", field="alias", actor=SYSTEM)
    line_correct(line=line, parameters={"alias": "x"}, actor=SYSTEM)

    run_jobs()

    assert mails("order_line_needs_input") == []


def test_a_failed_line_is_told_while_the_rest_goes_on(executing, run_jobs):
    _order, line, _other = executing
    line_fail(line=line, code="VENDOR", text="The vendor refused.", actor=SYSTEM)

    run_jobs()

    [to_buyer], [to_staff] = mails("order_line_failed"), mails("order_line_failed_staff")
    assert "The vendor refused." in to_buyer.text
    assert "The vendor refused." in to_staff.text
    assert mails("order_failed") == []


def test_an_order_that_failed_as_a_whole_is_told_in_one_email(executing, run_jobs):
    _order, line, other = executing
    line_fail(line=line, code="VENDOR", text="The vendor refused.", actor=SYSTEM)
    line_fail(line=other, code="VENDOR", text="Out of stock.", actor=SYSTEM)

    run_jobs()

    [to_buyer], [to_staff] = mails("order_failed"), mails("order_failed_staff")
    assert "Mailbox Plus: The vendor refused." in to_buyer.text
    assert "Backup: Out of stock." in to_buyer.text
    assert to_staff.recipient == "support@meridian.example"
    assert mails("order_line_failed") == []
    assert mails("order_line_failed_staff") == []


def test_add_ons_fail_with_their_product_in_one_email(distributor, reseller, product, run_jobs):
    add_on = make_add_on(product)
    other = make_product(distributor)
    order = make_draft(reseller.account, product, other, actor=reseller.actor)
    head = OrderLine.everywhere.filter(order=order).order_by("pk").first()
    from bss.orders.services import order_line_add

    order_line_add(
        order=order, product=add_on, unit="P1M", quantity=1, parent=head, actor=reseller.actor
    )
    order.refresh_from_db()
    order_place(order=order, actor=reseller.actor)
    order_execute(order=order, actor=SYSTEM)
    Job.objects.all().delete()
    head = OrderLine.everywhere.select_related("order").get(pk=head.pk)
    line_fail(line=head, code="VENDOR", text="The vendor refused.", actor=SYSTEM)

    run_jobs()

    assert len(mails("order_line_failed")) == 1


def test_an_active_subscription_is_told_to_whoever_ordered_it(reseller, product, run_jobs):
    subscription = make_subscription(reseller.account, product)

    run_jobs()

    [mail] = mails("subscription_activated")
    assert mail.recipient == reseller.user.email
    assert mail.subject == f"{subscription.name} is ready"
    assert subscription.number in mail.text
    assert (mail.subject_type, mail.subject_id) == ("subscriptions.subscription", subscription.pk)


def test_a_scheduled_cancellation_and_the_end_are_told(reseller, product, run_jobs, travel):
    subscription = make_subscription(reseller.account, product)
    Job.objects.all().delete()
    change_request(
        subscription=subscription, kind="cancel", actor=SYSTEM, source="portal", when="period_end"
    )
    subscription.refresh_from_db()
    run_jobs()

    [scheduled] = mails("subscription_cancel_scheduled")
    assert scheduled.subject.startswith(f"{subscription.name} ends on ")
    assert mails("subscription_cancelled") == []


def test_a_subscription_that_ended_is_told_once(reseller, product):
    from bss.subscriptions.events import SubscriptionCancelled
    from bss.subscriptions.states import SUBSCRIPTION

    subscription = make_subscription(reseller.account, product)
    SUBSCRIPTION.fire(
        subscription, "cancel", actor=SYSTEM, changes={"cancelled_at": subscription.started_at}
    )
    handled(SubscriptionCancelled(subscription.pk), handlers.subscription_cancelled)

    [mail] = mails("subscription_cancelled")
    assert "was cancelled on" in mail.text


def test_a_subscription_that_never_began_says_nothing_of_an_end(reseller, product):
    from bss.subscriptions.events import SubscriptionCancelled
    from bss.subscriptions.states import SUBSCRIPTION

    subscription = make_subscription(reseller.account, product, active=False)
    SUBSCRIPTION.fire(subscription, "withdraw", actor=SYSTEM)

    handlers.subscription_cancelled(SubscriptionCancelled(subscription.pk))

    assert mails("subscription_cancelled") == []


def test_an_app_that_speaks_for_its_subscriptions_is_not_interrupted(
    reseller, product, run_jobs, monkeypatch
):
    class Plans:
        def speaks_for(self, managed_by):
            return managed_by == "plans"

    monkeypatch.setattr(OWN_WORDS, "_provider", Plans())
    spoken_for = make_subscription(reseller.account, product)
    Subscription.everywhere.filter(pk=spoken_for.pk).update(managed_by="plans")
    make_subscription(reseller.account, product)

    run_jobs()

    assert len(mails("subscription_activated")) == 1


def invited(person, **values):
    membership = membership_invite_again(membership=person.membership, actor=SYSTEM)
    User.objects.filter(pk=person.user.pk).update(**values)
    return membership


def test_an_invited_person_gets_its_activation_link_once_for_each_invitation(reseller, run_jobs):
    unusable = make_password(None)
    invited(reseller, password=unusable)
    run_jobs()
    [mail] = mails("membership_invited")
    assert mail.recipient == reseller.user.email
    assert mail.subject == "Activate your login at Meridian Cloud Distribution"
    assert mail.context["link"] == MASK
    opened = json.loads(unseal(mail.sealed, mail.sealed_context))
    [link] = re.findall(r"http://\S+", opened["text"])[:1]
    assert "/account/" in link

    invited(reseller)
    run_jobs()

    assert len(mails("membership_invited")) == 2


def test_an_end_customer_is_invited_in_its_resellers_name(customer, own_shop, run_jobs):
    invited(customer, password=make_password(None))

    run_jobs()

    [mail] = mails("membership_invited")
    opened = json.loads(unseal(mail.sealed, mail.sealed_context))
    assert "Techsolutions Cloud" in mail.subject
    assert "/techsolutions/account/" in opened["text"]
    assert "Meridian" not in mail.subject + opened["text"] + opened["html"]


def test_somebody_with_a_password_is_told_where_to_sign_in(reseller, run_jobs):
    invited(reseller)

    run_jobs()

    [mail] = mails("membership_invited")
    assert mail.subject == "Your access to Meridian Cloud Distribution"


def test_staff_are_invited_to_the_portal(staff, run_jobs):
    invited(staff, password=make_password(None))

    run_jobs()

    [mail] = mails("membership_invited")
    opened = json.loads(unseal(mail.sealed, mail.sealed_context))
    assert "/portal/account/" in opened["text"]


def test_a_login_that_was_deactivated_meanwhile_is_not_invited(reseller, run_jobs):
    invited(reseller)
    Membership.everywhere.filter(pk=reseller.membership.pk).update(is_active=False)

    run_jobs()

    assert mails("membership_invited") == []


def test_a_new_password_is_asked_for_on_the_surface_where_one_signs_in(
    customer, own_shop, run_jobs
):
    surface = Surface("storefront", "/techsolutions", own_shop)
    with scope.activate(None):
        password_reset_request(email=customer.user.email.upper(), surface=surface)

    run_jobs()

    [mail] = mails("password_reset")
    opened = json.loads(unseal(mail.sealed, mail.sealed_context))
    assert "/techsolutions/account/password/reset/key/" in opened["text"]
    assert mail.recipient == customer.user.email


def test_a_stranger_to_the_surface_gets_no_link(reseller, own_shop, run_jobs):
    surface = Surface("storefront", "/techsolutions", own_shop)
    password_reset_request(email=reseller.user.email, surface=surface)

    run_jobs()

    assert mails("password_reset") == []


def test_a_change_of_the_sign_in_is_told_to_its_owner(reseller, shop):
    with scope.activate(None):
        sign_in_changed(
            user=reseller.user, surface=Surface("storefront", "", shop), change="password_changed"
        )

    [mail] = mails("security_notice")
    assert mail.recipient == reseller.user.email
    assert "Your password was changed." in mail.text
