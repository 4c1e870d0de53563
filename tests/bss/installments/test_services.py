"""Payment plans and who may use them: what staff say, and what is refused with the field named."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bss.accounts.models import Account
from bss.catalog.models import Product
from bss.core.actor import SYSTEM
from bss.core.errors import Invalid, StaleState
from bss.core.models import HistoryEntry
from bss.installments.models import PaymentPlan, PaymentPlanAccess, PaymentPlanOffer
from bss.installments.selectors import plans_for
from bss.installments.services import (
    access_set,
    offers_add_for,
    offers_set,
    offers_withdraw_for,
    plan_activate,
    plan_create,
    plan_deactivate,
    plan_edit,
)
from tests.factories.accounts import AccountFactory, ResellerFactory
from tests.factories.catalog import ListPriceFactory, ProductTypeFactory, make_product
from tests.factories.installments import allow, make_plan, offer

YEARS = {"P1M": ("1", "1"), "P1Y": ("10", "1"), "P3Y": ("30", "1")}


@pytest.fixture
def product(at_distributor):
    return make_product(at_distributor, prices=YEARS)


def told(action: str) -> int:
    return HistoryEntry.objects.filter(action=action).count()


def offered() -> set[tuple[int, str, int]]:
    rows = PaymentPlanOffer.objects.filter(is_active=True)
    return set(rows.values_list("product_id", "unit", "plan_id"))


# Plans ---------------------------------------------------------------------------------------------------


def test_a_plan_is_made_once(at_distributor):
    plan = plan_create(organization=at_distributor, frequency="monthly", count=12, actor=SYSTEM)

    with pytest.raises(Invalid) as refused:
        plan_create(organization=at_distributor, frequency="monthly", count=12, actor=SYSTEM)

    assert "count" in refused.value.errors or refused.value.field == "count"
    assert list(PaymentPlan.objects.all()) == [plan]
    assert str(plan) == "12 monthly installments"
    assert told("payment_plan.created") == 1


@pytest.mark.parametrize(("frequency", "count"), [("monthly", 1), ("monthly", 61), ("annual", 6)])
def test_a_plan_that_no_term_could_hold_is_refused(at_distributor, frequency, count):
    with pytest.raises(Invalid) as refused:
        plan_create(organization=at_distributor, frequency=frequency, count=count, actor=SYSTEM)

    assert refused.value.field == "count"
    assert PaymentPlan.objects.count() == 0


def test_a_plan_does_not_outgrow_the_terms_it_is_offered_for(at_distributor, product):
    plan = make_plan(at_distributor)
    offer(plan, product)

    with pytest.raises(Invalid) as refused:
        plan_edit(plan=plan, version=None, count=13, actor=SYSTEM)
    plan_edit(plan=plan, version=None, count=6, actor=SYSTEM)

    assert "Yearly" in str(refused.value.message)
    assert PaymentPlan.objects.get().count == 6
    with pytest.raises(StaleState):
        plan_edit(plan=plan, version=1, count=4, actor=SYSTEM)


def test_a_plan_offered_to_nobody_comes_back_for_what_it_was_offered_for(
    at_distributor, product, reseller
):
    plan = make_plan(at_distributor)
    offer(plan, product)
    allow(reseller.account)

    plan_deactivate(plan=plan, actor=SYSTEM)
    gone = plans_for(reseller.account, [product.pk])
    plan_activate(plan=plan, actor=SYSTEM)

    assert gone == {}
    assert [p.code for p in plans_for(reseller.account, [product.pk])[product.pk, "P1Y"]] == [
        "monthly-12"
    ]


# Offers --------------------------------------------------------------------------------------------------


def test_a_products_plans_are_set_as_a_whole_and_told_once(at_distributor, product):
    monthly, quarterly = make_plan(at_distributor), make_plan(at_distributor, 4, "quarterly")
    offer(monthly, product)

    for _ in range(2):
        offers_set(product=product, offered={"P1Y": [quarterly], "P3Y": [monthly]}, actor=SYSTEM)

    assert offered() == {(product.pk, "P1Y", quarterly.pk), (product.pk, "P3Y", monthly.pk)}
    assert told("product.payment_plans_set") == 1
    assert not PaymentPlanOffer.objects.filter(overridden=False).exists()


def test_a_term_too_short_for_a_plan_is_named_and_nothing_changes(at_distributor, product):
    monthly, long = make_plan(at_distributor), make_plan(at_distributor, 36)

    with pytest.raises(Invalid) as refused:
        offers_set(product=product, offered={"P3Y": [long], "P1Y": [monthly, long]}, actor=SYSTEM)

    assert refused.value.errors.keys() == {"P1Y"}
    assert offered() == set()


def test_another_organizations_plan_is_refused(at_distributor, product, tenant):
    foreign = make_plan(tenant.membership.organization)

    with pytest.raises(Invalid):
        offers_set(product=product, offered={"P1Y": [foreign]}, actor=SYSTEM)

    assert PaymentPlanOffer.everywhere.count() == 0


def test_a_plan_is_offered_for_every_product_of_a_type_at_the_terms_it_is_sold_for(
    at_distributor, product
):
    plan = make_plan(at_distributor)
    same_type = make_product(at_distributor, type=product.type, prices={"P1Y": ("1", "1")})
    managed = ProductTypeFactory(organization=at_distributor, managed_by="x", external_id="y")
    quoted = make_product(at_distributor, type=managed)
    other = make_product(at_distributor, prices=YEARS)
    offer(plan, same_type)
    PaymentPlanOffer.everywhere.update(is_active=False)

    count = add(plan, Product.objects.filter(type__in=[product.type, managed]), ["P1Y", "P3Y"])

    assert count == 5
    assert offered() == {
        (product.pk, "P1Y", plan.pk), (product.pk, "P3Y", plan.pk), (same_type.pk, "P1Y", plan.pk),
        (quoted.pk, "P1Y", plan.pk), (quoted.pk, "P3Y", plan.pk),
    }  # fmt: skip
    assert told("payment_plan.offered") == 1
    ended = offers_withdraw_for(
        plan=plan, products=[product.pk, other.pk], units=["P3Y"], actor=SYSTEM, words="some"
    )
    assert ended == 1
    assert (product.pk, "P3Y", plan.pk) not in offered()
    assert len(offered()) == 4


def test_offering_to_many_costs_as_many_queries_as_to_few(
    at_distributor, django_assert_max_num_queries
):
    plan, kind = make_plan(at_distributor), ProductTypeFactory(organization=at_distributor)
    ids = [
        make_product(at_distributor, type=kind, prices={"P1Y": ("1", "1")}).pk for _ in range(20)
    ]
    counts = []

    for products in (ids[:2], ids[2:]):
        with django_assert_max_num_queries(8) as seen:
            assert add(plan, products, ["P1Y"]) == len(products)
        counts.append(len(seen))

    assert counts[0] == counts[1]


def test_a_plan_is_not_offered_for_terms_that_end_before_it(at_distributor, product):
    with pytest.raises(Invalid) as refused:
        add(make_plan(at_distributor, 36), [product.pk], ["P1Y", "P3Y"])

    assert refused.value.field == "units"
    assert offered() == set()


def add(plan, products, units) -> int:
    ids = products if isinstance(products, list) else products.values_list("pk", flat=True)
    return offers_add_for(plan=plan, products=ids, units=units, actor=SYSTEM, words="some")


# Access --------------------------------------------------------------------------------------------------


def test_access_is_given_changed_and_told(at_distributor, reseller):
    for charge in ("2.5", "2.5", "0"):
        access_set(
            account=reseller.account, is_enabled=True, extra_charge=Decimal(charge), actor=SYSTEM
        )

    access = PaymentPlanAccess.objects.get()
    assert (access.is_enabled, access.extra_charge, access.version) == (True, 0, 2)
    assert access.scope == reseller.account.scope
    assert told("account.payment_plans_set") == 2
    with pytest.raises(StaleState):
        access_set(
            account=reseller.account, is_enabled=False, extra_charge=Decimal(0), version=1,
            actor=SYSTEM,
        )  # fmt: skip


@pytest.mark.parametrize("charge", ["-0.01", "1000.01", "1.00001"])
def test_an_extra_charge_out_of_bounds_is_told_on_its_field(at_distributor, reseller, charge):
    with pytest.raises(Invalid) as refused:
        access_set(
            account=reseller.account, is_enabled=True, extra_charge=Decimal(charge), actor=SYSTEM
        )

    assert "extra_charge" in {refused.value.field, *refused.value.errors}
    assert PaymentPlanAccess.objects.count() == 0


def test_an_end_customer_has_no_access_of_its_own(at_distributor, customer_account):
    with pytest.raises(Invalid):
        access_set(account=customer_account, is_enabled=True, extra_charge=Decimal(0), actor=SYSTEM)

    assert PaymentPlanAccess.objects.count() == 0


# Who may choose what -------------------------------------------------------------------------------------


def test_a_tenants_customers_have_plans_while_its_parent_gives_it_some(tenant, distributor):
    organization = tenant.membership.organization
    buyer: Account = AccountFactory(organization=organization)
    product = make_product(organization, prices=YEARS)
    offer(make_plan(organization), product)
    allow(buyer, "3")

    before = plans_for(buyer, [product.pk])
    billing = allow(organization.billing_account, "9")
    during = plans_for(buyer, [product.pk])
    PaymentPlanAccess.everywhere.filter(pk=billing.pk).update(is_enabled=False)
    after = plans_for(buyer, [product.pk])

    assert before == after == {}
    [plan] = during[product.pk, "P1Y"]
    assert plan.extra_charge == 3


def test_the_plans_of_many_products_are_read_at_once(
    at_distributor, reseller, django_assert_num_queries
):
    plan = make_plan(at_distributor)
    products = [make_product(at_distributor, prices=YEARS) for _ in range(30)]
    offer(plan, *products)
    ListPriceFactory(product=products[0], unit="P5Y")
    offer(make_plan(at_distributor, 60), products[0], unit="P3Y")
    allow(reseller.account, "1")
    allow(ResellerFactory(organization=at_distributor))

    with django_assert_num_queries(1):
        found = plans_for(reseller.account, [p.pk for p in products])

    assert len(found) == 30
    assert {terms[0].extra_charge for terms in found.values()} == {1}
