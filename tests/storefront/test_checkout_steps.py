"""The steps of the checkout: billing, Service Details, the new customer; Back loses nothing, skipping gains nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bss.accounts.choices import StorefrontRole, UserType
from bss.accounts.models import Account, Contact, PaymentMethod, Storefront
from bss.billing.services import lot_settle
from bss.catalog.selectors import local_date
from bss.core import clock, scope
from bss.core.actor import SYSTEM
from bss.orders.contracts import Proceed, Reprice
from bss.orders.models import Basket, BasketLine, CustomerDraft, Order, OrderLine
from bss.orders.ports import CHECKOUT_REVIEW, CREDIT_EXPOSURE
from bss.orders.services import basket_add, basket_open_for, line_fail, order_release
from bss.pricing.contracts import QuotedPrice
from bss.subscriptions.models import Subscription
from bss.ui.formats import day
from notifications.selectors import recipients_of_bills
from storefront.selectors.checkout import invoice_contacts
from tests.conftest import Person, person_of_account, signed_in
from tests.factories.accounts import AccountFactory, make_storefront_user
from tests.factories.billing import MONTHLY, make_bought, make_rate
from tests.factories.coterm import Ending
from tests.factories.orders import (
    make_basket,
    make_order_field,
    make_product,
    make_type,
    offer_plan,
    set_price,
)
from tests.factories.ports import filled, granted
from tests.storefront.test_checkout import form_of, main_of

NEW = {
    "name": "Ionian Freight",
    "country": "GR",
    "vat_id": "EL 094014201",
    "corporate_email": "office@ionian.example",
    "contact_first_name": "Petros",
    "contact_last_name": "Galanis",
    "contact_email": "petros@ionian.example",
}


@pytest.fixture
def mailbox(distributor):
    return make_product(distributor, name="Mailbox", price="100", units=("P1M", "P1Y"))


@pytest.fixture
def line(reseller, shop, mailbox) -> BasketLine:
    """The reseller's basket holds one mailbox for a month."""
    with scope.activate(reseller.account.scope):
        make_basket(reseller, shop, mailbox)
    return BasketLine.objects.get()


def posted(line: BasketLine, **values: str) -> dict[str, str]:
    return {f"{line.public_id}-{name}": text for name, text in values.items()}


# Payment plans ---------------------------------------------------------------------------------------------------


@pytest.fixture
def plan(reseller, mailbox):
    return offer_plan(mailbox, reseller.account)


def test_installments_show_under_the_line_and_add_up_in_the_summary(reseller, line, plan):
    values = posted(line, quantity="1", unit="P1Y", friendly_name="")
    reseller.client.post("/basket/", values)
    offered = main_of(reseller.client.get("/basket/"))
    reseller.client.post("/basket/", values | posted(line, payment_plan="monthly-12"))
    chosen = main_of(reseller.client.get("/basket/"))

    assert "12 monthly installments of €8.33, the last €8.37" in offered
    assert "First payment" not in offered
    summary = chosen.split("<aside")[1]
    assert "First payment" in summary
    assert "€8.33" in summary
    assert "€100.00" in summary
    line.refresh_from_db()
    assert line.payment_plan == plan


@pytest.mark.parametrize(("charge", "told"), [("10", True), ("0", False)])
def test_what_a_plan_costs_more_stands_in_basket_and_review(charge, told, reseller, line, mailbox):
    offer_plan(mailbox, reseller.account, charge=charge)
    yearly = posted(line, quantity="1", unit="P1Y", friendly_name="")
    reseller.client.post("/basket/", yearly)
    reseller.client.post("/basket/", yearly | posted(line, payment_plan="monthly-12"))

    for path in ("/basket/", "/checkout/review/"):
        text = re.sub(r"<[^>]+>", "", main_of(reseller.client.get(path)))
        assert ("€110.00 in all, €10.00 more" in text) is told
        assert (" in all" in text) is told


