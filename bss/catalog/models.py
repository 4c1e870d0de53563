"""What is sold: product types, products, add-ons, list prices, and the price lists through which buyers see them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Account
from bss.catalog.choices import (
    PriceRule,
    ProductAudience,
    ProductKind,
    Refund,
    SearchLanguage,
    Unit,
)
from bss.core import clock
from bss.core.db import CodeField, CurrencyField, PublicIdField, UnitPriceField, one_of
from bss.core.tenancy import Owned, Shared


class Category(Shared):
    """A shelf of the catalogue."""

    name = models.CharField(_("Name"), max_length=100)
    slug = models.SlugField(max_length=100)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    position = models.PositiveIntegerField(_("Position"), default=0)

    class Meta(Shared.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "slug"], name="category_once")
        ]
        ordering = ["position", "name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class Industry(Shared):
    """A trade that products are made for: buyers narrow the catalogue by it."""

    name = models.CharField(_("Name"), max_length=100)
    slug = models.SlugField(max_length=100)
    position = models.PositiveIntegerField(_("Position"), default=0)

    class Meta(Shared.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "slug"], name="industry_once")
        ]
        ordering = ["position", "name"]
        verbose_name_plural = "industries"

    def __str__(self) -> str:
        return self.name


class ProductType(Shared):
    """The definition of a service: its characteristics and how it is provisioned and sold."""

    public_id = PublicIdField()
    code = models.CharField(_("Code"), max_length=80)
    name = models.CharField(_("Name"), max_length=200)
    description = models.TextField(_("Description"), blank=True)
    vendor = models.CharField(_("Vendor"), max_length=100, blank=True)
    # The public id of the service manager instance that owns this type; opaque here.
    managed_by = models.CharField(max_length=20, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    # FieldSpecs as JSON (bss.core.fields): what the product fixes, what the buyer is asked.
    characteristics: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    automatic = models.BooleanField(_("Ordered automatically"), default=True)
    audience = CodeField(_("Who may buy"), enum=ProductAudience, default=ProductAudience.ANYONE)
    max_quantity = models.PositiveIntegerField(_("Largest quantity"), null=True, blank=True)
    one_per_account = models.BooleanField(_("One subscription per account"), default=False)
    cancellable = models.BooleanField(_("Customers may cancel"), default=True)
    switchable = models.BooleanField(_("Products may be exchanged"), default=True)
    # How long seats may be given back for money, counted from their purchase; 0 is never, null as long as the term.
    refund_days = models.PositiveSmallIntegerField(
        _("Days to give seats back"), null=True, blank=True, default=7
    )
    refund = CodeField(_("What is given back"), enum=Refund, default=Refund.UNUSED)
    # Column names that staff changed: Get Services Definition leaves them alone.
    overridden: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(Shared.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="product_type_code_once"),
            models.UniqueConstraint(
                fields=["organization", "managed_by", "external_id"],
                condition=~Q(managed_by=""),
                name="product_type_external_once",
            ),
            models.CheckConstraint(
                condition=Q(managed_by="") | ~Q(external_id=""),
                name="product_type_external_if_managed",
            ),
            one_of("refund", Refund, "product_type_refund_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Product(Shared):
    """One thing with a price: a product, or an add-on to one."""

    public_id = PublicIdField()
    type = models.ForeignKey(ProductType, models.PROTECT, related_name="products")
    kind = CodeField(_("Kind"), enum=ProductKind, default=ProductKind.PRIMARY)
    code = models.CharField(_("Code"), max_length=80)
    name = models.CharField(_("Name"), max_length=200)
    summary = models.CharField(_("One line"), max_length=300, blank=True)
    description = models.TextField(_("Description"), blank=True)
    vendor = models.CharField(_("Vendor"), max_length=100, blank=True)
    category = models.ForeignKey(
        Category, models.SET_NULL, null=True, blank=True, related_name="products"
    )
    industries = models.ManyToManyField(Industry, blank=True, related_name="products")
    image = models.ImageField(_("Picture"), upload_to="products/", blank=True)
    is_active = models.BooleanField(_("On sale"), default=True)
    is_featured = models.BooleanField(_("Featured"), default=False)
    is_promoted = models.BooleanField(_("Promoted"), default=False)
    # How many live subscriptions there are; counted anew once a day.
    popularity = models.PositiveIntegerField(default=0)
    # By which of PostgreSQL's configurations its words are stemmed; follows the organization's language. The stems are
    # in the column `search`, which the database generates and no query loads (bss.catalog.searching).
    search_language = CodeField(enum=SearchLanguage, default=SearchLanguage.SIMPLE)
    taxable = models.BooleanField(_("Taxable"), default=True)
    tax_country = models.CharField(_("Tax country"), max_length=2, blank=True)
    tax_class = models.CharField(_("Tax class"), max_length=30, default="standard")
    external_id = models.CharField(max_length=200, blank=True)
    # Values of the type's characteristics that this product fixes: code to canonical value.
    characteristics: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    overridden: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Shared.Meta):
        constraints = [
            one_of("kind", ProductKind, "product_kind_known"),
            one_of("search_language", SearchLanguage, "product_search_language_known"),
            models.UniqueConstraint(F("organization"), Lower("code"), name="product_code_once"),
        ]
        indexes = [
            models.Index(
                fields=["organization", "is_active", "kind", "name"], name="product_on_sale"
            ),
            models.Index(fields=["organization", "-created_at", "-id"], name="product_newest"),
            models.Index(fields=["organization", "-popularity", "-id"], name="product_popular"),
        ]

    def __str__(self) -> str:
        return self.name


class AddOn(Shared):
    """That one product may be bought with another."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="add_ons")
    add_on = models.ForeignKey(Product, models.CASCADE, related_name="add_on_of")
    max_quantity = models.PositiveIntegerField(_("Largest quantity"), null=True, blank=True)
    is_active = models.BooleanField(_("Offered"), default=True)
    # Staff decided about it: Get Services Definition leaves it alone.
    overridden = models.BooleanField(default=False)

    class Meta(Shared.Meta):
        constraints = [
            models.UniqueConstraint(fields=["product", "add_on"], name="add_on_once"),
            models.CheckConstraint(condition=~Q(product=F("add_on")), name="add_on_of_another"),
        ]

    def __str__(self) -> str:
        return f"{self.add_on} for {self.product}"


