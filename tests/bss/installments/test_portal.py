"""Payment plans in the portal: Set-up, a product's tab, a customer's panel."""

from __future__ import annotations

import pytest

from bss.accounts.choices import StaffRole
from bss.core import scope
from bss.installments.models import PaymentPlan, PaymentPlanAccess, PaymentPlanOffer
from tests.conftest import person_of_staff
from tests.factories.accounts import make_staff
from tests.factories.catalog import make_product
from tests.factories.installments import allow, make_plan, offer
from tests.pages import portal

pytestmark = pytest.mark.django_db
YEARS = {"P1M": ("1", "1"), "P1Y": ("10", "1"), "P3Y": ("30", "1")}


def text_of(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer
    return answer.content.decode()


def test_staff_make_a_plan_and_offer_it_for_every_product_of_a_type(staff, distributor):
    product = make_product(distributor, prices=YEARS)
    make_product(distributor, prices=YEARS)
    client = staff.client
    assert portal("installments:plans") in text_of(client.get(portal("portal:setup")))

    made = client.post(portal("installments:plan-create"), {"frequency": "monthly", "count": "12"})
    plan = PaymentPlan.everywhere.get()
    offered = client.post(
        portal("installments:offers-add", plan.public_id),
        {"type": product.type.public_id, "units": ["P1Y"]},
    )

    page = portal("installments:plan", plan.public_id)
    assert made["Location"] == offered["Location"] == page
    html = text_of(client.get(page))
    assert product.name in html
    assert "Offered for 1 product and term." in html
    assert PaymentPlanOffer.everywhere.get().product == product
    assert "12 monthly installments" in text_of(client.get(portal("installments:plans")))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"frequency": "monthly", "count": "61"}, "The largest possible value is 60."),
        ({"frequency": "annual", "count": "6"}, "No term is as long as this plan"),
        ({"frequency": "monthly", "count": "12"}, "There is this plan already"),
    ],
)
def test_what_is_wrong_with_a_plan_stands_on_its_field(staff, distributor, values, words):
    make_plan(distributor)

    answer = staff.client.post(portal("installments:plan-create"), values)

    assert words in text_of(answer, 400 if "less" in words else answer.status_code)
    assert "count" in answer.context["form"].errors
    assert PaymentPlan.everywhere.count() == 1


def test_a_plan_is_offered_to_nobody_and_again(staff, distributor):
    plan = make_plan(distributor)
    url = portal("installments:plan-switch", plan.public_id)

    for is_active in (False, True):
        staff.client.post(url)
        plan.refresh_from_db()
        assert plan.is_active is is_active


def test_a_products_plans_are_ticked_term_by_term(staff, distributor):
    product = make_product(distributor, prices=YEARS)
    monthly, long = make_plan(distributor), make_plan(distributor, 36)
    offer(monthly, product)
    edit = portal("installments:product-offers", product.public_id)

    form = staff.client.get(edit).context["form"]
    saved = staff.client.post(
        edit, {"P3Y": [monthly.public_id, long.public_id], "P1Y": []}, follow=True
    )
    refused = staff.client.post(edit, {"P1Y": [long.public_id]})

    assert form.initial == {"P1Y": [monthly.public_id]}
    assert {unit: len(f.choices) for unit, f in form.fields.items()} == {"P1Y": 1, "P3Y": 2}
    html = text_of(saved)
    assert "36 monthly installments" in html
    assert "At once only" in html
    assert "P1Y" in refused.context["form"].errors
    with scope.activate(distributor.scope):
        rows = PaymentPlanOffer.objects.filter(is_active=True).values_list("unit", "plan__count")
        assert set(rows) == {("P3Y", 12), ("P3Y", 36)}


def test_a_product_sold_by_the_month_alone_says_why_it_has_no_plans(staff, distributor):
    product = make_product(distributor)

    html = text_of(
        staff.client.get(portal("catalog:product-detail", product.public_id) + "?tab=payment_plans")
    )

    assert "Only a term of a year or more can be paid by installments" in html


def test_a_customers_access_is_set_with_its_extra_charge(staff, reseller, customer_account):
    edit = portal("installments:account-access", reseller.account.public_id)
    page = portal("accounts:detail", reseller.account.public_id)
    assert "Everything is paid at once." in text_of(staff.client.get(page))

    for charge in ("1000.01", "-1", "abc", "1.00001"):
        answer = staff.client.post(edit, {"is_enabled": "on", "extra_charge": charge})
        assert "extra_charge" in answer.context["form"].errors, charge
    assert PaymentPlanAccess.everywhere.count() == 0
    staff.client.post(edit, {"is_enabled": "on", "extra_charge": "2.5"})

    html = text_of(staff.client.get(page))
    assert "2.5 % extra charge on the selling price" in html
    below = text_of(staff.client.get(portal("accounts:detail", customer_account.public_id)))
    assert "Decided for its reseller, Techsolutions, who pays." in below
    assert edit not in below


def test_two_that_set_one_access_at_once_are_told(staff, reseller):
    allow(reseller.account)
    edit = portal("installments:account-access", reseller.account.public_id)

    answer = staff.client.post(edit, {"extra_charge": "9", "version": "7"})

    assert "Somebody changed this record" in text_of(answer, 400)
    assert PaymentPlanAccess.everywhere.get().extra_charge == 0


def test_the_billing_account_of_a_tenant_says_what_it_decides(staff, tenant):
    billing = tenant.membership.organization.billing_account

    html = text_of(staff.client.get(portal("accounts:detail", billing.public_id)))

    assert "can give payment plans to its own customers" in html


def test_sales_see_access_and_billing_decides(distributor, reseller):
    sales = person_of_staff(make_staff(distributor, StaffRole.SALES))
    billing = person_of_staff(make_staff(distributor, StaffRole.BILLING))
    edit = portal("installments:account-access", reseller.account.public_id)
    page = portal("accounts:detail", reseller.account.public_id)

    assert sales.client.post(edit, {"is_enabled": "on"}).status_code == 403
    assert edit not in text_of(sales.client.get(page))
    assert edit in text_of(billing.client.get(page))
    assert PaymentPlanAccess.everywhere.count() == 0
