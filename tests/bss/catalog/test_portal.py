"""The catalogue's screens: staff work with them, a reader only reads, another tenant sees nothing of them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bss.accounts.choices import StaffRole
from bss.catalog.choices import ProductKind
from bss.catalog.models import (
    AddOn,
    Category,
    ListPrice,
    PriceList,
    PriceListAssignment,
    PriceListItem,
    Product,
    ProductType,
)
from bss.core import scope
from bss.core.fields import FieldSpec
from tests.conftest import person_of_staff
from tests.factories.accounts import make_staff
from tests.factories.catalog import (
    CategoryFactory,
    PriceListFactory,
    ProductFactory,
    ProductTypeFactory,
    assign,
    make_add_on,
    make_product,
)

PORTAL = "/portal"


@pytest.fixture
def reader(distributor):
    """Staff that reads everything but costs, and changes nothing."""
    return person_of_staff(make_staff(distributor, StaffRole.READ_ONLY))


@pytest.fixture(autouse=True)
def _scope(at_distributor):
    """The tests look at rows themselves."""


@pytest.fixture
def price_list(distributor):
    return PriceListFactory(organization=distributor, name="Everybody")


def pages_of(distributor, price_list, reseller) -> list[str]:
    """Every page of the catalogue, each with something on it."""
    shelf = CategoryFactory(organization=distributor)
    product = make_product(distributor, price_list=price_list, category=shelf)
    make_add_on(product)
    assign(reseller.account, price_list)
    item = price_list.items.get()
    link = AddOn.objects.get()
    kind = f"/product-types/{product.type.public_id}/"
    own = f"/products/{product.public_id}/"
    listed = f"/price-lists/{price_list.public_id}/"
    return [
        "/product-types/", "/product-types/new/", kind, f"{kind}edit/", f"{kind}characteristics/",
        "/products/", "/products/new/", f"/products/new/?type={product.type.public_id}",
        own, f"{own}?tab=prices", f"{own}?tab=add_ons", f"{own}?tab=lists",
        f"{own}edit/", f"{own}prices/", f"{own}picture/", f"{own}add-ons/new/",
        f"{own}add-ons/{link.pk}/remove/",
        "/categories/", "/categories/new/", f"/categories/{shelf.slug}/edit/",
        "/price-lists/", "/price-lists/new/", listed, f"{listed}?tab=accounts", f"{listed}edit/",
        f"{listed}rule/", f"{listed}items/new/", f"{listed}items/{item.pk}/",
        f"{listed}items/{item.pk}/remove/", f"{listed}accounts/new/",
        f"/accounts/{reseller.account.public_id}/price-list/",
    ]  # fmt: skip


def test_every_page_opens_for_staff(distributor, staff, price_list, reseller):
    for page in pages_of(distributor, price_list, reseller):
        assert staff.client.get(f"{PORTAL}{page}").status_code == 200, page


def test_a_reader_opens_lists_and_records_and_nothing_that_writes(
    distributor, reader, price_list, reseller
):
    writes = re.compile(
        r"/(new|edit|characteristics|prices|picture|remove|rule|price-list)/|items/\d"
    )

    for page in pages_of(distributor, price_list, reseller):
        answer = reader.client.get(f"{PORTAL}{page}")
        assert answer.status_code == (403 if writes.search(page) else 200), page


def test_another_tenant_finds_none_of_the_records(distributor, tenant, price_list, reseller):
    for page in pages_of(distributor, price_list, reseller):
        answer = tenant.client.get(f"{PORTAL}{page}")
        if re.search(r"/[23456789bcdfghjkmnpqrstvwxz]{14}/|shelf-|type=", page):
            assert answer.status_code == 404, page
        else:
            assert b"Mailbox" not in answer.content, page


def test_anonymous_people_are_sent_to_sign_in(client, distributor, price_list, reseller):
    for page in pages_of(distributor, price_list, reseller):
        answer = client.get(f"{PORTAL}{page}")
        assert answer.status_code == 302, page
        assert "/account/login/" in answer["Location"]


def test_cost_and_margin_are_for_those_who_may_see_them(distributor, staff, reader, price_list):
    product = make_product(
        distributor,
        price_list=price_list,
        prices={"P1M": ("12.34", "7.89")},
        rule="markup",
        percent="25",
    )
    pages = [
        f"/products/{product.public_id}/?tab=prices",
        f"/products/{product.public_id}/?tab=lists",
        f"/price-lists/{price_list.public_id}/",
    ]

    seen = [staff.client.get(f"{PORTAL}{page}").content.decode() for page in pages]
    hidden = [reader.client.get(f"{PORTAL}{page}").content.decode() for page in pages]

    assert "7.89" in seen[0]
    assert "Cost 7.89, mark-up 25 %" in seen[1]
    assert "20.0 %" in seen[2]
    for html in hidden:
        assert "7.89" not in html
        assert "Margin" not in html
    assert "9.86" in hidden[2]


def test_staff_create_a_product_of_a_type(distributor, staff):
    kind = ProductTypeFactory(
        organization=distributor,
        characteristics=[
            FieldSpec("region", "Region", type="choice", choices=(("eu", "Europe"),)).to_json(),
            FieldSpec("secret", "Secret", audience="hidden").to_json(),
        ],
    )

    first = staff.client.post(f"{PORTAL}/products/new/", {"type": kind.public_id})
    assert first["Location"].endswith(f"?type={kind.public_id}")
    answer = staff.client.post(
        first["Location"],
        {
            "name": "Virtual machine",
            "code": "VM-1",
            "kind": "primary",
            "tax_class": "standard",
            "is_active": "on",
            "characteristic-region": "eu",
        },
    )

    made = Product.objects.get()
    assert answer["Location"] == f"{PORTAL}/products/{made.public_id}/"
    assert (made.type, made.characteristics, made.taxable) == (kind, {"region": "eu"}, False)


def test_hidden_characteristics_survive_an_edit(distributor, staff):
    kind = ProductTypeFactory(
        organization=distributor,
        characteristics=[
            FieldSpec("region", "Region").to_json(),
            FieldSpec("sku", "SKU", audience="hidden").to_json(),
        ],
    )
    product = ProductFactory(
        organization=distributor, type=kind, characteristics={"region": "eu", "sku": "X-1"}
    )

    staff.client.post(
        f"{PORTAL}/products/{product.public_id}/edit/",
        {
            "name": "Renamed",
            "code": product.code,
            "kind": "primary",
            "tax_class": "standard",
            "characteristic-region": "us",
        },
    )

    product.refresh_from_db()
    assert (product.name, product.characteristics) == ("Renamed", {"region": "us", "sku": "X-1"})


def test_a_taken_code_is_told_on_its_field_and_the_input_is_kept(distributor, staff):
    ProductFactory(organization=distributor, code="VM-1")
    other = ProductFactory(organization=distributor, code="VM-2")

    answer = staff.client.post(
        f"{PORTAL}/products/{other.public_id}/edit/",
        {"name": "New name", "code": "vm-1", "kind": "primary", "tax_class": "standard"},
    )

    html = answer.content.decode()
    assert answer.status_code == 400
    assert "Another product has this code." in html
    assert 'value="New name"' in html
    other.refresh_from_db()
    assert other.code == "VM-2"


def test_an_edit_of_what_somebody_else_changed_is_told_first(distributor, staff):
    product = ProductFactory(organization=distributor, version=4)
    data = {"name": "Mine", "code": product.code, "kind": "primary", "tax_class": "standard"}

    answer = staff.client.post(
        f"{PORTAL}/products/{product.public_id}/edit/", {**data, "version": "3"}
    )

    assert answer.status_code == 400
    assert "Somebody changed this record" in answer.content.decode()
    product.refresh_from_db()
    assert product.name != "Mine"


def rows(*filled: dict[str, str], initial: int = 0) -> dict[str, str]:
    """A formset's POST: the filled rows and one blank one."""
    data = {
        "rows-TOTAL_FORMS": str(len(filled) + 1),
        "rows-INITIAL_FORMS": str(initial),
        f"rows-{len(filled)}-currency": "EUR",
    }
    for index, row in enumerate(filled):
        data |= {f"rows-{index}-{name}": value for name, value in row.items()}
    return data


