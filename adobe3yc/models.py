"""Adobe's price files as they were uploaded, and mirrors of what Adobe knows of customers, commitments and orders."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from adobe3yc.choices import (
    CommitmentKind,
    DateWriting,
    MarketSegment,
    PriceFaultCode,
    PriceFileKind,
    PriceFileState,
    UploadSource,
)
from adobe3yc.vipmp.contracts import Minimum, Progress, Term, progress_of
from bss.accounts.models import Account
from bss.core import clock
from bss.core.db import CodeField, CurrencyField, PublicIdField, StateField, UnitPriceField, one_of
from bss.core.tenancy import Owned, Shared
from bss.orders.models import Order
from servicemanager.models import Instance


class PriceFile(Shared):
    """A month's prices of one market segment, or of commitments. One of a kind is in force; the others are history."""

    public_id = PublicIdField()
    instance = models.ForeignKey(Instance, models.PROTECT, related_name="price_files")
    kind = CodeField(_("Kind"), enum=PriceFileKind)
    name = models.CharField(_("File"), max_length=200)
    # The first day of the month whose prices these are, where that was said.
    month = models.DateField(_("Month"), null=True)
    state = StateField(enum=PriceFileState, default=PriceFileState.CHECKED)
    row_count = models.PositiveIntegerField(_("Rows"), default=0)
    # Gaps between windows: told before the file takes effect, no reason to refuse it.
    warnings: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    in_force_at = models.DateTimeField(_("In force since"), null=True)
    created_at = models.DateTimeField(_("Uploaded"), default=clock.now)

    class Meta(Shared.Meta):
        constraints = [
            one_of("state", PriceFileState, "price_file_state_known"),
            one_of("kind", PriceFileKind, "price_file_kind_known"),
            models.UniqueConstraint(
                fields=["instance", "kind"],
                condition=Q(state="in_force"),
                name="price_file_one_in_force",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PriceRow(models.Model):
    """The price of one offer in one currency, for one and a year, on the days of its window."""

    file = models.ForeignKey(PriceFile, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    offer_id = models.CharField(max_length=20)
    family = models.CharField(max_length=200, blank=True)
    currency = CurrencyField()
    price = UnitPriceField()
    street_price = UnitPriceField(null=True)
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    code = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="price_row_not_negative"),
            models.CheckConstraint(
                condition=Q(first_on__isnull=True)
                | Q(last_on__gte=F("first_on"))
                | Q(last_on__isnull=True),
                name="price_row_begins_before_it_ends",
            ),
        ]
        indexes = [models.Index(fields=["file", "offer_id", "currency"], name="price_row_lookup")]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.currency}"


