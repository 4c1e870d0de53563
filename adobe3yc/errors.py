"""Why a price file is not taken."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from adobe3yc.pricefiles.contracts import Fault
from bss.core.errors import DomainError


class PriceFileFaulty(DomainError):
    """The file has faults, each with its cell. Nothing of it was kept."""

    code = "PRICE_FILE_FAULTY"
    message = _("The price file has faults. Correct the cells named and upload it again.")

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(field="file")
        self.faults = tuple(faults)