def test_the_review_says_what_is_invoiced_now_with_its_tax_and_until_when_it_is_paid(
    reseller, line, plan, distributor
):
    yearly = posted(line, quantity="1", unit="P1Y", friendly_name="")
    reseller.client.post("/basket/", yearly)
    reseller.client.post("/basket/", yearly | posted(line, payment_plan="monthly-12"))

    untaxed = summary_of(reseller)
    make_rate(distributor, "24")
    by_transfer = summary_of(reseller)
    reseller.account.payment_method = PaymentMethod.everywhere.create(
        organization=distributor, name="Card", kind="card", payment_days=0
    )
    reseller.account.save()
    by_card = summary_of(reseller)

    assert "which depends on your country" in untaxed
    assert "Invoiced now" not in untaxed
    for taxed in (by_transfer, by_card):
        # 8.33 and 24 per cent of it.
        assert "€10.33" in taxed
        assert "First payment" not in taxed
        assert "depends on your country" not in taxed
    last = day(local_date(distributor) + timedelta(days=30))
    assert f"With tax, payable by {last}." in by_transfer
    assert "charged to the card with the order" in by_card


def summary_of(reseller: Person) -> str:
    """What the review says beside its button."""
    return main_of(reseller.client.get("/checkout/review/")).split("<aside")[1]


def test_a_plan_leaves_with_the_term_that_had_it(reseller, line, plan):
    yearly = posted(line, quantity="1", unit="P1Y", friendly_name="")
    reseller.client.post("/basket/", yearly)
    reseller.client.post("/basket/", yearly | posted(line, payment_plan="monthly-12"))

    monthly = reseller.client.post(
        "/basket/", yearly | posted(line, unit="P1M", payment_plan="monthly-12")
    )

    assert monthly.status_code == 302
    line.refresh_from_db()
    assert (line.unit, line.payment_plan) == ("P1M", None)


def test_a_plan_that_is_not_offered_is_refused_on_its_field(reseller, line, plan):
    reseller.client.post("/basket/", posted(line, quantity="1", unit="P1Y", friendly_name=""))

    refused = reseller.client.post(
        "/basket/",
        posted(line, quantity="1", unit="P1Y", friendly_name="", payment_plan="annual-3"),
    )

    assert refused.status_code == 400
    assert "This payment is not possible here any more" in main_of(refused)
    line.refresh_from_db()
    assert line.payment_plan is None


def test_a_plan_withdrawn_meanwhile_is_told_before_placing(reseller, line, plan):
    yearly = posted(line, quantity="1", unit="P1Y", friendly_name="")
    reseller.client.post("/basket/", yearly)
    reseller.client.post("/basket/", yearly | posted(line, payment_plan="monthly-12"))
    form = form_of(reseller.client.get("/checkout/review/").content.decode())
    plan.is_active = False
    plan.save()

    refused = reseller.client.post("/checkout/review/", form)

    assert refused.status_code == 400
    assert "can no longer be paid by this plan" in main_of(refused)
    assert Order.everywhere.count() == 0
    # Without another choice the next step stays closed too.
    assert "not offered any more" in main_of(reseller.client.get("/basket/"))
    assert reseller.client.post("/basket/", {"do": "continue"}).status_code == 400


def test_the_order_keeps_the_plan_as_it_was_chosen(reseller, line, plan):
    yearly = posted(line, quantity="1", unit="P1Y", friendly_name="")
    reseller.client.post("/basket/", yearly)
    reseller.client.post("/basket/", yearly | posted(line, payment_plan="monthly-12"))
    form = form_of(reseller.client.get("/checkout/review/").content.decode())
    placed = reseller.client.post("/checkout/review/", form)

    bought = OrderLine.everywhere.get()
    assert (bought.plan_frequency, bought.plan_count, bought.payment_plan) == ("monthly", 12, plan)
    documents = bought.order.preview["price"]["documents"]
    assert sum(len(each["lines"]) for each in documents) == 12
    assert documents[0]["net"] == "8.33"
    page = main_of(reseller.client.get(f"/orders/{bought.order.public_id}/"))
    assert "12 monthly installments" in page
    assert placed.status_code == 302


