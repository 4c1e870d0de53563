"""Whose terms a buyer accepts: those of whom it buys from, and nobody else's."""

from __future__ import annotations

import pytest

from bss.accounts.models import Storefront
from bss.core import scope
from bss.core.errors import Invalid, PermissionDenied
from bss.orders.errors import TermsNotAccepted
from bss.orders.models import Order, TermsVersion
from bss.orders.selectors import terms_current
from bss.orders.services import order_place
from resellers.services import terms_save
from tests.conftest import Person, person_of_account
from tests.factories.orders import make_basket, make_draft, make_product, make_terms
from tests.storefront.test_checkout import form_of, main_of

OWN = "/my-storefront/terms/"
REVIEW = "/techsolutions/checkout/review/"
# What the distributor's buyers accept, from the fixture that puts plans on sale.
THE_DISTRIBUTORS = "The terms."


@pytest.fixture
def on_standard(reseller, put_on) -> Storefront:
    """The reseller sells under its own alias, on Standard."""
    put_on(reseller.account, "standard", "techsolutions")
    return Storefront.everywhere.get(owner=reseller.account)


@pytest.fixture
def customer(customer_account, on_standard) -> Person:
    return person_of_account(customer_account, on_standard)


@pytest.fixture
def mailbox(distributor):
    return make_product(distributor, name="Mailbox", price="100")


@pytest.fixture
def in_basket(customer, on_standard, mailbox):
    """One mailbox lies in the customer's basket."""
    with scope.activate(customer.account.scope):
        return make_basket(customer, on_standard, mailbox)


def published(reseller: Person, version: str = "2026-03", text: str = "We answer in a day."):
    return reseller.client.post(OWN, {"version": version, "text": text})


def asked_for(customer: Person, **form: str):
    """What the customer's *Ask for approval* answers."""
    page = customer.client.get(REVIEW).content.decode()
    return customer.client.post(REVIEW, form_of(page) | form)


def test_a_customer_of_a_reseller_without_terms_is_asked_for_nobody_elses(
    customer, in_basket, distributor
):
    review = main_of(customer.client.get(REVIEW))
    foreign = {"terms": "on", "terms_version": "2026-01"}

    assert asked_for(customer, **foreign).status_code == 302

    assert THE_DISTRIBUTORS not in review
    assert "I have read the terms" not in review
    assert distributor.name not in review
    order = Order.everywhere.get(customer=customer.account)
    assert (order.terms, order.terms_accepted_at) == (None, None)
    assert "Terms of" not in main_of(
        customer.client.get(f"/techsolutions/orders/{order.public_id}/")
    )


def test_a_customer_accepts_its_resellers_terms(reseller, customer, in_basket, staff):
    assert published(reseller).url == OWN
    review = main_of(customer.client.get(REVIEW))
    unticked = asked_for(customer)

    assert "Terms of Techsolutions, version 2026-03" in review
    assert "We answer in a day." in review
    assert THE_DISTRIBUTORS not in review
    assert unticked.status_code == 400
    assert Order.everywhere.filter(customer=customer.account).count() == 0

    assert asked_for(customer, terms="on").status_code == 302
    order = Order.everywhere.get(customer=customer.account)
    assert (order.terms.seller, order.terms.version) == (reseller.account, "2026-03")
    assert order.terms_accepted_at is not None
    for person, path in ((customer, "/techsolutions/orders/"), (reseller, "/orders/")):
        shown = main_of(person.client.get(f"{path}{order.public_id}/"))
        assert "Terms of Techsolutions" in shown
        assert "We answer in a day." in shown
    at_staffs = main_of(staff.client.get(f"/portal/orders/{order.public_id}/?tab=details"))
    assert "2026-03" in at_staffs


def test_a_version_published_meanwhile_is_read_before_it_is_accepted(reseller, customer, in_basket):
    published(reseller)
    page = customer.client.get(REVIEW).content.decode()
    published(reseller, "2026-04", "We answer in an hour.")

    outdated = customer.client.post(REVIEW, form_of(page) | {"terms": "on"})

    assert outdated.status_code == 400
    assert "The terms changed" in main_of(outdated)
    assert "We answer in an hour." in main_of(outdated)
    assert Order.everywhere.filter(customer=customer.account).count() == 0


