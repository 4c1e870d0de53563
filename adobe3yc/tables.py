"""Columns of the lists of price files, their rows, and what is wrong with those that were refused."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from adobe3yc.choices import COMMITMENT_STATUSES, PriceChange, PriceFileState
from adobe3yc.models import AdobeCustomer, Commitment, PriceFile, PriceUpload
from adobe3yc.vipmp.contracts import Progress, progress_of
from bss.ui.components import Badge, Tone, badge_of
from bss.ui.slots import url_of
from bss.ui.tables import Column, Table

_STATE_TONES: dict[str, Tone] = {
    PriceFileState.CHECKED: "info",
    PriceFileState.IN_FORCE: "success",
    PriceFileState.REPLACED: "neutral",
    PriceFileState.DISCARDED: "neutral",
}
_CHANGE_TONES: dict[str, Tone] = {
    PriceChange.NEW: "success",
    PriceChange.CHANGED: "info",
    PriceChange.GONE: "warning",
    PriceChange.SAME: "neutral",
}


_PROGRESS_WORDS: dict[Progress, Any] = {
    Progress.DONE: _("Active"),
    Progress.PENDING: _("Pending"),
    Progress.FAILED: _("Failed"),
    Progress.CANCELLED: _("Cancelled"),
    Progress.SCHEDULED: _("Scheduled"),
}
_PROGRESS_TONES: dict[Progress, Tone] = {
    Progress.DONE: "success",
    Progress.PENDING: "progress",
    Progress.FAILED: "danger",
    Progress.CANCELLED: "neutral",
    Progress.SCHEDULED: "info",
}
_COMMITMENT_TONES: dict[str, Tone] = {
    "REQUESTED": "progress",
    "ACCEPTED": "info",
    "COMMITTED": "success",
    "ACTIVE": "success",
    "DECLINED": "warning",
    "EXPIRED": "neutral",
    "NONCOMPLIANT": "danger",
}
_MOST_TELLING = (
    "COMMITTED",
    "ACTIVE",
    "ACCEPTED",
    "REQUESTED",
    "NONCOMPLIANT",
    "DECLINED",
    "EXPIRED",
)


def price_file_badge(file: PriceFile) -> Badge:
    """Whether a file is in force."""
    return badge_of(file.state, file.get_state_display(), _STATE_TONES[file.state])


def upload_badge(upload: PriceUpload) -> Badge:
    """What became of an upload: taken, refused, stopped, or still being read."""
    if upload.file_id:
        return Badge(_("Taken"), "success")
    if upload.fault_count:  # type: ignore[attr-defined]
        return Badge(_("Refused"), "danger")
    if upload.is_gone:  # type: ignore[attr-defined]
        return Badge(_("Stopped"))
    return Badge(_("Not read yet"), "progress")


def month_name(file: PriceFile) -> str:
    """The month of a file in words; "" where nobody said it."""
    return date_format(file.month, "YEAR_MONTH_FORMAT") if file.month else ""


def _change_badge(row: Any) -> Badge:
    change = PriceChange(row.change)
    return Badge(change.label, _CHANGE_TONES[change])


def status_badge(status: str) -> Badge:
    """What one of Adobe's four digits says; the digits on hover."""
    progress = progress_of(status)
    return Badge(_PROGRESS_WORDS[progress], _PROGRESS_TONES[progress], status)


def customer_badge(customer: AdobeCustomer) -> Badge:
    """Whether Adobe has set a customer up."""
    if not customer.status:
        return Badge(_("Not asked yet"), "neutral")
    progress = progress_of(customer.status)
    words = {Progress.DONE: _("Active"), Progress.PENDING: _("Being set up")}
    return Badge(words.get(progress, _("Not active")), _PROGRESS_TONES[progress], customer.status)


def commitment_badge(commitment: Commitment) -> Badge:
    """Where a commitment or a request stands, in words; what is new from Adobe as Adobe writes it."""
    words = COMMITMENT_STATUSES.get(commitment.status, commitment.status)
    return Badge(words, _COMMITMENT_TONES.get(commitment.status, "neutral"), commitment.status)


