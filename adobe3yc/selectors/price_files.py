"""Price files and their uploads, and what a file would change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from adobe3yc.choices import MANAGER, PriceChange, PriceFileState, UploadSource
from adobe3yc.models import PriceFile, PriceRow, PriceUpload
from adobe3yc.pricefiles.contracts import Fault, FaultCode
from bss.core import runs
from bss.core.history import subject_type
from bss.core.models import Run
from servicemanager.models import Instance

# Instances -----------------------------------------------------------------------------------------------


def is_adobe(instance: Instance) -> bool:
    """Whether an instance is one of Adobe Services."""
    return bool(instance.manager == MANAGER)


def adobe_instances() -> list[Instance]:
    """The active scope's instances of Adobe Services, by name."""
    return list(Instance.objects.filter(manager=MANAGER).order_by("name", "pk"))


# Files and uploads ---------------------------------------------------------------------------------------


def price_files() -> QuerySet[PriceFile]:
    """Price files of the active scope's organization."""
    return PriceFile.objects.select_related("instance", "upload").defer("upload__content")


def price_uploads() -> QuerySet[PriceUpload]:
    """Uploads of the active scope's organization, without what was uploaded: each with how many faults it has, and
    whether it was stopped before it was read.
    """
    is_gone = Q(source=UploadSource.FILE, content=None, file=None)
    return (
        PriceUpload.objects.defer("content")
        .select_related("instance", "file")
        .annotate(fault_count=Count("faults"), is_gone=ExpressionWrapper(is_gone, BooleanField()))
    )


def price_upload(pk: int) -> PriceUpload:
    """An upload with what was uploaded, for whoever reads it."""
    return PriceUpload.objects.select_related("instance", "file").get(pk=pk)


def faults_of(upload: PriceUpload) -> list[Fault]:
    """Why an upload was refused; empty when it was not."""
    return [
        Fault(FaultCode(f.code), f.row, f.column, f.cell, f.value, f.other_row)
        for f in upload.faults.order_by("pk")
    ]


def file_in_force(instance: Instance, kind: str) -> PriceFile | None:
    """The file from which an instance's prices of a kind come."""
    return PriceFile.objects.filter(
        instance=instance, kind=kind, state=PriceFileState.IN_FORCE
    ).first()


def files_in_force(instance: Instance) -> dict[str, PriceFile]:
    """An instance's files in force, by kind."""
    found = PriceFile.objects.filter(instance=instance, state=PriceFileState.IN_FORCE)
    return {file.kind: file for file in found}


def is_ahead_of_catalogue(file: PriceFile) -> bool:
    """Whether a file came into force after the catalogue was last brought in line with prices."""
    defined_at = file.instance.defined_at
    return defined_at is None or (file.in_force_at is not None and file.in_force_at > defined_at)


def warnings_of(file: PriceFile) -> list[str]:
    """What was noticed in a file and did not stop it, in words."""
    words = _("Rows %(row)s and %(other)s of %(offer)s leave days without a price between them.")
    return [
        words % {"row": w["row"], "other": w["other_row"], "offer": w["value"]}
        for w in file.warnings
    ]


def run_of(upload: PriceUpload) -> Run | None:
    """The run that reads an upload."""
    return runs.visible().filter(subject_type=subject_type(upload), subject_id=upload.pk).first()


def file_before(file: PriceFile) -> PriceFile | None:
    """The file that was in force last before this one, and could be again."""
    return (
        PriceFile.objects.filter(
            instance=file.instance_id, kind=file.kind, state=PriceFileState.REPLACED
        )
        .exclude(pk=file.pk)
        .order_by("-in_force_at", "-pk")
        .first()
    )


def selling_currencies(instance: Instance) -> frozenset[str]:
    """The currencies of an instance's price files: its setting, else its organization's own."""
    return frozenset({instance.settings.get("currency") or instance.organization.currency})


# What a file would change --------------------------------------------------------------------------------

# What makes a row the same row in another file.
SAME_ROW = ("offer_id", "currency", "first_on", "last_on", "code")
# Stands for a day that is not there, which equals nothing in SQL.
NO_DAY = Value(date.min)


@dataclass(frozen=True, slots=True)
class PriceChanges:
    """How many rows a file would add to the prices in force, change in price, take away, and leave as they are."""

    new: int
    changed: int
    gone: int
    same: int


def price_changes(file: PriceFile) -> PriceChanges:
    """What putting a file into force would do, against the file that is in force now: two index reads, no loop."""
    now = file_in_force(file.instance, file.kind)
    ours, theirs = Q(file=file), Q(file=now)
    rows = PriceRow.objects.filter(ours | theirs if now else ours)
    pairs = rows.values(*SAME_ROW).annotate(
        after=Max("price", filter=ours), before=Max("price", filter=theirs if now else Q(pk=None))
    )
    is_both = Q(before__isnull=False, after__isnull=False)
    return PriceChanges(
        **pairs.aggregate(
            new=Count("offer_id", filter=Q(before__isnull=True)),
            changed=Count("offer_id", filter=is_both & ~Q(before=F("after"))),
            gone=Count("offer_id", filter=Q(after__isnull=True)),
            same=Count("offer_id", filter=is_both & Q(before=F("after"))),
        )
    )


def price_rows(file: PriceFile) -> QuerySet[PriceRow]:
    """A file's rows, and those in force that it would take away; each with `before`, `after` and `change`.

    `before` is the price in force, `after` this file's, `change` a PriceChange. Of the file in force itself all rows
    are unchanged.
    """
    now = file_in_force(file.instance, file.kind)
    if now is None or now == file:
        same = PriceChange.SAME if now else PriceChange.NEW
        return PriceRow.objects.filter(file=file).annotate(
            before=F("price") if now else Value(None, PriceRow.price.field),
            after=F("price"),
            change=Value(same.value, CharField()),
        )
    # The other file of the two, for a row of either.
    other = Value(file.pk + now.pk) - OuterRef("file_id")
    twin = PriceRow.objects.filter(
        file_id=other, **{name: OuterRef(name) for name in ("offer_id", "currency", "code")}
    )
    for name in ("first_on", "last_on"):
        twin = twin.alias(**{f"same_{name}": Coalesce(name, NO_DAY)}).filter(
            **{f"same_{name}": Coalesce(OuterRef(name), NO_DAY)}
        )
    rows = PriceRow.objects.filter(file__in=[file, now]).annotate(
        twin=Subquery(twin.values("price")[:1])
    )
    is_ours = Q(file=file)
    return rows.filter(is_ours | Q(twin=None)).annotate(
        before=Case(When(is_ours, then=F("twin")), default=F("price")),
        after=Case(When(is_ours, then=F("price"))),
        change=Case(
            When(~is_ours, then=Value(PriceChange.GONE.value)),
            When(twin=None, then=Value(PriceChange.NEW.value)),
            When(twin=F("price"), then=Value(PriceChange.SAME.value)),
            default=Value(PriceChange.CHANGED.value),
            output_field=CharField(),
        ),
    )
