"""Writes of the catalogue: who changed what, and on a refusal that nothing changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from bss.catalog import selectors, services
from bss.catalog.choices import PriceRule
from bss.catalog.models import (
    AddOn,
    Category,
    Listing,
    ListPrice,
    PriceList,
    PriceListAssignment,
    PriceListItem,
    Product,
    ProductType,
)
from bss.core import history
from bss.core.errors import Invalid, StaleState
from bss.core.fields import FieldSpec
from tests.factories.accounts import AccountFactory
from tests.factories.catalog import (
    CategoryFactory,
    PriceListFactory,
    ProductFactory,
    ProductTypeFactory,
    make_add_on,
    make_product,
)

pytestmark = pytest.mark.usefixtures("at_distributor")


@pytest.fixture
def region_type(distributor):
    specs = [
        FieldSpec("region", "Region", type="choice", choices=(("eu", "Europe"),)),
        FieldSpec("seats", "Seats", type="integer", minimum="1"),
    ]
    return ProductTypeFactory(
        organization=distributor, characteristics=[spec.to_json() for spec in specs]
    )


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def picture(kind="PNG", size=(40, 30)) -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", size, "navy").save(out, kind)
    return SimpleUploadedFile(f"picture.{kind.lower()}", out.getvalue())


def told(subject) -> list[str]:
    return [entry.action for entry in reversed(history.timeline_for(subject))]


# Product types -------------------------------------------------------------------------------------------


def test_staff_create_and_edit_a_product_type(distributor, staff):
    made = services.product_type_create(
        organization=distributor, code="hosting", name="Hosting", actor=staff.actor, max_quantity=5
    )
    services.product_type_edit(
        product_type=made, version=1, actor=staff.actor, vendor="Aurelia", automatic=False
    )

    made.refresh_from_db()
    assert (made.vendor, made.automatic, made.version, made.overridden) == ("Aurelia", False, 2, [])
    assert told(made) == ["product_type.created", "product_type.edited"]


def test_a_stale_edit_changes_nothing(distributor, staff):
    made = ProductTypeFactory(organization=distributor, version=3)

    with pytest.raises(StaleState):
        services.product_type_edit(
            product_type=made, version=2, actor=staff.actor, name="Something else"
        )

    assert ProductType.objects.get().name == made.name
    assert told(made) == []


def test_two_types_of_one_organization_do_not_share_a_code(distributor, staff, tenant):
    services.product_type_create(
        organization=distributor, code="hosting", name="Hosting", actor=staff.actor
    )

    with pytest.raises(Invalid) as refusal:
        services.product_type_create(
            organization=distributor, code="hosting", name="Again", actor=staff.actor
        )

    assert "code" in refusal.value.errors
    services.product_type_create(
        organization=tenant.membership.organization, code="hosting", name="Ours", actor=tenant.actor
    )
    assert ProductType.everywhere.count() == 2


@pytest.mark.parametrize(
    "specs",
    [
        [FieldSpec("Region", "Region")],
        [FieldSpec("region", "")],
        [FieldSpec("region", "Region", type="choice")],
        [FieldSpec("seats", "Seats", type="integer", minimum="5", default="2")],
        [FieldSpec("region", "Region"), FieldSpec("region", "Again")],
        [FieldSpec("region", "Region"), FieldSpec("pin", "PIN", type="secret")],
        [FieldSpec("pin", "PIN", type="secret", audience="staff")],
        [FieldSpec("pin", "PIN", type="secret", audience="hidden")],
    ],
    ids=[
        "code with a capital",
        "no label",
        "choice of nothing",
        "default too small",
        "code twice",
        "secret of buyers",
        "secret of staff",
        "secret of nobody",
    ],
)
def test_characteristics_that_contradict_themselves_are_refused(distributor, staff, specs):
    made = ProductTypeFactory(organization=distributor)

    with pytest.raises(Invalid) as refusal:
        services.product_type_characteristics_set(
            product_type=made, version=1, characteristics=specs, actor=staff.actor
        )

    assert list(refusal.value.errors) == [f"row-{len(specs) - 1}"]
    made.refresh_from_db()
    assert (made.characteristics, made.version) == ([], 1)


# Products ------------------------------------------------------------------------------------------------


def test_a_products_characteristics_are_stored_canonically(distributor, staff, region_type):
    made = services.product_create(
        organization=distributor,
        type=region_type,
        code="vm-1",
        name="Machine",
        actor=staff.actor,
        characteristics={"region": "eu", "seats": "1,200"},
    )

    assert made.characteristics == {"region": "eu", "seats": 1200}
    assert made.vendor == region_type.vendor


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"characteristics": {"region": "moon"}}, "characteristic-region"),
        ({"characteristics": {"colour": "red"}}, "characteristics"),
        ({"tax_country": "Greece"}, "tax_country"),
    ],
)
def test_a_product_with_values_that_do_not_fit_is_refused(
    distributor, staff, region_type, values, field
):
    with pytest.raises(Invalid) as refusal:
        services.product_create(
            organization=distributor,
            type=region_type,
            code="vm-1",
            name="Machine",
            actor=staff.actor,
            **values,
        )

    assert field in refusal.value.errors or refusal.value.field == field
    assert Product.objects.count() == 0


def test_a_product_code_is_taken_whatever_its_case(distributor, staff):
    first = ProductFactory(organization=distributor, code="MAIL-1")
    second = ProductFactory(organization=distributor, code="mail-2")

    with pytest.raises(Invalid) as refusal:
        services.product_edit(product=second, version=1, actor=staff.actor, code="mail-1")

    assert "code" in refusal.value.errors
    second.refresh_from_db()
    assert (second.code, second.version, first.code) == ("mail-2", 1, "MAIL-1")


def test_a_product_takes_no_type_and_no_category_of_another_organization(
    distributor, staff, tenant
):
    foreign = ProductTypeFactory(organization=tenant.membership.organization)
    own = ProductFactory(organization=distributor)
    shelf = CategoryFactory(organization=tenant.membership.organization)

    with pytest.raises(Invalid):
        services.product_create(
            organization=distributor, type=foreign, code="x", name="X", actor=staff.actor
        )
    with pytest.raises(Invalid):
        services.product_edit(product=own, version=1, actor=staff.actor, category=shelf)

    assert Product.objects.get().category is None


def test_a_picture_is_written_anew_small_and_without_metadata(distributor, staff, media):
    made = ProductFactory(organization=distributor)

    services.product_picture_set(
        product=made, upload=picture("JPEG", (3000, 1500)), actor=staff.actor
    )
    made.refresh_from_db()
    first = made.image.name
    with Image.open(made.image.path) as stored:
        assert (stored.format, stored.size) == ("WEBP", (1200, 600))

    assert told(made) == ["product.picture_changed"]
    assert first.endswith(".webp")


@pytest.mark.django_db(transaction=True)
def test_a_picture_that_was_replaced_leaves_no_file_behind(distributor, staff, media):
    made = ProductFactory(organization=distributor)
    services.product_picture_set(product=made, upload=picture(), actor=staff.actor)
    services.product_picture_set(product=made, upload=picture("GIF"), actor=staff.actor)

    assert len(list(media.rglob("*.webp"))) == 1

    services.product_picture_remove(product=made, actor=staff.actor)

    assert list(media.rglob("*.webp")) == []
    assert not Product.objects.get().image


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "PICTURE_UNKNOWN"),
        (b"\x89PNG\r\n\x1a\nnothing", "PICTURE_UNKNOWN"),
        (b"0" * (5 * 1024 * 1024 + 1), "PICTURE_TOO_LARGE"),
    ],
    ids=["svg with a script", "a head without a body", "too many bytes"],
)
def test_what_is_no_picture_is_refused(distributor, staff, media, content, code):
    made = ProductFactory(organization=distributor)

    with pytest.raises(Invalid) as refusal:
        services.product_picture_set(
            product=made, upload=SimpleUploadedFile("p.png", content), actor=staff.actor
        )

    assert refusal.value.code == code
    assert list(media.rglob("*.webp")) == []


def test_a_picture_cut_off_in_the_middle_is_refused(distributor, staff, media):
    made = ProductFactory(organization=distributor)
    whole = picture("JPEG", (500, 500)).read()

    with pytest.raises(Invalid) as refusal:
        services.product_picture_set(
            product=made,
            upload=SimpleUploadedFile("p.jpg", whole[: len(whole) // 2]),
            actor=staff.actor,
        )

    assert refusal.value.code == "PICTURE_DAMAGED"


def test_only_an_add_on_is_added_to_a_product(distributor, staff):
    product = make_product(distributor)
    other = make_product(distributor)

    with pytest.raises(Invalid):
        services.add_on_set(product=product, add_on=other, actor=staff.actor)

    assert AddOn.objects.count() == 0


def test_an_add_on_is_taken_away_and_put_back(distributor, staff):
    product = make_product(distributor)
    add_on = make_add_on(product)

    services.add_on_remove(link=AddOn.objects.get(), actor=staff.actor)
    assert list(selectors.add_ons_of(product)) == []

    services.add_on_set(product=product, add_on=add_on, actor=staff.actor, max_quantity=3)
    assert [link.max_quantity for link in selectors.add_ons_of(product)] == [3]
    assert AddOn.objects.count() == 1


# Categories ----------------------------------------------------------------------------------------------


def test_a_category_gets_its_address_from_its_name(distributor, staff):
    made = services.category_create(
        organization=distributor, name="Backup & Recovery", actor=staff.actor
    )

    assert made.slug == "backup-recovery"


def test_a_category_does_not_stand_below_itself(distributor, staff):
    above = CategoryFactory(organization=distributor)
    below = CategoryFactory(organization=distributor, parent=above)

    with pytest.raises(Invalid):
        services.category_edit(category=above, actor=staff.actor, parent=below)

    assert Category.objects.get(pk=above.pk).parent is None


# Prices --------------------------------------------------------------------------------------------------


def test_a_list_price_is_set_and_changed_and_its_cost_stays_out_of_the_history(distributor, staff):
    product = ProductFactory(organization=distributor)

    for price in ("12", "13"):
        services.list_price_set(
            product=product,
            unit="P1M",
            currency="eur",
            price=Decimal(price),
            cost=Decimal("7.77"),
            actor=staff.actor,
        )

    row = ListPrice.objects.get()
    assert (row.price, row.cost, row.currency, row.overridden) == (
        13,
        Decimal("7.77"),
        "EUR",
        False,
    )
    assert told(product) == ["product.price_set", "product.price_set"]
    assert "7.77" not in str([entry.changes for entry in history.timeline_for(product)])


def test_saving_the_same_price_again_writes_no_history(distributor, staff):
    product = make_product(distributor)

    services.list_price_set(
        product=product, unit="P1M", currency="EUR", price=Decimal(12), actor=staff.actor
    )

    assert told(product) == []
    assert ListPrice.objects.get().cost == 8


@pytest.mark.parametrize(
    "row",
    [
        services.ListPriceRow("P7W", "EUR", Decimal(1)),
        services.ListPriceRow("P1Y", "EUX", Decimal(1)),
        services.ListPriceRow("P1Y", "EUR", Decimal(-1)),
        services.ListPriceRow("P1Y", "EUR", Decimal(1), Decimal(-1)),
        services.ListPriceRow("P1Y", "EUR", Decimal(10) ** 14),
        services.ListPriceRow("P1M", "EUR", Decimal(1)),
    ],
    ids=["unit", "currency", "price below 0", "cost below 0", "too large", "row twice"],
)
def test_one_bad_row_keeps_the_whole_table_as_it_was(distributor, staff, row):
    product = make_product(distributor)
    good = services.ListPriceRow("P1M", "EUR", Decimal(99))

    with pytest.raises(Invalid) as refusal:
        services.list_prices_set(product=product, version=1, rows=[good, row], actor=staff.actor)

    assert list(refusal.value.errors) == ["row-1"]
    assert [(p.unit, p.price) for p in ListPrice.objects.all()] == [("P1M", Decimal(12))]


# Price lists ---------------------------------------------------------------------------------------------


def test_a_second_default_list_of_one_currency_is_refused(distributor, staff):
    PriceListFactory(organization=distributor)

    with pytest.raises(Invalid) as refusal:
        services.price_list_create(
            organization=distributor,
            name="Another",
            currency="EUR",
            valid_from=date(2026, 1, 1),
            is_default=True,
            actor=staff.actor,
        )

    assert "is_default" in refusal.value.errors
    assert PriceList.objects.count() == 1


def test_a_price_list_does_not_end_before_it_begins(distributor, staff):
    with pytest.raises(Invalid) as refusal:
        services.price_list_create(
            organization=distributor,
            name="Spring",
            currency="EUR",
            valid_from=date(2026, 5, 1),
            valid_until=date(2026, 4, 1),
            actor=staff.actor,
        )

    assert "valid_until" in refusal.value.errors


def test_an_item_is_set_changed_and_removed(distributor, staff):
    price_list, product = PriceListFactory(organization=distributor), make_product(distributor)

    services.price_list_item_set(price_list=price_list, product=product, actor=staff.actor)
    item = services.price_list_item_set(
        price_list=price_list,
        product=product,
        rule=PriceRule.DISCOUNT,
        percent=Decimal("12.5"),
        actor=staff.actor,
    )
    assert PriceListItem.objects.get().percent == Decimal("12.5")
    services.price_list_item_remove(item=item, actor=staff.actor)

    assert PriceListItem.objects.count() == 0
    changes = [e.changes[product.name] for e in reversed(history.timeline_for(price_list))]
    assert changes == [
        ["", "List price"],
        ["List price", "Discount on the list price 12.5 %"],
        ["Discount on the list price 12.5 %", ""],
    ]


@pytest.mark.parametrize(
    ("rule", "percent"),
    [("discount", "101"), ("margin", "100"), ("markup", "-1"), ("gift", "1")],
)
def test_a_percentage_beyond_its_rule_is_refused(distributor, staff, rule, percent):
    price_list, product = PriceListFactory(organization=distributor), make_product(distributor)

    with pytest.raises(Invalid):
        services.price_list_item_set(
            price_list=price_list,
            product=product,
            rule=rule,
            percent=Decimal(percent),
            actor=staff.actor,
        )

    assert PriceListItem.objects.count() == 0


def test_many_products_are_added_once(distributor, staff):
    price_list = PriceListFactory(organization=distributor)
    first, second = make_product(distributor, price_list=price_list), make_product(distributor)

    done = services.price_list_items_add(
        price_list=price_list, products=[first, second], actor=staff.actor
    )

    assert done == 1
    assert PriceListItem.objects.count() == 2


def test_an_account_is_given_a_list_and_goes_back_to_the_default(distributor, staff, reseller):
    gold = PriceListFactory(organization=distributor, is_default=False)

    services.price_list_assign(account=reseller.account, price_list=gold, actor=staff.actor)
    assert PriceListAssignment.objects.get().price_list == gold
    services.price_list_assign(account=reseller.account, price_list=None, actor=staff.actor)

    assert PriceListAssignment.objects.count() == 0
    assert told(reseller.account) == ["account.price_list_assigned"] * 2


def test_an_account_gets_only_a_list_of_its_own_seller_in_its_currency(
    distributor, staff, tenant, reseller, rival, customer_account
):
    wrong = [
        PriceListFactory(organization=tenant.membership.organization),
        PriceListFactory(organization=distributor, owner=rival.account),
        PriceListFactory(organization=distributor, currency="USD"),
        PriceListFactory(organization=distributor, is_active=False, is_default=False),
    ]

    for price_list in wrong:
        with pytest.raises(Invalid):
            services.price_list_assign(
                account=reseller.account, price_list=price_list, actor=staff.actor
            )
    with pytest.raises(Invalid):
        services.price_list_assign(
            account=customer_account,
            price_list=PriceListFactory(organization=distributor),
            actor=staff.actor,
        )

    assert PriceListAssignment.objects.count() == 0


def test_only_a_reseller_owns_price_lists(distributor, staff):
    direct = AccountFactory(organization=distributor)

    with pytest.raises(Invalid):
        services.price_list_create(
            organization=distributor,
            owner=direct,
            name="Mine",
            currency="EUR",
            valid_from=date(2026, 1, 1),
            actor=staff.actor,
        )


# Listing -------------------------------------------------------------------------------------------------


def test_a_reseller_hides_a_product_in_its_own_shop_and_nobody_elses(
    distributor, staff, reseller, rival
):
    price_list = PriceListFactory(organization=distributor)
    shown, hidden = (make_product(distributor, price_list=price_list) for _ in range(2))

    services.listing_set(
        reseller=reseller.account, product=hidden, is_listed=False, actor=reseller.actor
    )

    everything = selectors.visible_products(price_list, audience=selectors.CUSTOMERS)
    assert set(everything) == {shown, hidden}
    assert list(selectors.without_unlisted(everything, reseller.account.pk)) == [shown]
    assert set(selectors.without_unlisted(everything, rival.account.pk)) == {shown, hidden}
    assert Listing.objects.count() == 1