# Who it is for ---------------------------------------------------------------------------------------------------


def test_a_reseller_reads_before_it_orders_what_it_charges_its_customer(reseller, line):
    own = [main_of(reseller.client.get(path)) for path in ("/basket/", "/checkout/review/")]

    reseller.client.post("/checkout/customer/", NEW | {"do": "continue"})
    pages = [main_of(reseller.client.get(path)) for path in ("/basket/", "/checkout/review/")]

    assert not [page for page in own if "you charge" in page.lower()]
    for page in pages:
        assert page.count('you charge <bdi class="amount">€100.00</bdi>') == 1
        assert page.count('You charge</span><bdi class="amount">€100.00</bdi>') == 1


def test_a_new_customer_is_made_with_the_order_and_not_before(reseller, line, run_jobs):
    saved = reseller.client.post("/checkout/customer/", NEW | {"do": "continue"})
    basket = main_of(reseller.client.get("/basket/"))
    assert saved.url == "/basket/"
    assert "New customer: Ionian Freight" in basket
    assert not Account.everywhere.filter(name="Ionian Freight").exists()

    form = form_of(reseller.client.get("/checkout/review/").content.decode())
    reseller.client.post("/checkout/review/", form)

    customer = Account.everywhere.get(name="Ionian Freight")
    order = Order.everywhere.get()
    assert (customer.parent, customer.kind, customer.vat_id) == (
        reseller.account, "customer", "EL094014201",
    )  # fmt: skip
    assert (order.customer, order.account, order.scope) == (
        customer, reseller.account, customer.scope,
    )  # fmt: skip
    assert Contact.everywhere.get(account=customer).email == "petros@ionian.example"
    assert order.total_resale == Decimal(100)
    run_jobs()
    assert Subscription.everywhere.get().customer == customer


def test_two_tabs_make_one_new_customer(reseller, line):
    reseller.client.post("/checkout/customer/", NEW | {"do": "continue"})
    form = form_of(reseller.client.get("/checkout/review/").content.decode())

    urls = {reseller.client.post("/checkout/review/", form).url for _tab in range(2)}

    assert len(urls) == 1
    assert Account.everywhere.filter(name="Ionian Freight").count() == 1
    assert Order.everywhere.count() == 1


def test_a_new_customer_outlives_its_failed_order(reseller, line, distributor):
    reseller.client.post("/checkout/customer/", NEW | {"do": "continue"})
    form = form_of(reseller.client.get("/checkout/review/").content.decode())
    reseller.client.post("/checkout/review/", form)
    with scope.activate(distributor.scope):
        order = Order.objects.get()
        order_release(order=order, actor=reseller.actor)
        line_fail(line=order.lines.get(), code="NO", text="Not sold.", actor=reseller.actor)

    assert Account.everywhere.filter(name="Ionian Freight", is_active=True).count() == 1
    listed = main_of(reseller.client.get("/basket/"))
    assert "Your basket is empty" in listed


def test_a_refused_order_leaves_no_customer_behind(reseller, line):
    reseller.client.post("/checkout/customer/", NEW | {"do": "continue"})
    form = form_of(reseller.client.get("/checkout/review/").content.decode())
    reseller.account.credit_limit = Decimal("99.99")
    reseller.account.save()

    refused = reseller.client.post("/checkout/review/", form)

    assert refused.status_code == 409
    assert Account.everywhere.filter(name="Ionian Freight").count() == 0
    assert CustomerDraft.everywhere.get().account is None