def test_staff_set_list_prices_in_a_table(distributor, staff):
    product = make_product(distributor)

    answer = staff.client.post(
        f"{PORTAL}/products/{product.public_id}/prices/",
        rows(
            {"unit": "P1M", "currency": "EUR", "price": "13.50", "cost": "9", "is_active": "on"},
            {"unit": "P1Y", "currency": "eur", "price": "1,350", "cost": "900"},
            initial=1,
        ),
    )

    assert answer.status_code == 302
    found = {p.unit: (p.price, p.cost, p.is_active) for p in ListPrice.objects.all()}
    assert found == {
        "P1M": (Decimal("13.5"), Decimal(9), True),
        "P1Y": (Decimal(1350), Decimal(900), False),
    }


def test_a_bad_row_of_the_price_table_is_told_at_the_row(distributor, staff):
    product = make_product(distributor)

    answer = staff.client.post(
        f"{PORTAL}/products/{product.public_id}/prices/",
        rows(
            {"unit": "P1M", "currency": "EUR", "price": "99", "cost": "9"},
            {"unit": "P1Y", "currency": "EUX", "price": "12", "cost": "1"},
            initial=1,
        ),
    )

    assert answer.status_code == 400
    assert "This currency does not exist." in answer.content.decode()
    assert ListPrice.objects.get().price == 12


