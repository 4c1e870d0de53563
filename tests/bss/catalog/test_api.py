"""The catalogue over the API: an organization's token and a reseller's, each with its own prices."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from bss.accounts.models import Account, ApiToken
from bss.accounts.permissions import Permission
from bss.catalog.models import ListPrice, Product
from bss.core import scope
from tests.conftest import Person
from tests.factories.catalog import (
    PriceListFactory,
    ProductTypeFactory,
    make_add_on,
    make_product,
)
from tests.factories.ports import granted

API = "/api/v1"
EVERYTHING = (Permission.CATALOG_VIEW, Permission.CATALOG_EDIT, Permission.COST_VIEW)


@pytest.fixture
def everybody(distributor):
    return PriceListFactory(organization=distributor)


def api(person: Person, *scopes: str, account: Account | None = None) -> APIClient:
    """A client with a token of this person's, for its organization or for `account`."""
    from bss.accounts.services.tokens import token_digest

    text = f"tw_{person.user.pk}_{len(scopes)}_{account.pk if account else 0}"
    ApiToken.everywhere.create(
        organization=person.membership.organization,
        scope=account.scope if account else person.membership.organization.scope,
        name="test",
        digest=token_digest(text),
        prefix=text[:8],
        account=account,
        created_by=person.user,
        scopes=list(map(str, scopes)),
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def test_an_organizations_token_sees_list_prices_and_with_its_scope_costs(
    distributor, staff, everybody
):
    product = make_product(distributor, price_list=everybody)
    add_on = make_add_on(product)

    full = api(staff, *EVERYTHING).get(f"{API}/products/{product.public_id}/").json()
    plain = api(staff, Permission.CATALOG_VIEW).get(f"{API}/products/{product.public_id}/").json()

    price = {"unit": "P1M", "currency": "EUR", "price": "12.0000000000", "is_active": True}
    assert full["prices"] == [{**price, "cost": "8.0000000000"}]
    assert plain["prices"] == [price]
    assert full["add_ons"] == [add_on.public_id]


def test_a_resellers_token_sees_what_its_list_holds_at_its_price(
    distributor, staff, reseller, everybody
):
    product = make_product(distributor, price_list=everybody, rule="discount", percent="25")
    unlisted = make_product(distributor)

    with granted(reseller.account, "api"):
        client = api(reseller, *EVERYTHING, account=reseller.account)
        listed = client.get(f"{API}/products/").json()["results"]
        one = client.get(f"{API}/products/{unlisted.public_id}/")
        types = client.get(f"{API}/product-types/").json()["results"]
        written = client.post(f"{API}/products/", {}, format="json")

    assert [p["id"] for p in listed] == [product.public_id]
    assert listed[0]["prices"] == [
        {"unit": "P1M", "currency": "EUR", "price": "9.0000000000", "payment_plans": []}
    ]
    assert one.status_code == 404
    assert [t["id"] for t in types] == [product.type.public_id]
    assert written.status_code == 403
    assert Product.everywhere.count() == 2


def test_a_resellers_token_sees_its_own_price_lists_alone(distributor, reseller, rival, everybody):
    own = PriceListFactory(organization=distributor, owner=reseller.account)
    foreign = PriceListFactory(organization=distributor, owner=rival.account)

    with granted(reseller.account, "api"):
        client = api(reseller, Permission.CATALOG_VIEW, account=reseller.account)
        found = client.get(f"{API}/price-lists/").json()["results"]
        refused = [client.get(f"{API}/price-lists/{p.public_id}/") for p in (foreign, everybody)]

    assert [p["id"] for p in found] == [own.public_id]
    assert [answer.status_code for answer in refused] == [404, 404]


def test_an_organizations_token_reads_a_price_list_with_its_items(distributor, staff, everybody):
    product = make_product(distributor, price_list=everybody, rule="markup", percent="10")

    found = api(staff, Permission.CATALOG_VIEW).get(f"{API}/price-lists/{everybody.public_id}/")

    assert found.json()["items"] == [
        {"product": product.public_id, "unit": "", "rule": "markup", "percent": "10.0000"}
    ]


def test_a_product_is_created_with_its_prices_and_edited(distributor, staff):
    kind = ProductTypeFactory(organization=distributor)
    client = api(staff, *EVERYTHING)

    made = client.post(
        f"{API}/products/",
        {
            "type": kind.public_id,
            "code": "VM-1",
            "name": "Machine",
            "prices": [{"unit": "P1Y", "currency": "EUR", "price": "120", "cost": "80.5"}],
        },
        format="json",
    )
    edited = client.patch(
        f"{API}/products/{made.json()['id']}/", {"name": "Virtual machine"}, format="json"
    )

    assert made.status_code == 201
    assert edited.json()["name"] == "Virtual machine"
    assert edited.json()["prices"][0]["cost"] == "80.5000000000"
    assert ListPrice.everywhere.get().cost == Decimal("80.5")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"code": "X"}, "name"),
        ({"name": "X", "code": "X", "colour": "red"}, "colour"),
        ({"name": "X", "code": "X", "category": "nowhere"}, "category"),
        ({"name": "X", "code": "X", "characteristics": {"colour": "red"}}, "characteristics"),
        ({"name": "X", "code": "X", "prices": [{"unit": "P9Y"}]}, "prices"),
    ],
)
def test_a_product_that_does_not_fit_is_refused_by_field(distributor, staff, body, field):
    kind = ProductTypeFactory(organization=distributor)

    answer = api(staff, *EVERYTHING).post(
        f"{API}/products/", {"type": kind.public_id, **body}, format="json"
    )

    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert Product.everywhere.count() == 0


def test_a_type_of_another_organization_is_unknown(staff, tenant):
    foreign = ProductTypeFactory(organization=tenant.membership.organization)

    answer = api(staff, *EVERYTHING).post(
        f"{API}/products/", {"type": foreign.public_id, "code": "X", "name": "X"}, format="json"
    )

    assert (answer.status_code, answer.json()["field"]) == (400, "type")


def test_a_stale_edit_over_the_api_changes_nothing(distributor, staff):
    product = make_product(distributor, version=3)

    answer = api(staff, *EVERYTHING).patch(
        f"{API}/products/{product.public_id}/", {"name": "Mine", "version": 2}, format="json"
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "STALE_STATE")
    product.refresh_from_db()
    assert product.name != "Mine"


def test_the_list_costs_the_same_with_twenty_and_with_sixty_products(
    distributor, reseller, everybody, django_assert_max_num_queries
):
    counts = []
    with granted(reseller.account, "api"):
        client = api(reseller, Permission.CATALOG_VIEW, account=reseller.account)
        for more in (20, 40):
            for _ in range(more):
                make_add_on(make_product(distributor, price_list=everybody))
            with scope.activate(None), django_assert_max_num_queries(15) as seen:
                assert client.get(f"{API}/products/?page_size=100").status_code == 200
            counts.append(len(seen))

    # The first call of a token also notes that it was used.
    assert counts[0] - counts[1] in {0, 1}
