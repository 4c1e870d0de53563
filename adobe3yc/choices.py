"""The closed lists of price files and of what Adobe knows."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from adobe3yc.pricefiles.contracts import FileKind
from adobe3yc.rules.offers import Segment

# The service manager, as its instances name it.
MANAGER = "adobe"


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


class MarketSegment(models.TextChoices):
    COM = Segment.COM.value, _("Commercial")
    EDU = Segment.EDU.value, _("Education")
    GOV = Segment.GOV.value, _("Government")


class CommitmentKind(models.TextChoices):
    """The three that can stand side by side at one customer."""

    COMMITMENT = "commitment", _("Commitment")
    REQUEST = "request", _("Request")
    RECOMMITMENT = "recommitment", _("Request for the next three years")
