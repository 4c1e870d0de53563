"""A reseller set up with Adobe from its account: made once, or linked to the one that is there."""

from __future__ import annotations

import pytest

from bss.accounts.choices import StaffRole
from servicemanager.models import AccountLink
from tests.adobe3yc.conftest import profile
from tests.conftest import person_of_staff
from tests.factories.accounts import AccountFactory, ContactFactory, ResellerFactory, make_staff
from tests.factories.adobe import connected_to, make_adobe


@pytest.fixture
def instance(at_distributor, vip_marketplace):
    return connected_to(make_adobe(at_distributor), vip_marketplace)


@pytest.fixture
def account(reseller):
    found = reseller.account
    values = {"region": "BE", "city": "Berlin", "address_1": "Unter den Linden 1", "country": "DE"}
    for name, value in {**values, "postcode": "10117"}.items():
        setattr(found, name, value)
    found.save()
    ContactFactory(
        account=found, first_name="Donna", last_name="Weber", email="donna@techsolutions.example"
    )
    return found


def set_up(person, account, instance, **values):
    path = f"/portal/customers/{account.public_id}/adobe/"
    return person.client.post(path, {"instance": instance.public_id, **values})


def page_of(person, account):
    return person.client.get(f"/portal/accounts/{account.public_id}/").content.decode()


def test_a_reseller_is_made_at_adobe_once(instance, account, staff, vip_marketplace):
    assert "Adobe does not know this reseller yet" in page_of(staff, account)

    done = set_up(staff, account, instance)

    link = AccountLink.objects.get()
    assert done["Location"] == f"/portal/accounts/{account.public_id}/"
    assert link.external_id in page_of(staff, account)
    assert vip_marketplace.effects("/v3/resellers") == ["created"]
    # Where Adobe knows it there is nothing to set up any more.
    assert set_up(staff, account, instance).status_code == 404
    assert vip_marketplace.effects("/v3/resellers") == ["created"]


def test_one_that_adobe_has_is_linked(instance, account, staff, adobe):
    there = adobe.client.reseller_create(
        adobe.service.distributor, profile("Northwind Cloud"), key=adobe.key()
    )
    set_up(staff, account, instance, adobe_id=there.id)

    assert AccountLink.objects.get().external_id == there.id
    assert adobe.service.effects("/v3/resellers") == ["created"]


def test_one_that_is_another_resellers_is_not_linked(instance, account, staff, adobe, distributor):
    there = adobe.client.reseller_create(
        adobe.service.distributor, profile("Northwind Cloud"), key=adobe.key()
    )
    rival = ResellerFactory(organization=distributor)
    AccountLink.objects.create(
        organization=distributor, scope=rival.scope, instance=instance, account=rival,
        external_id=there.id,
    )  # fmt: skip

    page = set_up(staff, account, instance, adobe_id=there.id)

    assert page.status_code == 409
    assert AccountLink.objects.get().account == rival


def test_what_adobe_would_refuse_of_the_account_is_said_and_nothing_is_made(
    instance, account, staff, vip_marketplace
):
    account.city = ""
    account.save()
    page = set_up(staff, account, instance)

    assert page.status_code == 400
    assert (AccountLink.objects.count(), vip_marketplace.effects("/v3/resellers")) == (0, [])


def test_after_a_refusal_adobe_is_asked_anew(instance, account, staff, vip_marketplace):
    right = instance.settings["distributor_id"]
    instance.settings["distributor_id"] = "1000000009"
    instance.save()
    page = set_up(staff, account, instance)
    assert AccountLink.objects.count() == 0
    assert page.status_code >= 400

    instance.settings["distributor_id"] = right
    instance.save()
    set_up(staff, account, instance)

    assert AccountLink.objects.count() == 1
    assert vip_marketplace.effects("/v3/resellers") == ["created"]


def test_an_answer_that_was_lost_makes_no_second_reseller(
    instance, account, staff, vip_marketplace
):
    vip_marketplace.behave("gateway", times=1, match="POST /v3/resellers")
    set_up(staff, account, instance)
    account.phone = "+49 30 901820"
    account.version += 1
    account.save()

    set_up(staff, account, instance)

    keys = {each["correlation_id"] for each in vip_marketplace.log(path="/v3/resellers")}
    assert (len(keys), AccountLink.objects.count()) == (1, 1)


def test_adobe_down_is_said_in_words(instance, account, staff, vip_marketplace):
    vip_marketplace.behave("unavailable")
    page = set_up(staff, account, instance)

    assert (page.status_code, AccountLink.objects.count()) == (503, 0)
    assert "Adobe cannot be reached now" in page.content.decode()


def test_only_resellers_and_only_by_administrators(instance, account, staff, distributor):
    direct = AccountFactory(organization=distributor)
    sales = person_of_staff(make_staff(distributor, StaffRole.SALES))

    assert set_up(staff, direct, instance).status_code == 404
    assert set_up(sales, account, instance).status_code == 403
    assert "Set up with Adobe" not in page_of(sales, account)
    assert AccountLink.objects.count() == 0