def _latest_commitment(customer: AdobeCustomer) -> Badge | None:
    """The one of the three that says most: what is in force, else what waits, else what ended."""
    told = [each for each in customer.commitments.all() if each.status]
    order = {status: place for place, status in enumerate(_MOST_TELLING)}
    told.sort(key=lambda each: order.get(each.status, len(order)))
    return commitment_badge(told[0]) if told else None


class PriceFileTable(Table):
    name = Column("name", _("File"), link=True)
    kind = Column(lambda file: file.get_kind_display(), _("Kind"), sortable="kind")
    month = Column(month_name, _("Month"), sortable="month")
    state = Column(price_file_badge, _("State"), kind="badge", sortable="state")
    rows_ = Column("row_count", _("Rows"), kind="number")
    warnings = Column(lambda file: len(file.warnings), _("Warnings"), kind="number")
    source = Column(
        lambda file: file.upload.get_source_display() if hasattr(file, "upload") else "", _("Source"),
        hidden_by_default=True,
    )  # fmt: skip
    created_at = Column("created_at", _("Taken"), kind="when", sortable=True)
    in_force_at = Column("in_force_at", _("Put into force"), kind="when", sortable=True)
    default_order = "-pk"
    caption = _("Price files")

    def row_url(self, row: PriceFile) -> str:
        return url_of("adobe3yc:price-file", row)


class PriceUploadTable(Table):
    name = Column("name", _("File"), link=True)
    source = Column(lambda upload: upload.get_source_display(), _("Source"))
    kind = Column(lambda upload: upload.get_kind_display(), _("Kind"))
    state = Column(upload_badge, _("Outcome"), kind="badge")
    faults = Column("fault_count", _("Faults"), kind="number")
    person = Column("created_by_label", _("By"))
    created_at = Column("created_at", _("Uploaded"), kind="when", sortable=True)
    default_order = "-pk"
    caption = _("Uploads of price files")

    def row_url(self, row: PriceUpload) -> str:
        return url_of("adobe3yc:price-upload", row)


class PriceFaultTable(Table):
    place = Column("cell", _("Cell"), kind="code")
    number = Column(lambda fault: fault.row or "", _("Row"), kind="number")
    title = Column("column", _("Column"))
    value = Column("value", _("Value"))
    fault = Column(lambda fault: fault.get_code_display(), _("What is wrong"))
    other_row = Column(lambda fault: fault.other_row or "", _("Beside row"), kind="number")
    default_order = "pk"
    caption = _("What is wrong")


class PriceRowTable(Table):
    change = Column(_change_badge, _("Change"), kind="badge", export=lambda row: row.change)
    offer = Column("offer_id", _("Part number"), kind="code", sortable=True)
    family = Column("family", _("Product"), sortable=True)
    before = Column("before", _("In force now"), kind="amount", currency="currency")
    after = Column("after", _("In this file"), kind="amount", currency="currency")
    first = Column("first_on", _("First order date"), kind="date")
    last = Column("last_on", _("Last order date"), kind="date")
    code = Column("code", _("Discount code"), hidden_by_default=True)
    number = Column("number", _("Row"), kind="number", hidden_by_default=True)
    default_order = "pk"
    caption = _("Prices")


class AdobeCustomerTable(Table):
    name = Column(str, _("Customer"), sortable="name", link=True)
    adobe_id = Column("adobe_id", _("Adobe id"), kind="code", sortable=True)
    account = Column("account__name", _("Account"))
    reseller = Column("reseller__name", _("Reseller"))
    status = Column(customer_badge, _("Status"), kind="badge", export=lambda row: row.status)
    commitment = Column(_latest_commitment, _("3YC"), kind="badge")
    licences = Column("level_licenses", _("Level of licences"), kind="code")
    transactions = Column(
        "level_consumables", _("Level of transactions"), kind="code", hidden_by_default=True
    )
    coterm = Column("coterm_on", _("Anniversary"), kind="date", sortable=True)
    instance = Column("instance__name", _("Provisioned by"), hidden_by_default=True)
    synced = Column("synced_at", _("Last asked"), kind="when", sortable=True)
    default_order = "-pk"
    caption = _("Customers at Adobe")

    def row_url(self, row: AdobeCustomer) -> str:
        return url_of("adobe3yc:customer", row)
