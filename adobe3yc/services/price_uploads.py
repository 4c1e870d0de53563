"""How price files come in: kept as uploaded, then read in the background, and taken or refused with their faults."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from adobe3yc import selectors
from adobe3yc.choices import PriceFaultCode, PriceFileKind, UploadSource
from adobe3yc.errors import PriceFileFaulty, PriceUploadGone
from adobe3yc.locks import price_upload_locked
from adobe3yc.models import PriceFault, PriceFile, PriceUpload
from adobe3yc.pricefiles.contracts import DateOrder, Fault, FileKind
from adobe3yc.pricefiles.reading import Expected
from adobe3yc.pricefiles.sheets import lines_about
from adobe3yc.services.price_files import price_file_take
from bss.core import runs
from bss.core.actor import Actor
from bss.core.models import Run
from servicemanager.models import Instance

UPLOAD = "adobe3yc.price_upload"


def price_upload_start(
    *,
    instance: Instance,
    kind: str,
    name: str,
    content: bytes,
    month: date | None,
    currency: str,
    dates: str,
    actor: Actor,
) -> Run:
    """Keep an uploaded file and begin to read it. `dates` is a DateWriting or empty."""
    with transaction.atomic():
        upload = PriceUpload.objects.create(
            organization_id=instance.organization_id,
            instance=instance,
            source=UploadSource.FILE,
            kind=PriceFileKind(kind),
            name=name[:200],
            month=month,
            currency=currency,
            dates=dates,
            content=content,
            created_by_label=actor.label[:200],
        )
        title = _("Check of %(name)s") % {"name": upload.name}
        return price_upload_begin(UPLOAD, upload, title, actor)


def price_upload_begin(
    kind: str,
    upload: PriceUpload,
    title: str,
    actor: Actor,
    more: Mapping[str, Any] | None = None,
) -> Run:
    """The run that brings an upload in; `more` is what it needs beside the upload."""
    return runs.start(
        kind,
        title=title[:200],
        actor=actor,
        scope=f"{upload.organization_id}.",
        subject=upload,
        payload={"upload": upload.pk, **(more or {})},
    )


def price_upload_take(progress: runs.Progress, *, actor: Actor) -> dict[str, Any]:
    """Read an upload into a price file: {"rows": how many}. Run again, it tells what the first attempt found.

    Raises PriceFileFaulty; the faults are kept with the upload and told in the run's log. Raises PriceUploadGone where
    it was stopped before.
    """
    upload = selectors.price_upload(progress.payload["upload"])
    if upload.file is not None:
        return {"rows": upload.file.row_count}
    if known := selectors.faults_of(upload):
        raise _refused(progress, known)
    if upload.content is None:
        raise PriceUploadGone
    try:
        return {"rows": _taken(upload, progress, actor).row_count}
    except PriceFileFaulty as error:
        _keep_faults(upload, error.faults)
        raise _refused(progress, error.faults) from error


def price_upload_drop(run: Run) -> None:
    """Somebody stopped the run of an upload: what was uploaded goes. One transaction with whatever ends the run."""
    PriceUpload.objects.filter(pk=run.payload["upload"]).update(content=None)


def _taken(upload: PriceUpload, progress: runs.Progress, actor: Actor) -> PriceFile:
    content = bytes(upload.content or b"")
    progress.step(_("Reading rows"), total=lines_about(upload.name, io.BytesIO(content)))
    return price_file_take(
        instance=upload.instance,
        name=upload.name,
        file=io.BytesIO(content),
        expected=Expected(
            kind=FileKind(upload.kind),
            currency=upload.currency,
            currencies=selectors.selling_currencies(upload.instance),
            dates=DateOrder(upload.dates) if upload.dates else None,
        ),
        actor=actor,
        month=upload.month,
        upload=upload,
        told=progress.advance,
    )


def _keep_faults(upload: PriceUpload, faults: Sequence[Fault]) -> None:
    """Keep why an upload is refused, and no longer what was uploaded. Kept by a faster worker already is fine."""
    with transaction.atomic():
        held = price_upload_locked(upload.pk)
        if held.file_id is not None or held.faults.exists():
            return
        PriceFault.objects.bulk_create(
            PriceFault(
                upload=upload,
                code=fault.code.value,
                row=fault.row,
                cell=fault.cell,
                column=fault.column[:200],
                value=fault.value[:200],
                other_row=fault.other_row,
            )
            for fault in faults
        )
        upload.content = None
        upload.save(update_fields=["content"])


def _refused(progress: runs.Progress, faults: Sequence[Fault]) -> PriceFileFaulty:
    """The refusal, after each fault was told in the run's log."""
    for fault in faults:
        words = PriceFaultCode(fault.code.value).label
        place = " ".join(part for part in (fault.cell, fault.column, fault.value) if part)
        progress.fail(f"{place}: {words}" if place else str(words), row=fault.row or None)
    return PriceFileFaulty(faults)
