"""Contacts: one primary, one of each e-mail, and a login keeps its address."""

from __future__ import annotations

import pytest

from bss.accounts.models import Contact
from bss.accounts.services import contact_create, contact_edit
from bss.core.errors import Invalid, StaleState
from tests.factories.accounts import AccountFactory

pytestmark = pytest.mark.usefixtures("at_distributor")


@pytest.fixture
def account(distributor):
    return AccountFactory(organization=distributor)


def create(staff, account, email="eleni@kavala.example", **values):
    return contact_create(
        account=account, actor=staff.actor, last_name="Markou", email=email, **values
    )


def test_the_first_contact_is_the_primary_one(staff, account):
    first = create(staff, account, email="Eleni@Kavala.example")
    second = create(staff, account, "nikos@kavala.example")

    assert first.email == "eleni@kavala.example"
    assert (first.is_primary, second.is_primary) == (True, False)
    assert first.scope == account.scope


def test_being_primary_moves(staff, account):
    first = create(staff, account)
    second = create(staff, account, "nikos@kavala.example", is_primary=True)
    assert list(Contact.everywhere.filter(is_primary=True)) == [second]

    first.refresh_from_db()
    contact_edit(contact=first, version=first.version, actor=staff.actor, is_primary=True)
    assert list(Contact.everywhere.filter(is_primary=True)) == [first]


def test_the_primary_contact_is_never_only_taken_away(staff, account):
    first = create(staff, account)

    with pytest.raises(Invalid) as refusal:
        contact_edit(contact=first, version=1, actor=staff.actor, is_primary=False)

    assert refusal.value.code == "PRIMARY_NEEDED"
    assert Contact.everywhere.get().is_primary


def test_an_account_has_each_email_once_in_whatever_case(staff, account):
    create(staff, account)

    with pytest.raises(Invalid) as refusal:
        create(staff, account, "ELENI@kavala.example")

    assert (refusal.value.field, refusal.value.code) == ("email", "EMAIL_TAKEN")
    assert Contact.everywhere.count() == 1


def test_who_signs_in_with_an_email_keeps_it(staff, reseller):
    contact = reseller.membership.contact

    with pytest.raises(Invalid) as refusal:
        contact_edit(contact=contact, version=None, actor=staff.actor, email="other@example.org")

    assert refusal.value.code == "EMAIL_SIGNS_IN"
    assert Contact.everywhere.get(pk=contact.pk).email == reseller.user.email


def test_a_stale_edit_changes_nothing(staff, account):
    contact = create(staff, account)
    seen = Contact.everywhere.get()
    contact_edit(contact=contact, version=1, actor=staff.actor, phone="210 1")

    with pytest.raises(StaleState):
        contact_edit(contact=seen, version=1, actor=staff.actor, phone="210 2")

    assert Contact.everywhere.get().phone == "210 1"