class ListPrice(Shared):
    """What one unit costs the organization and what it sells for, before any price list."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="list_prices")
    unit = CodeField(_("Unit"), enum=Unit)
    currency = CurrencyField(_("Currency"))
    price = UnitPriceField(_("List price"))
    cost = UnitPriceField(_("Cost"))
    is_active = models.BooleanField(_("On sale"), default=True)
    overridden = models.BooleanField(default=False)

    class Meta(Shared.Meta):
        constraints = [
            one_of("unit", Unit, "list_price_unit_known"),
            models.UniqueConstraint(fields=["product", "unit", "currency"], name="list_price_once"),
            models.CheckConstraint(
                condition=Q(price__gte=0, cost__gte=0), name="list_price_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.unit} {self.currency}"


class PriceList(Shared):
    """What a group of buyers sees, and at which prices. Belongs to an organization or to a reseller."""

    public_id = PublicIdField()
    owner = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="price_lists"
    )
    name = models.CharField(_("Name"), max_length=100)
    currency = CurrencyField(_("Currency"))
    valid_from = models.DateField(_("Valid from"))
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)
    is_active = models.BooleanField(_("Active"), default=True)
    is_default = models.BooleanField(_("For whoever has none of its own"), default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Shared.Meta):
        constraints = [
            models.UniqueConstraint(
                F("organization"), F("owner"), Lower("name"), name="price_list_name_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["organization", "owner", "currency"],
                condition=Q(is_default=True, is_active=True),
                nulls_distinct=False,
                name="price_list_default_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="price_list_validity",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class PriceListItem(Shared):
    """One product on a price list, for one unit or for all, and the rule that makes its price."""

    price_list = models.ForeignKey(PriceList, models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, models.CASCADE, related_name="price_list_items")
    unit = CodeField(_("Unit"), enum=Unit, blank=True)
    rule = CodeField(_("Rule"), enum=PriceRule, default=PriceRule.LIST)
    percent = models.DecimalField(_("Percent"), max_digits=9, decimal_places=4, default=0)

    class Meta(Shared.Meta):
        constraints = [
            one_of("rule", PriceRule, "price_list_rule_known"),
            models.UniqueConstraint(
                fields=["price_list", "product", "unit"], name="price_list_item_once"
            ),
            models.CheckConstraint(condition=Q(percent__gte=0), name="price_list_percent_positive"),
            models.CheckConstraint(
                condition=(~Q(rule="discount") | Q(percent__lte=100))
                & (~Q(rule="margin") | Q(percent__lt=100)),
                name="price_list_percent_below_100",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} on {self.price_list}"

    @property
    def rule_words(self) -> str:
        """How it is priced: "Mark-up on cost 12.5 %"."""
        label = str(PriceRule(self.rule).label)
        return label if self.rule == PriceRule.LIST else f"{label} {self.percent.normalize():f} %"


class PriceListAssignment(Owned):
    """Which price list an account buys from."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="price_list_assignment")
    price_list = models.ForeignKey(PriceList, models.PROTECT, related_name="assignments")

    def __str__(self) -> str:
        return f"{self.account} buys from {self.price_list}"


class Listing(Owned):
    """That a reseller's own storefront does not offer a product of its organization."""

    reseller = models.ForeignKey(Account, models.CASCADE, related_name="+")
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    is_listed = models.BooleanField(default=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["reseller", "product"], name="listing_once")]

    def __str__(self) -> str:
        return f"{self.product} at {self.reseller}"