class PriceUpload(Shared):
    """A price file on its way in, from somebody's disk or from Adobe's price list, and what became of it."""

    public_id = PublicIdField()
    instance = models.ForeignKey(Instance, models.PROTECT, related_name="price_uploads")
    source = CodeField(_("Source"), enum=UploadSource)
    kind = CodeField(_("Kind"), enum=PriceFileKind)
    name = models.CharField(_("File"), max_length=200)
    month = models.DateField(_("Month"), null=True)
    # Of rows that name none; of Adobe's price list the one that is asked for.
    currency = CurrencyField(_("Currency"))
    dates = CodeField(_("Dates"), enum=DateWriting, blank=True)
    # Kept until the file is taken or refused: the worker that reads it may be another machine.
    content = models.BinaryField(null=True)
    file = models.OneToOneField(PriceFile, models.SET_NULL, null=True, related_name="upload")
    created_by_label = models.CharField(_("By"), max_length=200)
    created_at = models.DateTimeField(_("Uploaded"), default=clock.now)

    class Meta(Shared.Meta):
        constraints = [
            one_of("source", UploadSource, "price_upload_source_known"),
            one_of("kind", PriceFileKind, "price_upload_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name


class PriceFault(models.Model):
    """Why an upload was refused: one cell, or one row beside another."""

    upload = models.ForeignKey(PriceUpload, models.CASCADE, related_name="faults")
    code = CodeField(_("Fault"), enum=PriceFaultCode)
    row = models.PositiveIntegerField(_("Row"), default=0)
    cell = models.CharField(_("Cell"), max_length=20, blank=True)
    column = models.CharField(_("Column"), max_length=200, blank=True)
    value = models.CharField(_("Value"), max_length=200, blank=True)
    other_row = models.PositiveIntegerField(_("Beside row"), default=0)

    def __str__(self) -> str:
        return f"{self.cell or self.row}: {self.get_code_display()}"


class AdobeCustomer(Owned):
    """A customer as Adobe knows it: of an account, or of a customer that is only drafted on a basket yet.

    A mirror: whatever Adobe says is recorded. `adobe_id` is empty until Adobe has said it.
    """

    public_id = PublicIdField()
    instance = models.ForeignKey(Instance, models.PROTECT, related_name="adobe_customers")
    # Through whom it buys; null where the distributor sells to it directly.
    reseller = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="adobe_customers")
    # The draft's public id, which stays when its account is made.
    draft_reference = models.CharField(max_length=20, blank=True)
    name = models.CharField(_("Company name"), max_length=200, blank=True)
    adobe_id = models.CharField(_("Adobe id"), max_length=40, blank=True)
    # Adobe's four digits.
    status = models.CharField(_("Status at Adobe"), max_length=10, blank=True)
    market_segment = CodeField(_("Market segment"), enum=MarketSegment, default=MarketSegment.COM)
    coterm_on = models.DateField(_("Anniversary"), null=True)
    level_licenses = models.CharField(_("Level of licences"), max_length=4, blank=True)
    level_consumables = models.CharField(_("Level of transactions"), max_length=4, blank=True)
    synced_at = models.DateTimeField(_("Last asked"), null=True)
    # Why Adobe refused what was asked for last, and the key of that request; empty while all is well.
    problem = models.TextField(blank=True)
    problem_key = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        constraints = [
            one_of("market_segment", MarketSegment, "adobe_customer_segment_known"),
            models.CheckConstraint(
                condition=Q(account__isnull=False) | ~Q(draft_reference=""),
                name="adobe_customer_of_somebody",
            ),
            models.UniqueConstraint(
                fields=["instance", "account"],
                condition=Q(account__isnull=False),
                name="adobe_customer_once",
            ),
            models.UniqueConstraint(
                fields=["instance", "draft_reference"],
                condition=~Q(draft_reference=""),
                name="adobe_customer_draft_once",
            ),
        ]
        indexes = [
            models.Index(fields=["instance", "adobe_id"], name="adobe_customer_by_id"),
            models.Index(fields=["instance", "synced_at"], name="adobe_customer_by_sync"),
        ]

    def __str__(self) -> str:
        return self.name or self.adobe_id

    @property
    def usable_id(self) -> str:
        """Its id at Adobe; "" while it has none, and for one that Adobe could not set up."""
        return "" if progress_of(self.status) == Progress.FAILED else self.adobe_id

    @property
    def is_known(self) -> bool:
        """Whether Adobe has made it."""
        return bool(self.adobe_id)


class Commitment(Owned):
    """A customer's commitment for three years, or the request for one. A mirror: the status is whatever Adobe says."""

    customer = models.ForeignKey(AdobeCustomer, models.CASCADE, related_name="commitments")
    kind = CodeField(_("Kind"), enum=CommitmentKind)
    status = models.CharField(_("Status"), max_length=40, blank=True)
    starts_on = models.DateField(_("Starts"), null=True)
    ends_on = models.DateField(_("Ends"), null=True)
    licenses = models.PositiveIntegerField(_("Minimum of licences"), default=0)
    consumables = models.PositiveIntegerField(_("Minimum of transactions"), default=0)
    requested_at = models.DateTimeField(_("Requested"), null=True)
    # When it was first seen as accepted.
    accepted_at = models.DateTimeField(_("Accepted"), null=True)
    # When somebody was reminded of what runs out, of the present status.
    reminded_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            one_of("kind", CommitmentKind, "commitment_kind_known"),
            models.UniqueConstraint(fields=["customer", "kind"], name="commitment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.status}"

    @property
    def term(self) -> Term:
        """As the rules of commitments take it."""
        promised = (("LICENSE", self.licenses), ("CONSUMABLES", self.consumables))
        minimums = tuple(Minimum(kind, quantity) for kind, quantity in promised if quantity)
        return Term(self.status, minimums, self.starts_on, self.ends_on)


class AdobeOrder(Owned):
    """What is ordered at Adobe for the lines of one order: stored before it is sent, the same under the same key."""

    instance = models.ForeignKey(Instance, models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, models.PROTECT, related_name="adobe_orders")
    customer = models.ForeignKey(AdobeCustomer, models.PROTECT, related_name="orders")
    key = models.CharField(max_length=80, unique=True)
    currency = CurrencyField()
    # Each with its number, the id of its order line here, offer id and quantity.
    lines: models.JSONField[Any, Any] = models.JSONField(default=list)
    adobe_id = models.CharField(_("Adobe id"), max_length=40, blank=True)
    status = models.CharField(_("Status at Adobe"), max_length=10, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["instance", "order"], name="adobe_order_of_order")]

    def __str__(self) -> str:
        return self.adobe_id or self.key
