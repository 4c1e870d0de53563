"""Every portal screen of accounts answers, for those who may see it and for nobody else."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories.accounts import ContactFactory

PAGES = [
    "list", "create", "imports", "import_create", "organizations", "tenant_create", "staff", "staff_invite",
    "payment_methods", "payment_method_create", "tokens", "token_create",
]  # fmt: skip


def url(name: str, *args: object) -> str:
    return "/portal" + reverse(f"accounts:{name}", urlconf="config.urls_portal", args=args)


@pytest.mark.parametrize("name", PAGES)
def test_staff_opens_every_page(staff, name):
    response = staff.client.get(url(name))
    assert response.status_code == 200


@pytest.mark.parametrize("tab", ["overview", "customers", "contacts", "users"])
def test_staff_opens_every_tab_of_a_reseller(staff, reseller, customer_account, tab):
    response = staff.client.get(url("detail", reseller.account.public_id), {"tab": tab})
    assert response.status_code == 200
    assert "Techsolutions" in response.content.decode()


@pytest.mark.parametrize("name", ["detail", "edit", "contact_create"])
def test_staff_opens_the_pages_of_an_account(staff, customer_account, name):
    assert staff.client.get(url(name, customer_account.public_id)).status_code == 200


def test_staff_opens_the_pages_of_people(staff, reseller):
    contact = ContactFactory(account=reseller.account)
    assert staff.client.get(url("contact_edit", contact.public_id)).status_code == 200
    assert staff.client.get(url("user_invite", contact.public_id)).status_code == 200
    assert staff.client.get(url("user_edit", reseller.membership.public_id)).status_code == 200
    assert staff.client.get(url("staff_edit", staff.membership.public_id)).status_code == 200


def test_nobody_in_particular_is_sent_to_the_sign_in_page(client, distributor):
    for name in PAGES:
        response = client.get(url(name))
        assert response.status_code == 302
        assert response["Location"].startswith("/portal/account/login/")
