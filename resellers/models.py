"""Reseller plans, and what each reseller has of them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Account, Storefront
from bss.catalog.models import Product
from bss.core import clock
from bss.core.db import CodeField, PublicIdField
from bss.core.tenancy import Owned, Shared
from bss.subscriptions.models import Subscription
from resellers.choices import PlanCode


class Plan(Shared):
    """A reseller plan of an organization. Basic is the one without a product; capabilities are flags here."""

    public_id = PublicIdField()
    code = CodeField(enum=PlanCode)
    position = models.PositiveSmallIntegerField(default=0)
    # Null for Basic. The product carries the white-labelled name, text, picture and price.
    product = models.OneToOneField(
        Product, models.PROTECT, null=True, blank=True, related_name="reseller_plan"
    )
    capabilities: models.JSONField[Any, Any] = models.JSONField(_("Includes"), default=list)
    version = models.PositiveIntegerField(default=1)

    class Meta(Shared.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="plan_once"),
            models.CheckConstraint(
                condition=~Q(code="basic") | Q(product__isnull=True),
                name="plan_basic_without_product",
            ),
        ]

    def __str__(self) -> str:
        return self.product.name if self.product else str(PlanCode(self.code).label)


class ResellerProfile(Owned):
    """What a reseller has of the plans: its plan, the subscription that pays for it, its alias and storefront.

    The plan's state is the subscription's; nothing here repeats it. After cancelling, alias and storefront stay
    reserved until `reserved_until`.
    """

    account = models.OneToOneField(Account, models.PROTECT, related_name="reseller_profile")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="profiles")
    subscription = models.OneToOneField(
        Subscription, models.PROTECT, null=True, blank=True, related_name="reseller_profile"
    )
    storefront = models.OneToOneField(
        Storefront, models.PROTECT, null=True, blank=True, related_name="reseller_profile"
    )
    alias = models.CharField(max_length=63, blank=True)
    reserved_until = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                F("organization"),
                Lower("alias"),
                condition=~Q(alias=""),
                name="reseller_alias_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} on {self.plan}"
