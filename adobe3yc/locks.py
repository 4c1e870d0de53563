"""Row locks of price files. Read inside a transaction only."""

from __future__ import annotations

from django.db.models import QuerySet

from adobe3yc.choices import PriceFileState
from adobe3yc.models import PriceFile


def price_files_in_force(file: PriceFile) -> QuerySet[PriceFile]:
    """The file that `file` would replace, locked."""
    return (
        PriceFile.objects.select_for_update(of=("self",))
        .filter(instance=file.instance_id, kind=file.kind, state=PriceFileState.IN_FORCE)
        .exclude(pk=file.pk)
        .order_by("pk")
    )