def test_switching_keeps_the_draft_and_the_existing_customer(reseller, line, customer_account):
    reseller.client.post("/checkout/customer/", NEW | {"do": "continue"})

    existing = reseller.client.post("/basket/", {"customer": customer_account.public_id})
    basket = Basket.everywhere.get()
    assert (existing.status_code, basket.customer, basket.uses_draft) == (
        302, customer_account, False,
    )  # fmt: skip
    reseller.client.post("/basket/", {"customer": "new"})
    basket.refresh_from_db()
    assert (basket.customer, basket.uses_draft) == (reseller.account, True)
    assert 'value="Ionian Freight"' in main_of(reseller.client.get("/checkout/customer/"))
    reseller.client.post("/basket/", {"customer": ""})
    basket.refresh_from_db()
    assert (basket.customer, basket.uses_draft) == (reseller.account, False)
    assert CustomerDraft.everywhere.count() == 1


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", ""),
        ("country", "XX"),
        ("corporate_email", "no address"),
        ("contact_email", ""),
        ("contact_last_name", ""),
        ("phone", "abc"),
        ("contact_phone", "call me"),
        ("vat_id", "DE12"),
    ],
)
def test_what_is_wrong_with_a_new_customer_stays_in_its_field(reseller, line, field, text):
    refused = reseller.client.post("/checkout/customer/", NEW | {field: text, "do": "continue"})

    assert refused.status_code == 400
    page = main_of(refused)
    tag = re.search(rf'<(?:input|select)[^>]*name="{field}"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in tag
    assert CustomerDraft.everywhere.count() == 0


def test_everything_that_is_wrong_with_a_new_customer_is_told_at_once(reseller, line):
    wrong = {
        "name": "", "vat_id": "DE12", "phone": "abc", "corporate_email": "no address", "contact_last_name": "",
        "contact_phone": "12",
    }  # fmt: skip

    refused = reseller.client.post("/checkout/customer/", NEW | wrong | {"do": "continue"})

    told = refused.context["form"].errors
    assert refused.status_code == 400
    assert set(told) == set(wrong)
    assert told["vat_id"] == ["A VAT id of Greece looks like EL123456789."]
    assert all(len(texts) == 1 for texts in told.values())
    assert CustomerDraft.everywhere.count() == 0
    mended = reseller.client.post("/checkout/customer/", NEW | {"do": "continue"})
    assert mended.url == "/basket/"


def test_back_from_the_new_customer_keeps_what_was_typed(reseller, line):
    back = reseller.client.post("/checkout/customer/", {"name": "Half a na", "do": "back"})

    assert back.url == "/basket/"
    assert 'value="Half a na"' in main_of(reseller.client.get("/checkout/customer/"))
    assert CustomerDraft.everywhere.count() == 0


def test_another_resellers_customer_cannot_be_chosen(reseller, rival, line):
    foreign = AccountFactory(parent=rival.account, name="Harbour Logistics")

    refused = reseller.client.post("/basket/", {"customer": foreign.public_id})

    assert refused.status_code == 400
    assert "This is none of your customers" in main_of(refused)
    assert Basket.everywhere.get().customer == reseller.account
    assert "Harbour Logistics" not in main_of(reseller.client.get("/basket/"))


def test_a_direct_customer_is_not_asked_whom_it_is_for(distributor, shop, mailbox):
    person = person_of_account(AccountFactory(organization=distributor), shop)
    with scope.activate(person.account.scope):
        make_basket(person, shop, mailbox)

    assert 'name="customer"' not in main_of(person.client.get("/basket/"))
    assert person.client.get("/checkout/customer/").url == "/basket/"
    assert person.client.post("/checkout/customer/", NEW | {"do": "continue"}).url == "/basket/"
    assert CustomerDraft.everywhere.count() == 0


def test_what_is_for_resellers_is_not_for_a_new_customer(reseller, shop, distributor):
    own = make_product(distributor, type=make_type(distributor, audience="reseller"), name="Kit")
    with scope.activate(reseller.account.scope):
        make_basket(reseller, shop, own)

    refused = reseller.client.post("/checkout/customer/", NEW | {"do": "continue"})

    assert refused.status_code == 400
    assert "Kit is for resellers" in main_of(refused)
    assert CustomerDraft.everywhere.count() == 0


def test_a_card_payer_is_not_told_of_credit_that_its_card_makes_needless(reseller, line, plan):
    method = PaymentMethod.everywhere.create(
        organization=reseller.account.organization, name="Card", kind="card", payment_days=0
    )
    reseller.account.payment_method, reseller.account.credit_limit = method, 0
    reseller.account.save()
    told = "exceed the credit limit"
    assert told not in main_of(reseller.client.get("/basket/"))

    # What comes later is on credit, as for everybody.
    yearly = posted(line, quantity="1", unit="P1Y", friendly_name="")
    reseller.client.post("/basket/", yearly)
    reseller.client.post("/basket/", yearly | posted(line, payment_plan="monthly-12"))
    assert told in main_of(reseller.client.get("/basket/"))


def test_the_credit_is_checked_on_the_whole_order_and_said_on_the_basket(reseller, line, plan):
    yearly = posted(line, quantity="1", unit="P1Y", friendly_name="")
    reseller.client.post("/basket/", yearly)
    reseller.client.post("/basket/", yearly | posted(line, payment_plan="monthly-12"))
    reseller.account.credit_limit = Decimal("99.99")
    reseller.account.save()

    page = main_of(reseller.client.get("/basket/"))
    refused = reseller.client.post(
        "/checkout/review/", form_of(reseller.client.get("/checkout/review/").content.decode())
    )

    assert "This order would exceed the credit limit" in page
    assert "€99.99" in page
    assert refused.status_code == 409
    assert Order.everywhere.count() == 0
    reseller.account.credit_limit = Decimal(100)
    reseller.account.save()
    assert "exceed the credit limit" not in main_of(reseller.client.get("/basket/"))


# Billing information ---------------------------------------------------------------------------------------------


def test_billing_is_a_step_and_changes_the_company(reseller, line):
    assert reseller.client.get("/checkout/").url == "/checkout/billing/"
    page = main_of(reseller.client.get("/checkout/billing/"))
    version = form_of("<main" + page)["account_version"]
    values = {"address_1": "Ermou 12", "city": "Athens", "account_version": version}

    done = reseller.client.post(
        "/checkout/billing/", values | {"purchase_order": "PO-77", "do": "continue"}
    )

    assert done.url == "/checkout/review/"
    reseller.account.refresh_from_db()
    assert (reseller.account.address_1, reseller.account.city) == ("Ermou 12", "Athens")
    review = main_of(reseller.client.get("/checkout/review/"))
    assert "Ermou 12" in review
    assert "PO-77" in review
    reseller.client.post("/checkout/review/", form_of("<main" + review))
    assert Order.everywhere.get().purchase_order == "PO-77"


def test_back_from_billing_keeps_what_was_typed_and_saves_nothing(reseller, line):
    back = reseller.client.post(
        "/checkout/billing/", {"address_1": "Half a str", "purchase_order": "PO-", "do": "back"}
    )

    assert back.url == "/basket/"
    page = main_of(reseller.client.get("/checkout/billing/"))
    assert 'value="Half a str"' in page
    assert 'value="PO-"' in page
    reseller.account.refresh_from_db()
    assert reseller.account.address_1 == ""
    assert Basket.everywhere.get().purchase_order == ""


def test_a_buyer_without_the_company_gives_a_number_only(reseller, shop, line, mailbox):
    membership = make_storefront_user(
        reseller.account, shop, UserType.SIMPLE, (StorefrontRole.BUYER,)
    )
    client = signed_in(membership.user, f"storefront:{shop.pk}", shop)
    buyer = Person(membership.user, membership, reseller.actor, client, reseller.account)
    with scope.activate(reseller.account.scope):
        make_basket(buyer, shop, mailbox)

    page = main_of(client.get("/checkout/billing/"))
    client.post(
        "/checkout/billing/", {"address_1": "Mine", "purchase_order": "B-1", "do": "continue"}
    )

    assert 'name="address_1"' not in page
    assert 'name="purchase_order"' in page
    reseller.account.refresh_from_db()
    assert reseller.account.address_1 == ""
    assert Basket.everywhere.get(user=membership.user).purchase_order == "B-1"


def test_the_company_changed_by_somebody_else_meanwhile_is_not_overwritten(reseller, line):
    reseller.account.version = 7
    reseller.account.address_1 = "Stadiou 1"
    reseller.account.save()

    refused = reseller.client.post(
        "/checkout/billing/", {"address_1": "Old", "account_version": "6", "do": "continue"}
    )

    assert refused.status_code == 409
    reseller.account.refresh_from_db()
    assert reseller.account.address_1 == "Stadiou 1"


# Service Details --------------------------------------------------------------------------------------------------


def test_the_organizations_own_questions_go_all_the_way(reseller, line, distributor, staff):
    make_order_field(distributor, code="devices", label="Devices", type="integer", required=True)

    reseller.client.post("/checkout/billing/", {"do": "continue"})
    missing = reseller.client.post("/checkout/details/", {"order-devices": "", "do": "continue"})
    done = reseller.client.post(
        "/checkout/details/", {"order-devices": "1,234,567", "do": "continue"}
    )
    review = main_of(reseller.client.get("/checkout/review/"))
    placed = reseller.client.post("/checkout/review/", form_of("<main" + review))

    assert missing.status_code == 400
    assert done.url == "/checkout/review/"
    assert "1,234,567" in review
    order = Order.everywhere.get()
    assert order.answers[0]["value"] == 1234567
    assert "1,234,567" in main_of(reseller.client.get(f"/orders/{order.public_id}/"))
    assert placed.status_code == 302
    record = staff.client.get(f"/portal/orders/{order.public_id}/?tab=details").content.decode()
    assert "1,234,567" in record


def test_steps_cannot_be_skipped_by_hand(reseller, line, distributor):
    make_order_field(distributor, code="devices", label="Devices", type="integer", required=True)
    basket = Basket.everywhere.get()

    posted_at_once = reseller.client.post(
        "/checkout/review/", {"basket": basket.public_id, "version": str(basket.version)}
    )

    assert reseller.client.get("/checkout/review/").url == "/checkout/details/"
    assert posted_at_once.status_code == 400
    assert "Devices" in main_of(posted_at_once)
    assert Order.everywhere.count() == 0


@pytest.mark.parametrize("version", ["", "0", "x", "-1", "9" * 30, "٣"])
def test_a_tampered_version_places_nothing(reseller, line, version):
    form = form_of(reseller.client.get("/checkout/review/").content.decode())

    refused = reseller.client.post("/checkout/review/", form | {"version": version})

    assert refused.status_code == 409
    assert Order.everywhere.count() == 0


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "9999999999", "many", ""])
def test_a_quantity_that_cannot_be_is_refused_on_its_field(reseller, line, quantity):
    refused = reseller.client.post("/basket/", posted(line, quantity=quantity, unit="P1M"))

    assert refused.status_code == 400
    assert 'aria-invalid="true"' in main_of(refused)
    line.refresh_from_db()
    assert line.quantity == 1


