"""The demo's story: told once, with something to see in every state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth.hashers import check_password
from django.core.management import call_command

from bss.accounts.choices import AccountKind, StaffRole
from bss.accounts.models import Account, Membership, Organization, Storefront, User
from bss.billing.models import Invoice, Payment
from bss.catalog.choices import ProductKind
from bss.catalog.models import PriceList, Product
from bss.core import clock
from bss.core.models import Job, JobState
from bss.orders.models import Basket, Order, OrderLine
from bss.portal.seed.people import CUSTOMER_USERS, DEMO_PASSWORD, STAFF, USERS
from bss.subscriptions.models import ScheduledChange, Subscription, Term
from notifications.choices import DeliveryState
from notifications.models import Delivery
from resellers.models import ResellerProfile
from servicemanager.models import Instance
from tests.plugins.emptying import database_empty

# The story takes a minute or two to be told, on a slow machine more; whichever test comes first waits for it.
pytestmark = [pytest.mark.timeout(600), pytest.mark.django_db]


@pytest.fixture(scope="module", autouse=True)
def story(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[str]:
    """The story, told once for this module and deleted after it. What the command said.

    It commits as it does in a demo: told within one transaction it takes twice as long, since none of what its jobs
    write over can be taken away before the end.
    """
    said = StringIO()
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr("django.conf.settings.DEMO", True)
        patch.setattr("django.conf.settings.MEDIA_ROOT", str(tmp_path_factory.mktemp("media")))
        patch.delenv("ECHO_URL", raising=False)
        try:
            call_command("seed_demo", stdout=said)
            yield said.getvalue()
        finally:
            database_empty()


def test_orders_lines_and_subscriptions_are_there_in_every_state():
    assert states(Order) == {
        "draft", "pending_approval", "placed", "executing", "executed", "partly_executed", "failed", "cancelled",
    }  # fmt: skip
    assert states(OrderLine) == {
        "pending", "provisioning", "needs_input", "delivered", "failed", "cancelled",
    }  # fmt: skip
    assert states(Subscription) == {
        "pending", "active", "suspended", "pending_cancel", "cancelled", "failed",
    }  # fmt: skip
    assert states(ScheduledChange) == {"scheduled", "in_progress", "applied", "failed"}
    assert states(Basket) == {"open", "placed"}


def test_eight_resellers_have_the_three_plans_between_them():
    root = Organization.objects.get(parent=None)
    resellers = Account.everywhere.filter(organization=root, kind=AccountKind.RESELLER)
    profiles = {
        profile.account.name: (
            profile.plan.code,
            profile.subscription.state if profile.subscription else "",
            profile.alias,
        )
        for profile in ResellerProfile.everywhere.select_related("account", "plan", "subscription")
    }

    assert resellers.count() == 8
    assert profiles == {
        "Lumenhaus": ("free", "active", "cloudshop"),
        "Costa Verde Digital": ("free", "active", "costaverde"),
        "Alpenwerk Cloud": ("standard", "active", "alpenwerk"),
        "Atelier Nord Informatique": ("standard", "suspended", "ateliernord"),
        "Baltica Workplace": ("basic", "", "baltica"),
    }
    baltica = ResellerProfile.everywhere.get(alias="baltica")
    assert baltica.reserved_until is not None
    assert baltica.reserved_until > clock.now() + timedelta(days=80)
    assert Storefront.everywhere.get(alias="alpenwerk").state == "open"
    assert Storefront.everywhere.get(alias="ateliernord").state == "closed"
    assert Storefront.everywhere.get(alias="baltica").state == "closed"


def test_the_second_to_want_an_alias_is_asked_for_another():
    line = OrderLine.everywhere.select_related("order__account").get(state="needs_input")

    assert line.order.account.name == "Northbridge IT"
    assert line.problem_field == "storefront_alias"
    assert line.problem_code == "ALIAS_TAKEN"


def test_the_tenant_sells_its_own_catalogue_at_its_own_host():
    tenant = Organization.objects.select_related("billing_account").get(parent__isnull=False)
    shop = Storefront.everywhere.get(organization=tenant)

    assert tenant.billing_account is not None
    assert tenant.billing_account.name == tenant.name == "Nordhaven Systems"
    assert shop.host == "nordhaven.localhost"
    assert Product.everywhere.filter(organization=tenant).count() == 24
    assert set(Order.everywhere.filter(organization=tenant).values_list("currency", flat=True)) == {
        "SEK"
    }


def test_customers_products_and_price_lists_are_enough_to_click_through():
    root = Organization.objects.get(parent=None)
    products = Product.everywhere.filter(organization=root)
    plans = products.exclude(type__managed_by="")

    assert Account.everywhere.filter(kind=AccountKind.CUSTOMER).count() == 40
    assert Account.everywhere.filter(kind=AccountKind.CUSTOMER, corporate_email=None).count() == 7
    assert Account.everywhere.filter(organization=root, kind=AccountKind.DIRECT).count() == 4
    assert products.filter(kind=ProductKind.PRIMARY, type__managed_by="").count() == 28
    assert products.filter(kind=ProductKind.ADD_ON).count() == 7
    assert not products.filter(image="").exists()
    assert sorted(plans.values_list("name", flat=True)) == [
        "Free Storefront",
        "Standard Storefront",
    ]
    lists = PriceList.everywhere.filter(organization=root)
    assert lists.filter(owner=None).count() == 5
    assert lists.get(owner__isnull=False).owner.name == "Alpenwerk Cloud"


def test_what_happened_is_spread_over_ten_weeks_and_nothing_lies_ahead():
    placed = Order.everywhere.filter(placed_at__isnull=False).values_list("placed_at", flat=True)
    weeks = {(clock.now() - moment).days // 7 for moment in placed}

    assert weeks == set(range(10))
    assert max(placed) < clock.now()
    assert not Subscription.everywhere.filter(state="active", ends_at__lt=clock.now()).exists()
    assert Term.everywhere.filter(number__gte=3).exists()


def test_most_invoices_are_paid_by_hand_and_by_file_and_one_payer_is_late():
    paid = Counter(Payment.everywhere.values_list("source", flat=True))
    root = Organization.objects.get(parent=None)
    late = Invoice.everywhere.filter(organization=root, state="issued", due_on__lt=clock.today())
    reminded = Delivery.everywhere.filter(kind="invoice_reminded")

    assert min(paid["manual"], paid["file"]) > 5
    assert set(late.values_list("payer__name", flat=True)) == {"Atelier Nord Informatique"}
    assert Invoice.everywhere.filter(state="settled").count() > late.count()
    assert reminded.exists()
    waiting = Order.everywhere.get(state="pending_approval")
    assert (waiting.account.name, waiting.total_resale is None) == ("Alpenwerk Cloud", False)


def test_every_job_was_done_and_every_mail_left():
    assert Counter(Job.objects.values_list("state", flat=True)).keys() == {JobState.DONE}
    sent = Counter(Delivery.everywhere.values_list("state", flat=True))
    assert sent.keys() == {DeliveryState.SENT}
    assert sent[DeliveryState.SENT] > 100


def test_service_managers_are_on_but_an_echo_that_does_not_answer():
    found = {
        (instance.manager, instance.organization.name): instance.state
        for instance in Instance.everywhere.select_related("organization")
    }

    assert found == {
        ("tradewind-for-resellers", "Meridian Cloud Distribution"): "active",
        ("manual", "Meridian Cloud Distribution"): "active",
        ("manual", "Nordhaven Systems"): "active",
        ("echo", "Meridian Cloud Distribution"): "inactive",
    }


def test_everybody_signs_in_with_the_printed_password():
    table = StringIO()
    call_command("seed_demo", "--print-logins", stdout=table)

    assert DEMO_PASSWORD in table.getvalue()
    for row in (*STAFF, *USERS, *CUSTOMER_USERS):
        assert row.email in table.getvalue()
    hashes = set(User.objects.values_list("password", flat=True))
    assert len(hashes) == 1
    assert check_password(DEMO_PASSWORD, hashes.pop())
    roles = Membership.everywhere.filter(organization__parent=None).exclude(staff_role="")
    assert set(roles.values_list("staff_role", flat=True)) == set(StaffRole.values)


def test_a_second_run_changes_nothing():
    before = row_counts()
    said = StringIO()
    call_command("seed_demo", stdout=said)

    assert row_counts() == before
    assert "nothing was changed" in said.getvalue()


def states(model: type) -> set[str]:
    return set(model.everywhere.order_by().values_list("state", flat=True))


def row_counts() -> dict[str, int]:
    """How many rows each table of the product has."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}
