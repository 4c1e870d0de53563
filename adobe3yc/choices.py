"""The closed lists of price files and of what Adobe knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from adobe3yc.pricefiles.contracts import DateOrder, FaultCode, FileKind
from adobe3yc.rules.offers import Segment

# The service manager, as its instances name it.
MANAGER = "adobe"


# The product type under which Get Services Definition puts what Adobe sells.
PRODUCT_TYPE = "adobe-services"


class PriceFileKind(models.TextChoices):
    COM = FileKind.COM.value, _("Commercial")
    EDU = FileKind.EDU.value, _("Education")
    GOV = FileKind.GOV.value, _("Government")
    COMMITTED = FileKind.COMMITTED.value, _("Three-year commitment")


class PriceFileState(models.TextChoices):
    CHECKED = "checked", _("Checked")
    IN_FORCE = "in_force", _("In force")
    REPLACED = "replaced", _("Replaced")
    DISCARDED = "discarded", _("Discarded")


class UploadSource(models.TextChoices):
    FILE = "file", _("Uploaded file")
    ADOBE = "adobe", _("Adobe's price list")


class Region(models.TextChoices):
    """Where a price list holds, as Adobe names it."""

    WE = "WE", _("Western Europe")
    EE = "EE", _("Eastern Europe")
    NA = "NA", _("North America")
    LA = "LA", _("Latin America")
    MX = "MX", _("Mexico")
    AP = "AP", _("Asia Pacific")
    PA = "PA", _("Pacific")
    JP = "JP", _("Japan")


class DateWriting(models.TextChoices):
    """How whoever uploads a file says that its dates with slashes are written."""

    DAY_FIRST = DateOrder.DAY_FIRST.value, _("Day first: 31/12/2026")
    MONTH_FIRST = DateOrder.MONTH_FIRST.value, _("Month first: 12/31/2026")


class CommitmentWish(models.TextChoices):
    """What a customer is asked for: three years from now on, or the three after those in force."""

    COMMIT = "commit", _("A commitment, or more of the one in force")
    RECOMMIT = "recommit", _("The next three years")


class PriceChange(models.TextChoices):
    """What a row of a file would do to the prices in force."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Price changes")
    GONE = "gone", _("Gone")
    SAME = "same", _("Unchanged")


class PriceFaultCode(models.TextChoices):
    """The faults of a price file in words: what is wrong, and what to do about it."""

    NOT_A_FILE = (
        FaultCode.NOT_A_FILE.value,
        _("This is no csv or xlsx file. Save it as one of them."),
    )
    TOO_LARGE = FaultCode.TOO_LARGE.value, _("The file is too large when it is unpacked.")
    NO_HEADER = FaultCode.NO_HEADER.value, _("No line of the first 30 has this title of a column.")
    NO_ROWS = FaultCode.NO_ROWS.value, _("The file has no rows under its titles.")
    ROW_OUT_OF_RANGE = (
        FaultCode.ROW_OUT_OF_RANGE.value,
        _("No spreadsheet has a row of this number. Save the file anew."),
    )
    COLUMN_MISSING = FaultCode.COLUMN_MISSING.value, _("This column is missing.")
    COLUMN_TWICE = FaultCode.COLUMN_TWICE.value, _("This column is there twice.")
    EMPTY = FaultCode.EMPTY.value, _("The cell is empty.")
    NO_TEXT = (
        FaultCode.NO_TEXT.value,
        _("A character in the cell is none that a text may have. Type the cell anew."),
    )
    NOT_AN_OFFER = FaultCode.NOT_AN_OFFER.value, _("This is no part number of Adobe.")
    OTHER_SEGMENT = (
        FaultCode.OTHER_SEGMENT.value, _("This part number is of another market segment than the file."),
    )  # fmt: skip
    NOT_A_PRICE = FaultCode.NOT_A_PRICE.value, _("Write a price such as 1234.50.")
    NOT_A_DATE = FaultCode.NOT_A_DATE.value, _("Write a date such as 2026-03-31.")
    DATE_UNCLEAR = (
        FaultCode.DATE_UNCLEAR.value,
        _("Day and month may be the other way round. Say the order of dates when you upload the file."),
    )  # fmt: skip
    ENDS_BEFORE_IT_BEGINS = (
        FaultCode.ENDS_BEFORE_IT_BEGINS.value, _("The last order date lies before the first."),
    )  # fmt: skip
    NOT_A_CURRENCY = FaultCode.NOT_A_CURRENCY.value, _("Write a currency such as EUR.")
    OTHER_CURRENCY = (
        FaultCode.OTHER_CURRENCY.value, _("This service manager does not sell in this currency."),
    )  # fmt: skip
    TWICE = FaultCode.TWICE.value, _("The same offer stands in two rows.")
    OVERLAPS = FaultCode.OVERLAPS.value, _("The days of two rows overlap.")
    GAP = (
        FaultCode.GAP.value,
        _("Between two rows there are days without a price; the standard price holds."),
    )


class MarketSegment(models.TextChoices):
    COM = Segment.COM.value, _("Commercial")
    EDU = Segment.EDU.value, _("Education")
    GOV = Segment.GOV.value, _("Government")


class CommitmentKind(models.TextChoices):
    """The three that can stand side by side at one customer."""

    COMMITMENT = "commitment", _("Commitment")
    REQUEST = "request", _("Request")
    RECOMMITMENT = "recommitment", _("Request for the next three years")


# Adobe's words for where a commitment or a request stands; another one is shown as Adobe writes it.
COMMITMENT_STATUSES: Mapping[str, Any] = {
    "REQUESTED": _("Waits for the customer"),
    "ACCEPTED": _("Accepted"),
    "COMMITTED": _("Committed"),
    "ACTIVE": _("In force"),
    "DECLINED": _("Declined"),
    "EXPIRED": _("Expired"),
    "NONCOMPLIANT": _("Minimum not reached in time"),
}