def test_back_from_the_review_leads_one_step_back(reseller, line, distributor):
    assert reseller.client.post("/checkout/review/", {"do": "back"}).url == "/checkout/billing/"
    make_order_field(distributor, code="centre", label="Cost centre")
    assert reseller.client.post("/checkout/review/", {"do": "back"}).url == "/checkout/details/"
    assert reseller.client.post("/checkout/details/", {"do": "back"}).url == "/checkout/billing/"


# Verdicts ---------------------------------------------------------------------------------------------------------


class _NewTerms:
    """A service manager that knows other prices at one step."""

    def __init__(self, step: str) -> None:
        self.step = step

    def fields(self, subject: Any) -> tuple[()]:
        return ()

    def review(self, subject: Any, step: str) -> Any:
        if step != self.step:
            return Proceed()
        return Reprice("The customer accepted its commitment.", "commitment", ())


@dataclass
class _EndingFor(Ending):
    """One customer's purchases end together, which is known beforehand; nobody else's do."""

    customer_id: int = 0

    def known(self, subject: Any) -> list[QuotedPrice]:
        return super().known(subject) if subject.customer_id == self.customer_id else []


def test_whom_it_is_for_is_not_gone_on_with_unseen(reseller, shop, distributor, customer_account):
    """As without JavaScript: the customer and Continue come in one form."""
    kind = make_type(distributor, managed_by="ending", external_id="ending")
    product = make_product(distributor, price="365", units=("P1Y",), type=kind)
    ending = _EndingFor(clock.now() + timedelta(days=100, hours=1), customer_id=customer_account.pk)
    with filled(CHECKOUT_REVIEW, ending), scope.activate(reseller.account.scope):
        basket = basket_open_for(
            user_id=reseller.user.pk, storefront=shop, account=reseller.account
        )
        basket_add(basket=basket, product=product, unit="P1Y", quantity=1, actor=reseller.actor)
        form = form_of(reseller.client.get("/basket/").content.decode())
        form |= {"customer": customer_account.public_id, "do": "continue"}
        first = reseller.client.post("/basket/", form)
        told = reseller.client.get("/basket/").content.decode()
        seen = form_of(told)["seen_total"]
        second = reseller.client.post("/basket/", form | {"seen_total": seen})

    assert first.url == "/basket/"
    assert "the amounts or the end are others" in told
    assert "days are charged" in told
    assert (Decimal(form["seen_total"]), Decimal(seen) < 150) == (Decimal(365), True)
    assert second.url == "/checkout/billing/"
    basket.refresh_from_db()
    assert basket.customer == customer_account


