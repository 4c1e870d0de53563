"""Payment plans, where they are offered, and who may use them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Account
from bss.catalog.choices import Unit
from bss.catalog.models import Product
from bss.core.db import CodeField, PublicIdField, one_of
from bss.core.tenancy import Owned, Shared
from bss.installments.choices import Frequency


class PaymentPlan(Shared):
    """A way to pay a term's price in parts: how often, and how many times."""

    public_id = PublicIdField()
    frequency = CodeField(_("Frequency"), enum=Frequency)
    count = models.PositiveSmallIntegerField(_("Installments"))
    is_active = models.BooleanField(_("Offered"), default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(Shared.Meta):
        ordering = ["count"]
        constraints = [
            one_of("frequency", Frequency, "payment_plan_frequency_known"),
            models.CheckConstraint(
                condition=Q(count__gte=2, count__lte=60), name="payment_plan_count"
            ),
            models.UniqueConstraint(
                fields=["organization", "frequency", "count"], name="payment_plan_once"
            ),
        ]

    def __str__(self) -> str:
        return Frequency(self.frequency).installments(self.count)

    @property
    def months(self) -> int:
        """How long it runs: every installment's stretch together."""
        return self.count * Frequency(self.frequency).months


class PaymentPlanOffer(Shared):
    """That a product can be paid by a plan when it is bought for a term; the term is as long as the plan, or longer."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="payment_plan_offers")
    unit = CodeField(_("Unit"), enum=Unit)
    plan = models.ForeignKey(PaymentPlan, models.PROTECT, related_name="offers")
    is_active = models.BooleanField(_("Offered"), default=True)
    # Staff decided about it: Get Services Definition leaves it alone.
    overridden = models.BooleanField(default=False)

    class Meta(Shared.Meta):
        constraints = [
            one_of("unit", Unit, "payment_plan_offer_unit_known"),
            models.UniqueConstraint(
                fields=["product", "unit", "plan"], name="payment_plan_offer_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} for {self.product} {self.unit}"


class PaymentPlanAccess(Owned):
    """That an account may pay by installments, and what this adds to its prices.

    For a tenant reseller it stands on its billing account at its parent, and decides for all of the tenant's customers
    whether they may be given plans at all.
    """

    account = models.OneToOneField(Account, models.CASCADE, related_name="payment_plan_access")
    is_enabled = models.BooleanField(_("May pay by installments"), default=False)
    extra_charge = models.DecimalField(
        _("Extra charge, per cent"), max_digits=9, decimal_places=4, default=0
    )
    version = models.PositiveIntegerField(default=1)

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(extra_charge__gte=0, extra_charge__lte=1000),
                name="payment_plan_extra_charge",
            )
        ]

    def __str__(self) -> str:
        return f"installments of {self.account}"