def test_staff_edit_characteristics_as_rows_in_their_order(distributor, staff):
    kind = ProductTypeFactory(
        organization=distributor, characteristics=[FieldSpec("old", "Old").to_json()]
    )
    base = {"type": "text", "audience": "buyer"}

    answer = staff.client.post(
        f"{PORTAL}/product-types/{kind.public_id}/characteristics/",
        rows(
            {**base, "code": "old", "label": "Old", "DELETE": "on"},
            {
                **base,
                "code": "seats",
                "label": "Seats",
                "type": "integer",
                "minimum": "1",
                "ORDER": "2",
            },
            {
                **base,
                "code": "region",
                "label": "Region",
                "type": "choice",
                "choices": "eu | Europe\nus",
                "required": "on",
                "ORDER": "1",
            },
            initial=1,
        ),
    )

    assert answer.status_code == 302, answer.content.decode()
    kind.refresh_from_db()
    region, seats = (FieldSpec.from_json(item) for item in kind.characteristics)
    assert (region.code, region.required) == ("region", True)
    assert region.choices == (("eu", "Europe"), ("us", "us"))
    assert (seats.code, seats.type, seats.minimum) == ("seats", "integer", "1")


def test_a_choice_without_values_is_told_at_its_row(distributor, staff):
    kind = ProductTypeFactory(organization=distributor)

    answer = staff.client.post(
        f"{PORTAL}/product-types/{kind.public_id}/characteristics/",
        rows({"code": "region", "label": "Region", "type": "choice", "audience": "buyer"}),
    )

    assert answer.status_code == 400
    assert "A choice needs at least one value." in answer.content.decode()
    kind.refresh_from_db()
    assert kind.characteristics == []


def test_a_secret_is_offered_only_where_there_is_one_already(distributor, staff):
    pin = FieldSpec("pin", "PIN", "secret").to_json()
    old = ProductTypeFactory(organization=distributor, characteristics=[pin])
    new = ProductTypeFactory(organization=distributor)

    pages = [
        staff.client.get(f"{PORTAL}/product-types/{kind.public_id}/characteristics/")
        for kind in (old, new)
    ]
    kept = staff.client.post(
        f"{PORTAL}/product-types/{old.public_id}/characteristics/",
        rows(
            {"code": "pin", "label": "PIN", "type": "secret", "audience": "buyer"},
            initial=1,
        ),
    )

    offered = [page.content.decode().count('<option value="secret"') for page in pages]
    assert offered == [1, 0]
    assert '<option value="secret" selected' in pages[0].content.decode()
    assert kept.status_code == 400
    assert "PIN would be a secret." in kept.content.decode()