def test_whom_it_is_for_is_gone_on_with_where_it_costs_the_same(reseller, line, customer_account):
    form = form_of(reseller.client.get("/basket/").content.decode())

    answer = reseller.client.post(
        "/basket/", form | {"customer": customer_account.public_id, "do": "continue"}
    )

    assert answer.url == "/checkout/billing/"
    assert Basket.everywhere.get().customer == customer_account


@pytest.mark.parametrize("step", ["items", "place"])
def test_new_prices_lead_back_to_the_items_once_and_say_why(reseller, line, mailbox, step):
    form = form_of(reseller.client.get("/checkout/review/").content.decode())

    with filled(CHECKOUT_REVIEW, _NewTerms(step)):
        if step == "items":
            first = reseller.client.post("/basket/", {"do": "continue"})
        else:
            first = reseller.client.post("/checkout/review/", form)
        set_price(mailbox, "90")
        told = main_of(reseller.client.get("/basket/"))
        again = main_of(reseller.client.get("/basket/"))
        second = reseller.client.post(
            "/basket/", {"do": "continue", "seen_total": form_of("<main" + again)["seen_total"]}
        )

    assert first.url == "/basket/"
    notice = re.search(r'<div class="notice"[^>]*role="status"[^>]*>', told)[0]
    assert 'tabindex="-1"' in notice
    assert "autofocus" in notice
    assert "The customer accepted its commitment." in told
    assert "€100.00" in told
    assert "€90.00" in told
    assert "The customer accepted its commitment." not in again
    assert second.url == "/checkout/billing/"
    assert Order.everywhere.count() == 0


