"""Telephone numbers: one rule at every door."""

from __future__ import annotations

import pytest

from bss.accounts.forms.accounts import AccountCreateForm, AccountEditForm, ContactForm
from bss.accounts.models import Account, Contact
from bss.accounts.phones import is_phone, phone_words
from bss.accounts.services import (
    account_create,
    account_edit,
    contact_create,
    contact_edit,
    storefront_create,
    storefront_edit,
)
from bss.core.errors import Invalid
from resellers.forms import StorefrontForm
from storefront.forms.checkout import BillingForm, CustomerDraftForm
from storefront.forms.my_account import CompanyForm
from tests.factories.accounts import AccountFactory


@pytest.mark.parametrize(
    "text",
    [
        "+30 210 1234567", "(0341) 555-0147", "030/123.45", "030 12345 ext. 12", "030 12345 EXT 12", "112",
        "+49\u00a0341\u00a0555", "\u0967\u0966\u0966",
    ],
)  # fmt: skip
def test_what_looks_like_one(text):
    assert is_phone(text)


@pytest.mark.parametrize(
    "text", ["abc", "12", "ext.", "+", "+30 210 abc", "210\n123", "030 12345 x 12", "", "1-2"]
)
def test_what_does_not(text):
    assert not is_phone(text)


@pytest.mark.parametrize(
    "form", [AccountCreateForm, AccountEditForm, ContactForm, BillingForm, CustomerDraftForm, CompanyForm]
)  # fmt: skip
def test_every_form_refuses_what_is_none_and_takes_nothing_at_all(form):
    field = form.base_fields["phone"]

    assert (field.clean(" 210 123 "), field.clean("")) == ("210 123", "")
    with pytest.raises(Exception, match="Enter a phone number"):
        field.clean("abc")


def test_so_do_those_of_contacts_and_storefronts():
    for form in (CustomerDraftForm, StorefrontForm):
        with pytest.raises(Exception, match="Enter a phone number"):
            form.base_fields["contact_phone"].clean("abc")


def test_no_service_keeps_what_is_none(staff, reseller, at_distributor):
    account = AccountFactory(organization=at_distributor)
    contact = contact_create(
        account=account, actor=staff.actor, last_name="Markou", email="e@kavala.example"
    )
    made = {"organization": at_distributor, "kind": "direct", "name": "Kavala", "country": "GR"}
    person = {"account": account, "last_name": "Galanis", "email": "p@kavala.example"}
    own = storefront_create(
        organization=at_distributor, owner=reseller.account, alias="tech", actor=staff.actor
    )
    calls = {
        "phone": [
            lambda: account_create(**made, phone="abc", actor=staff.actor),
            lambda: account_edit(account=account, version=None, actor=staff.actor, phone="12"),
            lambda: contact_create(**person, phone="abc", actor=staff.actor),
            lambda: contact_edit(contact=contact, version=None, actor=staff.actor, phone="abc"),
        ],
        "contact_phone": [
            lambda: storefront_edit(
                storefront=own, version=None, actor=staff.actor, contact_phone="abc"
            )
        ],
    }
    before = (Account.everywhere.count(), Contact.everywhere.count())

    for field, doors in calls.items():
        for call in doors:
            with pytest.raises(Invalid) as refusal:
                call()
            assert refusal.value.errors == {field: [phone_words()]}

    assert (Account.everywhere.count(), Contact.everywhere.count()) == before
    assert (account.phone, contact.phone, own.contact_phone) == ("", "", "")
