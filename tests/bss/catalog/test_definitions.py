"""A service manager's definition: what it makes, what it leaves to staff, and that twice is once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bss.catalog import services
from bss.catalog.contracts import PriceDefinition, ProductDefinition, TypeDefinition
from bss.catalog.models import AddOn, ListPrice, Product, ProductType
from bss.catalog.services.definitions import BATCH
from bss.core.actor import SYSTEM
from bss.core.errors import Invalid
from bss.core.fields import FieldSpec
from bss.core.models import HistoryEntry

pytestmark = pytest.mark.usefixtures("at_distributor")

MONTHLY = PriceDefinition("P1M", "EUR", Decimal("12.00"), Decimal("8.00"))
SEATS = FieldSpec("region", "Region", type="choice", choices=(("eu", "Europe"), ("us", "America")))


def product(sku: str, **values) -> ProductDefinition:
    return ProductDefinition(
        **{"sku": sku, "name": f"Product {sku}", "prices": (MONTHLY,), **values}
    )


def type_of(*products: ProductDefinition, **values) -> TypeDefinition:
    return TypeDefinition(
        **{
            "external_id": "mail",
            "name": "Mail",
            "vendor": "Aurelia",
            "characteristics": (SEATS,),
            "products": products,
            **values,
        }
    )


@pytest.fixture
def apply(distributor):
    def run(*types: TypeDefinition, managed_by: str = "instance-1", **values):
        return services.definition_apply(
            organization=distributor, managed_by=managed_by, types=types, actor=SYSTEM, **values
        )

    return run


class Watcher:
    def __init__(self) -> None:
        self.steps: list[tuple[str, int | None]] = []
        self.done = 0
        self.warnings: list[str] = []

    def step(self, text: str, *, total: int | None = None) -> None:
        self.steps.append((text, total))

    def advance(self, by: int = 1) -> None:
        self.done += by

    def info(self, text: str) -> None: ...

    def warn(self, text: str) -> None:
        self.warnings.append(text)


def test_the_first_application_makes_types_products_prices_and_add_ons(apply):
    watcher = Watcher()

    result = apply(
        type_of(
            product("basic", characteristics={"region": "eu"}),
            product("archive", kind="add_on", add_on_of=("basic",)),
        ),
        progress=watcher,
    )

    made = ProductType.objects.get()
    assert (made.managed_by, made.external_id, made.vendor) == ("instance-1", "mail", "Aurelia")
    basic = Product.objects.get(external_id="basic")
    assert (basic.code, basic.name, basic.is_active) == ("basic", "Product basic", True)
    assert basic.characteristics == {"region": "eu"}
    assert basic.list_prices.get().price == 12
    link = AddOn.objects.get()
    assert (link.product, link.add_on.external_id) == (basic, "archive")
    assert (result.types_created, result.products_created, result.prices_created) == (1, 2, 2)
    assert result.add_ons_created == 1
    assert (watcher.steps, watcher.done) == ([("Mail", 2)], 2)


def test_applying_the_same_definition_twice_changes_nothing(apply):
    definition = type_of(product("basic"), product("archive", kind="add_on", add_on_of=("basic",)))
    apply(definition)
    entries = HistoryEntry.objects.count()

    result = apply(definition)

    assert not result.changed
    assert result.unchanged == 5
    assert HistoryEntry.objects.count() == entries
    assert (Product.objects.count(), ProductType.objects.count()) == (2, 1)


def test_what_changed_at_the_owner_is_updated(apply):
    apply(type_of(product("basic")))

    result = apply(
        type_of(
            product("basic", name="Mail Basic", prices=(replace(MONTHLY, price=Decimal(13)),)),
            name="Mail and calendar",
        )
    )

    assert Product.objects.get().name == "Mail Basic"
    assert ProductType.objects.get().name == "Mail and calendar"
    assert ListPrice.objects.get().price == 13
    assert (result.types_updated, result.products_updated, result.prices_updated) == (1, 1, 1)


def test_what_staff_renamed_and_repriced_stays(apply, staff):
    apply(type_of(product("basic")))
    basic, kind = Product.objects.get(), ProductType.objects.get()
    services.product_edit(product=basic, version=1, actor=staff.actor, name="Our mail", summary="")
    services.product_type_edit(product_type=kind, version=1, actor=staff.actor, name="Post")
    services.list_price_set(
        product=basic, unit="P1M", currency="EUR", price=Decimal(15), actor=staff.actor
    )

    result = apply(
        type_of(
            product("basic", description="New words", prices=(replace(MONTHLY, cost=Decimal(7)),))
        )
    )

    basic.refresh_from_db()
    assert (basic.name, basic.description) == ("Our mail", "New words")
    # Only what really changed is noted: the summary was empty before.
    assert basic.overridden == ["name"]
    assert ProductType.objects.get().name == "Post"
    price = ListPrice.objects.get()
    assert (price.price, price.cost, price.overridden) == (15, 8, True)
    assert (result.kept, result.prices_updated) == (3, 0)


def test_what_vanished_goes_off_sale_and_comes_back(apply):
    yearly = PriceDefinition("P1Y", "EUR", Decimal(120), Decimal(80))
    full = type_of(
        product("basic", prices=(MONTHLY, yearly)),
        product("pro"),
        product("archive", kind="add_on", add_on_of=("basic",)),
    )
    apply(full)

    result = apply(type_of(product("basic"), product("archive", kind="add_on")))

    assert Product.objects.count() == 3
    assert not Product.objects.get(external_id="pro").is_active
    assert not ListPrice.objects.get(unit="P1Y").is_active
    assert not AddOn.objects.get().is_active
    assert (
        result.products_deactivated, result.prices_deactivated, result.add_ons_deactivated,
    ) == (1, 1, 1)  # fmt: skip

    apply(full)

    assert Product.objects.get(external_id="pro").is_active
    assert ListPrice.objects.get(unit="P1Y").is_active
    assert AddOn.objects.get().is_active


def test_a_type_that_vanished_sells_nothing_any_more(apply):
    watcher = Watcher()
    apply(type_of(product("basic")), type_of(product("phone"), external_id="voice", name="Voice"))

    result = apply(type_of(product("basic")), progress=watcher)

    assert not Product.objects.get(external_id="phone").is_active
    assert Product.objects.get(external_id="basic").is_active
    assert (ProductType.objects.count(), result.products_deactivated) == (2, 1)
    assert watcher.warnings == ["Voice is no longer defined."]


def test_what_staff_took_off_sale_stays_off(apply, staff):
    apply(type_of(product("basic"), product("archive", kind="add_on", add_on_of=("basic",))))
    basic = Product.objects.get(external_id="basic")
    services.product_edit(product=basic, version=1, actor=staff.actor, is_active=False)
    services.add_on_remove(link=AddOn.objects.get(), actor=staff.actor)

    apply(type_of(product("basic"), product("archive", kind="add_on", add_on_of=("basic",))))

    basic.refresh_from_db()
    assert not basic.is_active
    assert not AddOn.objects.get().is_active


def test_an_add_on_that_staff_linked_stays_linked(apply, staff):
    apply(type_of(product("basic"), product("archive", kind="add_on")))
    services.add_on_set(
        product=Product.objects.get(external_id="basic"),
        add_on=Product.objects.get(external_id="archive"),
        actor=staff.actor,
    )

    apply(type_of(product("basic"), product("archive", kind="add_on")))

    assert AddOn.objects.get().is_active


def test_two_owners_with_the_same_ids_do_not_touch_each_other(apply):
    apply(type_of(product("basic")))

    apply(type_of(product("basic", name="Other")), managed_by="instance-2")

    codes = list(Product.objects.order_by("pk").values_list("code", "name"))
    assert codes == [("basic", "Product basic"), ("basic-2", "Other")]
    assert list(ProductType.objects.order_by("pk").values_list("code", flat=True)) == [
        "mail",
        "mail-2",
    ]


def test_more_than_one_batch_is_applied(apply):
    watcher = Watcher()

    apply(type_of(*(product(f"p{n}") for n in range(BATCH + 3))), progress=watcher)

    assert (Product.objects.count(), watcher.done) == (BATCH + 3, BATCH + 3)


@pytest.mark.parametrize(
    "broken",
    [
        [type_of(product("basic")), type_of(product("pro"))],
        [type_of(product("basic"), product("basic"))],
        [type_of(product("basic")), type_of(product("basic"), external_id="voice")],
        [type_of(product("basic"), external_id="")],
        [type_of(product("basic", prices=(replace(MONTHLY, unit="P7W"),)))],
        [type_of(product("basic", prices=(replace(MONTHLY, currency="EUX"),)))],
        [type_of(product("basic"), characteristics=[FieldSpec("pin", "PIN", "secret")])],
    ],
    ids=[
        "type twice",
        "sku twice",
        "sku in two types",
        "no id",
        "unknown unit",
        "unknown currency",
        "a secret",
    ],
)
def test_a_definition_that_contradicts_itself_writes_nothing(apply, broken):
    with pytest.raises(Invalid):
        apply(*broken)

    assert ProductType.objects.count() == Product.objects.count() == 0
