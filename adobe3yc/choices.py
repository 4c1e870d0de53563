"""The closed lists of price files."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from adobe3yc.pricefiles.contracts import FileKind


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
