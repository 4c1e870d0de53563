"""Which address is whose: hosts, aliases, closed doors, and sessions that open one surface alone."""

from __future__ import annotations

import pytest
from django.test import Client

from bss.accounts.choices import StorefrontState
from bss.accounts.models import Storefront
from bss.accounts.services import storefront_close
from bss.core import scope
from tests.conftest import person_of_account
from tests.factories.accounts import PASSWORD, AccountFactory
from tests.factories.orders import default_list, make_product

pytestmark = [pytest.mark.scenario, pytest.mark.django_db]
TENANT = {"host": "nordhaven.localhost"}


@pytest.fixture(autouse=True)
def _any_host(settings):
    """In production the operator lists the hosts; which of them is a shop's is this test's question."""
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture
def own_shop(reseller, distributor):
    return Storefront.everywhere.create(
        organization=distributor,
        owner=reseller.account,
        alias="techsolutions",
        name="Techsolutions",
    )


@pytest.fixture
def customer(customer_account, own_shop):
    return person_of_account(customer_account, own_shop)


@pytest.fixture
def tenant_shop(tenant):
    return Storefront.everywhere.get(host="nordhaven.localhost")


def sign_in(prefix, email, password, **extra):
    client = Client()
    answer = client.post(
        f"{prefix}/account/login/", {"login": email, "password": password}, **extra
    )
    return client, answer


def complaint(answer) -> list[str]:
    """What the sign-in form says is wrong."""
    return [str(text) for texts in answer.context["form"].errors.values() for text in texts]


@pytest.mark.parametrize("prefix", ["", "/portal"])
def test_a_resellers_customer_is_nobody_at_the_distributor(customer, shop, prefix):
    email = customer.user.email
    client, right = sign_in(prefix, email, PASSWORD)
    _client, wrong = sign_in(prefix, email, "not the password")

    assert right.status_code == wrong.status_code == 200
    assert complaint(right) == complaint(wrong) != []
    assert "_auth_user_id" not in client.session
    assert client.get(f"{prefix}/account/password/change/").status_code == 302


def test_the_customer_signs_in_at_its_resellers_shop(customer, shop):
    client, answer = sign_in("/techsolutions", customer.user.email, PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/techsolutions/")
    assert client.get("/techsolutions/my-account/").status_code == 200


def test_a_session_of_one_surface_is_nothing_at_any_other(
    staff, reseller, customer, shop, own_shop, tenant_shop
):
    """Even when somebody copies the cookie's value under the other surface's name."""
    surfaces = {
        "tw_portal": "/portal/orders/",
        f"tw_shop_{shop.pk}": "/my-account/",
        f"tw_shop_{own_shop.pk}": "/techsolutions/my-account/",
    }
    owners = dict(zip(surfaces, (staff, reseller, customer), strict=True))
    for mine, person in owners.items():
        session = person.client.cookies[mine].value
        assert person.client.get(surfaces[mine]).status_code == 200, mine
        for name, page in surfaces.items():
            thief = Client()
            thief.cookies[name] = session
            assert thief.get(page).status_code == (200 if name == mine else 302), (mine, name)
        at_tenant = Client()
        at_tenant.cookies[f"tw_shop_{tenant_shop.pk}"] = session
        assert at_tenant.get("/my-account/", headers=TENANT).status_code == 302, mine


@pytest.mark.parametrize(
    "path", ["/", "/catalog/", "/about/", "/account/login/", "/basket/", "/my-account/", "/nowhere/", "/plans/"]
)  # fmt: skip
def test_a_closed_storefront_answers_one_page_and_names_nobody(
    distributor, staff, customer, own_shop, path
):
    with scope.activate(distributor.scope):
        storefront_close(storefront=own_shop, actor=staff.actor, reason="Plan ended")
    for client in (Client(), customer.client, staff.client):
        answer = client.get(f"/techsolutions{path}")
        assert answer.status_code == 404
        text = answer.content.decode()
        assert "Meridian" not in text
        assert distributor.support_email not in text
        assert "Plan ended" not in text
    assert Client().post(f"/techsolutions{path}").status_code == 404


def test_a_closed_storefront_leaves_every_other_open(distributor, staff, own_shop, client):
    with scope.activate(distributor.scope):
        storefront_close(storefront=own_shop, actor=staff.actor, reason="")
    assert Storefront.everywhere.get(pk=own_shop.pk).state == StorefrontState.CLOSED
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("alias", ["TECHSOLUTIONS", "TechSolutions"])
def test_an_alias_is_found_in_whatever_case(client, own_shop, alias):
    answer = client.get(f"/{alias}/", follow=True)
    assert answer.status_code == 200
    assert "Techsolutions" in answer.content.decode()


def test_an_alias_that_nobody_has_is_a_page_that_does_not_exist(client, own_shop):
    assert client.get("/bluepeak/").status_code == 404


def test_an_unknown_host_has_no_shop(client, tenant_shop):
    """Where every shop has a host of its own, a host that none has is nothing."""
    Storefront.everywhere.exclude(pk=tenant_shop.pk).update(host="shop.meridian.example")
    answer = client.get("/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 404
    for name in ("Meridian", "Nordhaven"):
        assert name not in answer.content.decode()


def test_an_alias_of_the_distributor_is_nothing_at_the_tenants_host(client, own_shop, tenant_shop):
    assert client.get("/techsolutions/").status_code == 200
    answer = client.get("/techsolutions/", headers=TENANT)
    assert answer.status_code == 404
    assert "Techsolutions" not in answer.content.decode()


def test_each_organizations_shop_lists_its_own_products_alone(
    client, distributor, tenant, tenant_shop
):
    organization = tenant.membership.organization
    ours = make_product(distributor, name="Meridian mailbox")
    theirs = make_product(organization, name="Nordic archive")
    assert default_list(organization) != default_list(distributor)

    here = client.get("/catalog/").content.decode()
    there = client.get("/catalog/", headers=TENANT).content.decode()

    assert "Meridian mailbox" in here
    assert "Nordic archive" not in here
    assert "Nordic archive" in there
    assert "Meridian mailbox" not in there
    for product, headers in ((ours, TENANT), (theirs, {})):
        assert client.get(f"/products/{product.public_id}/", headers=headers).status_code == 404


def test_a_tenants_customer_is_nobody_at_the_distributors_shop(tenant, tenant_shop, shop):
    account = AccountFactory(organization=tenant.membership.organization)
    person = person_of_account(account, tenant_shop)
    _client, there = sign_in("", person.user.email, PASSWORD, headers=TENANT)
    client, here = sign_in("", person.user.email, PASSWORD)

    assert there.status_code == 302
    assert here.status_code == 200
    assert "_auth_user_id" not in client.session
