"""Long work of accounts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _

from bss.accounts.choices import ImportOutcome
from bss.accounts.models import AccountImport, AccountImportRow
from bss.accounts.services.import_file import unknown_columns
from bss.accounts.services.imports import IMPORT, ImportWork
from bss.core import runs
from bss.core.actor import Actor
from bss.core.models import Run


@runs.runner(IMPORT, cancellable=True)
def accounts_import(progress: runs.Progress) -> dict[str, Any]:
    """Work through an uploaded file, dry or for good. Run again, it goes on behind the last reported row."""
    source = AccountImport.objects.select_related("organization").get(pk=progress.payload["import"])
    dry_run = bool(progress.payload["dry_run"])
    progress.step(_("Checking rows") if dry_run else _("Creating accounts"), total=source.rows)
    _told_how_it_was_read(progress, source)
    _taken_up_again(progress)
    work = ImportWork.of(source, progress.run.pk, _actor_of(progress.run), dry_run=dry_run)
    for chunk in work.chunks():
        for row in work.do(chunk):
            if row.outcome == ImportOutcome.REFUSED:
                _told(progress, row)
        progress.advance(len(chunk))
    return _counted(progress.run)


def _actor_of(run: Run) -> Actor:
    return Actor(
        kind="staff",
        label=run.actor_label,
        user_id=run.actor_id,
        organization_id=run.organization_id,
    )


def _told_how_it_was_read(progress: runs.Progress, source: AccountImport) -> None:
    names = {"\t": _("tabs"), ";": _("semicolons"), ",": _("commas"), "|": _("bars")}
    progress.info(
        _("Read as %(encoding)s, separated by %(delimiter)s.")
        % {"encoding": source.encoding, "delimiter": names.get(source.delimiter, source.delimiter)}
    )
    unknown = unknown_columns(source.content, source.delimiter)
    if unknown:
        progress.warn(_("Columns not used: %(names)s.") % {"names": ", ".join(unknown)})


def _taken_up_again(progress: runs.Progress) -> None:
    """What an earlier attempt of this run already reported counts as done."""
    earlier = AccountImportRow.objects.filter(run_id=progress.run.pk).order_by("number")
    for row in earlier.filter(outcome=ImportOutcome.REFUSED):
        _told(progress, row)
    progress.advance(earlier.count())


def _told(progress: runs.Progress, row: AccountImportRow) -> None:
    progress.fail(row.message.replace("\n", " "), row=row.number)


def _counted(run: Run) -> dict[str, Any]:
    rows = AccountImportRow.objects.filter(run_id=run.pk)
    return dict(Counter(rows.values_list("outcome", flat=True)))
