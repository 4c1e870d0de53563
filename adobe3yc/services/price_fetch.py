"""Adobe's price list over its API: fetched in the background, then taken as an uploaded file is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from adobe3yc.choices import PriceFileKind, UploadSource
from adobe3yc.gateway import adobe
from adobe3yc.models import PriceUpload
from adobe3yc.rules.offers import Segment
from adobe3yc.services.price_uploads import price_upload_begin, price_upload_take
from adobe3yc.vipmp.client import VipClient
from adobe3yc.vipmp.contracts import ListedPrice, PriceListQuery
from adobe3yc.vipmp.errors import Refused, VipError
from bss.core import runs
from bss.core.actor import Actor
from bss.core.models import Run
from bss.core.secrets import SecretUnreadable
from servicemanager.contracts import InstanceContext
from servicemanager.errors import VendorUnavailable
from servicemanager.models import Instance
from servicemanager.selectors import instance_context
from servicemanager.services.exchanges import recorder_of_instance

FETCH = "adobe3yc.price_fetch"
SECONDS = 30.0
NO_LIST = "1162"
TITLES = (
    "Part Number", "Product Family", "Partner Price", "Estimated Street Price", "Currency",
    "First Order Date", "Last Order Date", "Discount Code",
)  # fmt: skip


def price_fetch_start(
    *, instance: Instance, kind: str, month: date, currency: str, region: str, actor: Actor
) -> Run:
    """Begin to fetch a price list. `region` is Adobe's, such as WE for Western Europe."""
    with transaction.atomic():
        upload = PriceUpload.objects.create(
            organization_id=instance.organization_id,
            instance=instance,
            source=UploadSource.ADOBE,
            kind=PriceFileKind(kind),
            name=f"Adobe {kind} {month:%Y-%m} {region} {currency}.csv",
            month=month,
            currency=currency,
            created_by_label=actor.label[:200],
        )
        title = _("Price list from Adobe: %(name)s") % {"name": upload.name}
        return price_upload_begin(FETCH, upload, title, actor, {"region": region})


def price_fetch_take(progress: runs.Progress, *, actor: Actor) -> dict[str, int]:
    """Fetch what an upload stands for, and take it: {"rows": how many}.

    Raises VendorUnavailable when Adobe cannot be asked or has no such list, PriceFileFaulty as an uploaded file does.
    """
    upload = PriceUpload.objects.select_related("instance", "file").get(
        pk=progress.payload["upload"]
    )
    if upload.file is None and upload.content is None and not upload.faults.exists():
        upload.content = _fetched(upload, progress)
        upload.save(update_fields=["content"])
    return price_upload_take(progress, actor=actor)


def _fetched(upload: PriceUpload, progress: runs.Progress) -> bytes:
    """The price list as a csv, which is read as any other."""
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(TITLES)
    progress.step(_("Asking Adobe for its price list"))
    try:
        with adobe(_context(upload.instance, progress.run)) as client:
            for row in _listed(client, upload, progress):
                lines.writerow(_cells(row, upload.currency))
    except VipError as error:
        raise VendorUnavailable(_why(error)) from error
    except SecretUnreadable as error:
        words = _("The stored credentials cannot be opened. Enter them again in the settings.")
        raise VendorUnavailable(words) from error
    return text.getvalue().encode()


def _cells(row: ListedPrice, currency: str) -> Sequence[object]:
    return (
        row.offer_id, row.family, row.price, row.street_price, currency, row.first, row.last,
        row.discount_code,
    )  # fmt: skip


def _context(instance: Instance, run: Run) -> InstanceContext:
    return instance_context(
        instance,
        correlation_id=run.public_id,
        record=recorder_of_instance(instance),
        timeout=SECONDS,
    )


def _listed(
    client: VipClient, upload: PriceUpload, progress: runs.Progress
) -> Iterator[ListedPrice]:
    """Each row, page by page. The file of commitments holds every market segment; Adobe lists one at a time.

    Raises Refused when there is none for any segment.
    """
    segments = list(Segment) if upload.kind == PriceFileKind.COMMITTED else [Segment(upload.kind)]
    missing: Refused | None = None
    found = False
    for segment in segments:
        try:
            for row in _pages(client, _query(upload, segment, progress), progress):
                found = True
                yield row
        except Refused as error:
            if error.code != NO_LIST:
                raise
            missing = error
    if missing is not None and not found:
        raise missing


def _query(upload: PriceUpload, segment: Segment, progress: runs.Progress) -> PriceListQuery:
    assert upload.month is not None  # noqa: S101 -- a fetch names its month
    return PriceListQuery(
        region=progress.payload["region"],
        segment=segment.value,
        currency=upload.currency,
        month=f"{upload.month:%Y%m}",
        kind="3YC" if upload.kind == PriceFileKind.COMMITTED else "STANDARD",
    )


def _pages(
    client: VipClient, query: PriceListQuery, progress: runs.Progress
) -> Iterator[ListedPrice]:
    offset: int | None = 0
    while offset is not None:
        page = client.price_list(query, offset=offset)
        yield from page.items
        progress.advance(len(page.items))
        offset = page.next_offset


def _why(error: VipError) -> str:
    """Why there is no price list, and what to do about it."""
    if error.code == NO_LIST:
        return _("Adobe has no such price list. Choose another month, or upload the file.")
    if isinstance(error, Refused):
        told = {"code": error.code, "text": error.message}
        return _("Adobe refuses: %(text)s (%(code)s). Look at the instance's settings.") % told
    return _("Adobe did not answer as expected. Try again later, or upload the file.")