def test_a_picture_that_is_none_is_told_on_its_field(distributor, staff, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    product = ProductFactory(organization=distributor)

    answer = staff.client.post(
        f"{PORTAL}/products/{product.public_id}/picture/",
        {"image": SimpleUploadedFile("x.png", b"<script>")},
    )

    assert answer.status_code == 400
    assert "Choose a PNG, JPEG, WebP or GIF file." in answer.content.decode()
    assert not Product.objects.get().image


def test_staff_make_a_price_list_fill_it_and_set_a_rule(distributor, staff):
    product = make_product(distributor)
    staff.client.post(
        f"{PORTAL}/price-lists/new/",
        {"name": "Gold", "currency": "EUR", "valid_from": "2026-01-01", "is_active": "on"},
    )
    made = PriceList.objects.get()
    own = f"{PORTAL}/price-lists/{made.public_id}"

    staff.client.post(f"{own}/items/new/", {"bulk": "add", "ids": [product.public_id]})
    item = PriceListItem.objects.get()
    assert (item.rule, item.product) == ("list", product)
    staff.client.post(
        f"{own}/items/{item.pk}/", {"unit": "", "rule": "discount", "percent": "12.5"}
    )
    item.refresh_from_db()
    assert (item.rule, item.percent) == ("discount", Decimal("12.5"))
    page = staff.client.get(f"{own}/").content.decode()
    assert "10.50" in page
    staff.client.post(f"{own}/items/{item.pk}/remove/")
    assert PriceListItem.objects.count() == 0
    assert made.valid_from == date(2026, 1, 1)


def test_an_item_without_a_price_in_the_lists_currency_asks_for_attention(
    distributor, staff, price_list
):
    ListPrice.objects.all().delete()
    product = make_product(distributor, price_list=price_list)
    ListPrice.objects.filter(product=product).update(currency="USD")

    page = staff.client.get(f"{PORTAL}/price-lists/{price_list.public_id}/").content.decode()

    assert "No price in EUR" in page


def test_staff_assign_a_list_from_both_ends(distributor, staff, reseller, rival, price_list):
    gold = PriceListFactory(organization=distributor, name="Gold", is_default=False)

    staff.client.post(
        f"{PORTAL}/accounts/{reseller.account.public_id}/price-list/",
        {"price_list": gold.public_id},
    )
    staff.client.post(
        f"{PORTAL}/price-lists/{gold.public_id}/accounts/new/", {"account": rival.account.number}
    )
    unknown = staff.client.post(
        f"{PORTAL}/price-lists/{gold.public_id}/accounts/new/", {"account": "Nobody Ltd"}
    )

    assert PriceListAssignment.objects.filter(price_list=gold).count() == 2
    assert unknown.status_code == 400
    assert "No account has this number or name." in unknown.content.decode()


def test_an_account_cannot_be_given_another_organizations_list(staff, tenant, reseller, price_list):
    foreign = PriceListFactory(organization=tenant.membership.organization)

    answer = staff.client.post(
        f"{PORTAL}/accounts/{reseller.account.public_id}/price-list/",
        {"price_list": foreign.public_id},
    )

    assert answer.status_code == 400
    assert PriceListAssignment.objects.count() == 0


def test_staff_offer_and_take_away_an_add_on(distributor, staff):
    product = make_product(distributor)
    add_on = make_product(distributor, kind=ProductKind.ADD_ON)
    own = f"{PORTAL}/products/{product.public_id}"

    staff.client.post(f"{own}/add-ons/new/", {"add_on": add_on.public_id, "max_quantity": "2"})
    link = AddOn.objects.get()
    assert (link.add_on, link.max_quantity) == (add_on, 2)
    staff.client.post(f"{own}/add-ons/{link.pk}/remove/")

    link.refresh_from_db()
    assert not link.is_active


def test_staff_make_and_move_a_category(distributor, staff):
    above = CategoryFactory(organization=distributor, name="Work")

    staff.client.post(f"{PORTAL}/categories/new/", {"name": "Mail & calendar", "position": "3"})
    made = Category.objects.get(slug="mail-calendar")
    staff.client.post(
        f"{PORTAL}/categories/{made.slug}/edit/",
        {"name": "Mail", "slug": "", "position": "1", "parent": above.pk},
    )

    made.refresh_from_db()
    assert (made.name, made.slug, made.parent, made.position) == ("Mail", "mail-calendar", above, 1)


def test_a_product_type_is_made_and_its_managed_edit_noted(distributor, staff):
    data = {"name": "Hosting", "code": "hosting", "audience": "customer", "automatic": "on"}
    staff.client.post(f"{PORTAL}/product-types/new/", data)
    made = ProductType.objects.get()
    assert (made.audience, made.automatic, made.cancellable) == ("customer", True, False)
    ProductType.objects.update(managed_by="instance", external_id="hosting")

    staff.client.post(
        f"{PORTAL}/product-types/{made.public_id}/edit/", {**data, "name": "Our hosting"}
    )

    made.refresh_from_db()
    assert made.overridden == ["name"]


@pytest.mark.parametrize(
    "address", ["/products/", "/product-types/", "/price-lists/", "/categories/"]
)
def test_a_list_costs_the_same_whatever_its_rows(
    distributor, staff, address, django_assert_max_num_queries
):
    def fill(count: int) -> None:
        for _ in range(count):
            shelf = CategoryFactory(organization=distributor)
            make_product(
                distributor,
                category=shelf,
                price_list=PriceListFactory(organization=distributor, is_default=False),
            )

    counts: list[int] = []
    staff.client.get(f"{PORTAL}{address}")
    for more in (60, 60):
        fill(more)
        with scope.activate(None), django_assert_max_num_queries(15) as seen:
            assert staff.client.get(f"{PORTAL}{address}").status_code == 200
        counts.append(len(seen))

    assert counts[0] == counts[1]


def test_a_record_costs_the_same_whatever_hangs_on_it(
    distributor, staff, price_list, django_assert_max_num_queries
):
    product = make_product(distributor, price_list=price_list)
    pages = (f"/price-lists/{price_list.public_id}/", f"/products/{product.public_id}/?tab=add_ons")
    staff.client.get(f"{PORTAL}{pages[0]}")
    counts: list[list[int]] = []
    for more in (19, 40):
        for _ in range(more):
            make_add_on(product, price_list=price_list)
        counts.append([])
        for page in pages:
            with scope.activate(None), django_assert_max_num_queries(15) as seen:
                assert staff.client.get(f"{PORTAL}{page}").status_code == 200
            counts[-1].append(len(seen))

    assert counts[0] == counts[1]
