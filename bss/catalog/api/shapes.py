"""What the catalogue's resources look like: what comes out and what goes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from bss.catalog.choices import PriceRule, ProductAudience, ProductKind, Unit
from bss.catalog.models import Product, ProductType


class UnitPriceField(serializers.DecimalField):
    """A net price of one unit, ten decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=24, decimal_places=10, **kwargs)


class Strict(serializers.Serializer[Any]):
    """Refuses a field nobody knows: a mistyped name would otherwise look as if it had been stored."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = {n: [_("There is no such field.")] for n in data if n not in self.fields}
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


class CharacteristicOut(serializers.Serializer[Any]):
    """What a product of a type fixes, or its buyer is asked."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the metaclass takes it off the class
    type = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    choices = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class ProductTypeOut(serializers.Serializer[Any]):
    """The definition of a service."""

    id = serializers.CharField(source="public_id")
    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    vendor = serializers.CharField()
    audience = serializers.ChoiceField(choices=ProductAudience.choices)
    max_quantity = serializers.IntegerField(allow_null=True)
    one_per_account = serializers.BooleanField()
    characteristics = serializers.SerializerMethodField()

    def get_characteristics(self, product_type: ProductType) -> list[dict[str, Any]]:
        seen = {"buyer", "staff"} if self.context.get("is_organization") else {"buyer"}
        specs = [s for s in product_type.characteristics if s.get("audience", "buyer") in seen]
        return list(CharacteristicOut(specs, many=True).data)


class PaymentPlanOut(serializers.Serializer[Any]):
    """One unit paid in `count` installments: all of `regular` but the last, adding up to `total`. Net."""

    code = serializers.CharField(help_text="Send it as `payment_plan` when ordering.")
    frequency = serializers.CharField()
    count = serializers.IntegerField()
    price = UnitPriceField(help_text="Of one unit, with the account's extra charge.")
    total = serializers.DecimalField(max_digits=20, decimal_places=None)
    regular = serializers.DecimalField(max_digits=20, decimal_places=None)
    last = serializers.DecimalField(max_digits=20, decimal_places=None)


class PriceOut(serializers.Serializer[Any]):
    """What one unit costs the caller, net. Organizations' tokens get the list price."""

    unit = serializers.ChoiceField(choices=Unit.choices)
    currency = serializers.CharField()
    price = UnitPriceField()
    cost = UnitPriceField(
        required=False, help_text="Only for an organization's token with cost.view."
    )
    is_active = serializers.BooleanField(
        required=False, help_text="Only for an organization's token."
    )
    payment_plans = PaymentPlanOut(
        many=True, required=False, help_text="Only for an account's token."
    )


class ProductOut(serializers.Serializer[Any]):
    """A product or add-on."""

    id = serializers.CharField(source="public_id")
    type = serializers.CharField(source="type.public_id", help_text="The product type's id.")
    kind = serializers.ChoiceField(choices=ProductKind.choices)
    code = serializers.CharField()
    name = serializers.CharField()
    summary = serializers.CharField()
    description = serializers.CharField()
    vendor = serializers.CharField()
    category = serializers.CharField(source="category.slug", default=None, allow_null=True)
    industries = serializers.SerializerMethodField(help_text="Slugs.")
    is_active = serializers.BooleanField()
    taxable = serializers.BooleanField()
    tax_country = serializers.CharField()
    tax_class = serializers.CharField()
    add_ons = serializers.SerializerMethodField(help_text="Ids of what may be bought with it.")
    prices = serializers.SerializerMethodField()
    version = serializers.IntegerField(help_text="Send it with a change to be told of another's.")

    def get_add_ons(self, product: Product) -> list[str]:
        return [link.add_on.public_id for link in product.add_ons.all()]

    def get_industries(self, product: Product) -> list[str]:
        return [industry.slug for industry in product.industries.all()]

    def get_prices(self, product: Product) -> list[dict[str, Any]]:
        found: Sequence[Any] = self.context["prices"].get(product.pk, ())
        data = [dict(PriceOut(price).data) for price in found]
        if not self.context.get("shows_cost"):
            for price in data:
                price.pop("cost", None)
        return data


class PriceIn(Strict):
    """A list price to set. `cost` left out stays as it is."""

    unit = serializers.ChoiceField(choices=Unit.choices)
    currency = serializers.CharField(max_length=3)
    price = UnitPriceField(min_value=0)
    cost = UnitPriceField(min_value=0, required=False)
    is_active = serializers.BooleanField(required=False, default=True)


class ProductChanges(Strict):
    """What of a product can be changed. Each field may be left out."""

    code = serializers.CharField(max_length=80, required=False)
    name = serializers.CharField(max_length=200, required=False)
    kind = serializers.ChoiceField(choices=ProductKind.choices, required=False)
    summary = serializers.CharField(max_length=300, required=False, allow_blank=True)
    description = serializers.CharField(required=False, allow_blank=True)
    vendor = serializers.CharField(max_length=100, required=False, allow_blank=True)
    category = serializers.CharField(required=False, allow_null=True, help_text="Its slug.")
    industries = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Their slugs; all of them."
    )
    is_active = serializers.BooleanField(required=False)
    is_featured = serializers.BooleanField(required=False)
    is_promoted = serializers.BooleanField(required=False)
    taxable = serializers.BooleanField(required=False)
    tax_country = serializers.CharField(max_length=2, required=False, allow_blank=True)
    tax_class = serializers.CharField(max_length=30, required=False)
    characteristics = serializers.DictField(
        required=False, help_text="Code to value; numbers as JSON numbers."
    )
    prices = PriceIn(many=True, required=False)


class ProductCreate(ProductChanges):
    """A new product."""

    type = serializers.CharField(help_text="The product type's id.")
    code = serializers.CharField(max_length=80)
    name = serializers.CharField(max_length=200)


class ProductEdit(ProductChanges):
    """Changes of a product; with `version`, refused when somebody else changed it meanwhile."""

    version = serializers.IntegerField(required=False)


class PriceListItemOut(serializers.Serializer[Any]):
    """One product on a price list."""

    product = serializers.CharField(source="product.public_id")
    unit = serializers.CharField(help_text="Empty for every unit.")
    rule = serializers.ChoiceField(choices=PriceRule.choices)
    percent = serializers.DecimalField(max_digits=9, decimal_places=4)


class PriceListOut(serializers.Serializer[Any]):
    """Who sees which products at which prices."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    currency = serializers.CharField()
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    is_active = serializers.BooleanField()
    is_default = serializers.BooleanField()


class PriceListWithItems(PriceListOut):
    """A price list with everything on it."""

    items = PriceListItemOut(many=True)