def test_the_reseller_itself_goes_on_accepting_the_distributors(
    reseller, on_standard, shop, mailbox, distributor
):
    published(reseller)
    with scope.activate(reseller.account.scope):
        make_basket(reseller, shop, mailbox)
    page = reseller.client.get("/checkout/review/").content.decode()

    assert f"Terms of {distributor.name}, version 2026-01" in page
    assert "We answer in a day." not in page
    placed = reseller.client.post("/checkout/review/", form_of(page) | {"terms": "on"})
    assert placed.status_code == 302
    order = Order.everywhere.get(lines__product=mailbox)
    assert (order.terms.seller, order.terms.version) == (None, "2026-01")


def test_terms_are_their_sellers_alone(reseller, rival, tenant, distributor, put_on, on_standard):
    """Two sellers may call a version the same; one seller publishes it once."""
    put_on(rival.account, "standard", "northbridge")
    organization = tenant.membership.organization
    theirs = make_terms(organization, text="The tenant's own.")
    published(reseller)

    again = published(reseller, text="Another text.")
    assert published(rival, text="Northbridge answers at once.").status_code == 302

    assert again.status_code == 400
    assert "Version 2026-03 exists already." in main_of(again)
    texts = {
        seller_id: terms_current(distributor.pk, seller_id).text
        for seller_id in (None, reseller.account.pk, rival.account.pk)
    }
    assert texts == {
        None: THE_DISTRIBUTORS,
        reseller.account.pk: "We answer in a day.",
        rival.account.pk: "Northbridge answers at once.",
    }
    assert terms_current(organization.pk) == theirs
    assert "Northbridge answers" not in reseller.client.get(OWN).content.decode()
    assert TermsVersion.everywhere.filter(seller=reseller.account).count() == 1


def test_the_distributors_own_list_is_without_its_resellers(reseller, on_standard, staff):
    published(reseller)

    shown = main_of(staff.client.get("/portal/setup/terms/"))

    assert "2026-01" in shown
    assert "2026-03" not in shown


def test_a_customers_draft_is_placed_under_its_resellers_terms(
    reseller, customer, on_standard, mailbox, distributor
):
    published(reseller)
    the_distributors = terms_current(distributor.pk)
    own = terms_current(distributor.pk, reseller.account.pk)
    with scope.activate(customer.account.scope):
        draft = make_draft(
            reseller.account, mailbox, actor=customer.actor, customer=customer.account
        )
        for terms, code in ((None, "TERMS_NOT_ACCEPTED"), (the_distributors, "TERMS_CHANGED")):
            with pytest.raises(TermsNotAccepted) as refusal:
                order_place(order=draft, actor=customer.actor, terms=terms)
            assert refusal.value.code == code
        placed = order_place(order=draft, actor=customer.actor, terms=own)
    assert placed.terms == own


def test_terms_belong_to_a_plan_whose_customers_order(reseller, put_on):
    put_on(reseller.account, "free", "techsolutions")

    assert published(reseller).status_code == 403
    assert OWN not in reseller.client.get("/my-storefront/").content.decode()
    with scope.activate(reseller.account.scope), pytest.raises(PermissionDenied):
        terms_save(account=reseller.account, version="1", text="Ours.", actor=reseller.actor)
    assert TermsVersion.everywhere.filter(seller=reseller.account).count() == 0


def test_terms_without_a_text_are_none(reseller, on_standard):
    refused = published(reseller, text="  ")

    assert refused.status_code == 400
    assert TermsVersion.everywhere.filter(seller=reseller.account).count() == 0


def test_a_version_is_published_once_however_it_is_asked(reseller, on_standard):
    with scope.activate(reseller.account.scope):
        terms_save(account=reseller.account, version="1", text="Ours.", actor=reseller.actor)
        with pytest.raises(Invalid) as refusal:
            terms_save(account=reseller.account, version="1", text="New.", actor=reseller.actor)
    assert refusal.value.code == "VERSION_TAKEN"
    assert TermsVersion.everywhere.get(seller=reseller.account).text == "Ours."