# What goes on which invoice ---------------------------------------------------------------------------------------


def by_the_month(client, line):
    """The line by the year, in twelve installments; the hidden inputs of the review."""
    yearly = posted(line, quantity="1", unit="P1Y", friendly_name="")
    client.post("/basket/", yearly)
    client.post("/basket/", yearly | posted(line, payment_plan="monthly-12"))
    return client.get("/checkout/review/").content.decode()


def test_the_review_tells_each_invoice_with_its_tax(reseller, line, plan, distributor):
    make_rate(distributor, "24")
    page = by_the_month(reseller.client, line)

    told = page.split('id="bills-title"')[1].split("</section>")[0]
    assert "At once, with the order" in told
    assert "installment 12 of 12" in told
    # 8.33 and 24 per cent; the last installment takes the rest.
    for amount in ("€8.33", "€2.00", "€10.33", "€8.37", "€2.01", "€10.38"):
        assert amount in told
    assert told.count('<tr role="row"><td') == 12


def test_the_tax_of_an_invoice_that_carries_more_says_with_what_it_is_rounded(
    reseller, line, plan, distributor
):
    make_rate(distributor, "24")
    words = "rounded with what is due on it already"
    assert words not in by_the_month(reseller.client, line)

    with scope.activate(distributor.scope):
        lot = make_bought(reseller.account, line.product, quantity=1, price="17.44", plan=MONTHLY)
        lot_settle(lot_id=lot.pk, actor=SYSTEM)
    page = main_of(reseller.client.get("/checkout/review/"))
    # Eleven later invoices; the order's own carries nothing else.
    told = page.split('id="bills-title"')[1].split("</section>")[0]
    assert told.count(words) == 11
    assert words not in told.split("<tr")[2]


