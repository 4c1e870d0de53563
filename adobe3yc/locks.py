"""Row locks of price files and customers. Read inside a transaction only."""

from __future__ import annotations

from django.db.models import QuerySet

from adobe3yc.choices import PriceFileState
from adobe3yc.models import AdobeCustomer, PriceFile, PriceUpload


def price_files_in_force(file: PriceFile) -> QuerySet[PriceFile]:
    """The file that `file` would replace, locked."""
    return (
        PriceFile.objects.select_for_update(of=("self",), no_key=True)
        .filter(instance=file.instance_id, kind=file.kind, state=PriceFileState.IN_FORCE)
        .exclude(pk=file.pk)
        .order_by("pk")
    )


def price_upload_locked(pk: int) -> PriceUpload:
    """An upload as it stands, without what was uploaded, locked."""
    return (
        PriceUpload.objects.select_for_update(of=("self",), no_key=True)
        .select_related("file")
        .defer("content")
        .get(pk=pk)
    )


def customer_locked(pk: int) -> AdobeCustomer:
    """The customer as it is now, held so that one answer of Adobe's at a time is written down."""
    return AdobeCustomer.everywhere.select_for_update(of=("self",), no_key=True).get(pk=pk)
