"""Why a price file is not taken, and why a commitment is not asked for."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from adobe3yc.pricefiles.contracts import Fault
from adobe3yc.rules.commitments import Objected
from bss.core.errors import DomainError


class PriceFileFaulty(DomainError):
    """The file has faults, each with its cell. Nothing of it was kept."""

    code = "PRICE_FILE_FAULTY"
    message = _("The price file has faults. Correct the cells named and upload it again.")

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(field="file")
        self.faults = tuple(faults)


class PriceUploadGone(DomainError):
    """The upload was stopped, and what was uploaded was deleted with that."""

    code = "PRICE_UPLOAD_GONE"
    message = _("This upload was stopped and its file deleted. Upload the file again.")


class CommitmentObjected(DomainError):
    """What speaks against asking for a commitment: `objections`, each with the number that would do."""

    code = "COMMITMENT_OBJECTED"
    message = _("This cannot be asked for as it is.")

    def __init__(self, objections: Sequence[Objected]) -> None:
        super().__init__()
        self.objections = tuple(objections)