def test_a_rate_that_changes_while_somebody_reads_is_told_before_placing(
    reseller, line, distributor
):
    rate = make_rate(distributor, "24")
    form = form_of(reseller.client.get("/checkout/review/").content.decode())
    rate.percent = Decimal(25)
    rate.save()

    refused = reseller.client.post("/checkout/review/", form)

    assert refused.status_code == 409
    assert "What goes on which invoice changed since you looked" in main_of(refused)
    assert "€125.00" in main_of(refused)
    assert Order.everywhere.count() == 0
    again = form_of(refused.content.decode())
    assert reseller.client.post("/checkout/review/", again).status_code == 302
    assert Order.everywhere.get().preview["price"]["documents"][0]["total"] == "125.00"


def test_what_was_never_shown_is_not_placed(reseller, line):
    form = form_of(reseller.client.get("/checkout/review/").content.decode())
    del form["seen"]

    assert reseller.client.post("/checkout/review/", form).status_code == 409
    assert Order.everywhere.count() == 0


# Everywhere ---------------------------------------------------------------------------------------------------


def test_the_basket_is_there_after_signing_out_and_on_another_device(reseller, shop, line):
    reseller.client.post("/account/logout/")
    elsewhere = signed_in(reseller.user, f"storefront:{shop.pk}", shop)

    assert "Mailbox" in main_of(elsewhere.get("/basket/"))
    assert Basket.everywhere.count() == 1


def test_a_customer_of_a_reseller_is_shown_its_own_billing_and_nothing_above(
    reseller, customer_account, distributor, mailbox
):
    own = Storefront.everywhere.create(
        organization=distributor, owner=reseller.account, alias="techsolutions", name="Tech"
    )
    customer_account.address_1 = "Akti 3"
    customer_account.save()
    reseller.account.vat_id = "EL-SECRET"
    reseller.account.save()
    with granted(reseller.account, "own_storefront", "self_service_ordering"):
        person = person_of_account(customer_account, own)
        with scope.activate(customer_account.scope):
            make_basket(person, own, mailbox)
        page = main_of(person.client.get("/techsolutions/checkout/billing/"))
        items = main_of(person.client.get("/techsolutions/basket/"))

    assert "Akti 3" in page
    assert "EL-SECRET" not in page
    assert "Payment<" not in page
    assert "Who is it for" not in items


class _Owing:
    def exposure(self, account_id: int, currency: str) -> Decimal:
        return Decimal("0.01")


def test_one_cent_owed_is_one_cent_too_much(reseller, line):
    reseller.account.credit_limit = Decimal(100)
    reseller.account.save()
    form = form_of(reseller.client.get("/checkout/review/").content.decode())

    with filled(CREDIT_EXPOSURE, _Owing()):
        refused = reseller.client.post("/checkout/review/", form)

    assert refused.status_code == 409
    assert Order.everywhere.count() == 0
    assert reseller.client.post("/checkout/review/", form).status_code == 302


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("corporate", ["office@techsolutions.example", None])
def test_the_checkout_names_those_whom_invoices_are_sent_to(reseller, marked, corporate):
    account = reseller.account
    account.corporate_email = corporate
    account.save()
    Contact.everywhere.filter(account=account).update(receives_invoices=marked)

    with scope.activate(account.scope):
        named = invoice_contacts(account)

    assert named == [recipient.email for recipient in recipients_of_bills(account)]
    assert len(named) == 1
