"""The import of accounts: upload, check, read the report, import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bss.accounts.access import access_import
from bss.accounts.choices import ImportOutcome
from bss.accounts.filters import ImportRowFilter
from bss.accounts.forms import ImportForm
from bss.accounts.models import AccountImport, AccountImportRow
from bss.accounts.permissions import Permission
from bss.accounts.services import import_create, import_start
from bss.accounts.services.import_file import ACCOUNTS, LABELS, NOTES
from bss.accounts.tables import ImportRowTable, ImportTable
from bss.core import runs
from bss.core.history import subject_type
from bss.core.models import Run, RunState
from bss.ui.components import Button, Confirm, Crumb, EmptyState, Progress
from bss.ui.generic import FormView, ListView, Screen

_STATES: dict[str, Any] = {
    RunState.QUEUED: "waiting",
    RunState.RUNNING: "running",
    RunState.SUCCEEDED: "done",
    RunState.FAILED: "failed",
    RunState.CANCELLED: "cancelled",
}


class ImportList(ListView):
    permission = Permission.ACCOUNT_IMPORT
    title = gettext_lazy("Imports of customers")
    table = ImportTable
    exportable = False

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Customers"), reverse("accounts:list"))]

    def queryset(self) -> QuerySet[AccountImport]:
        return AccountImport.objects.select_related("created_by").defer("content")

    def primary_action(self) -> Button | None:
        return Button(_("Import from a file"), reverse("accounts:import_create"), "plus", "primary")

    @property
    def empty(self) -> EmptyState:  # type: ignore[override]
        return EmptyState(
            _("No imports yet"),
            _("A CSV file of customers is checked row by row before anything is created."),
            self.primary_action(),
            "arrow-up-tray",
        )


class ImportCreate(FormView):
    permission = Permission.ACCOUNT_IMPORT
    title = gettext_lazy("Import customers")
    template_name = "accounts/import_create.html"
    form_class = ImportForm
    submit_label = gettext_lazy("Check the file")
    consequence = gettext_lazy("Nothing is created yet: you see a report of every row first.")

    def crumbs(self) -> Sequence[Crumb]:
        return [
            Crumb(_("Customers"), reverse("accounts:list")),
            Crumb(_("Imports"), reverse("accounts:imports")),
        ]

    def context(self) -> dict[str, Any]:
        return {
            "columns": [
                (LABELS[name], NOTES.get(name, ""), ACCOUNTS.names(name), name in ACCOUNTS.required)
                for name in ACCOUNTS.columns
            ]
        }

    def save(self, form: ImportForm) -> AccountImport:
        upload = form.cleaned_data["file"]
        source = import_create(
            organization=self.request.membership.organization,  # type: ignore[attr-defined]
            name=upload.name,
            raw=upload.read(),
            actor=self.actor,
        )
        import_start(source=source, actor=self.actor, dry_run=True)
        return source

    def success_url(self, result: AccountImport) -> str:
        return reverse("accounts:import", args=[result.public_id])


class ImportReport(ListView):
    """One file: how far its latest run is, and what it did with each row."""

    permission = Permission.ACCOUNT_IMPORT
    template_name = "accounts/import.html"
    table = ImportRowTable
    filterset = ImportRowFilter
    export_name = "import-report"
    key_field = "pk"
    empty = EmptyState(
        gettext_lazy("No row has been looked at yet"),
        gettext_lazy("The report fills while the run goes on."),
        icon="document-text",
    )
    source: AccountImport

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.actor.is_anonymous:
            self.source = access_import(self.actor, kwargs["public_id"])
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.source.name

    def crumbs(self) -> Sequence[Crumb]:
        return [
            Crumb(_("Customers"), reverse("accounts:list")),
            Crumb(_("Imports"), reverse("accounts:imports")),
        ]

    def queryset(self) -> QuerySet[AccountImportRow]:
        run = latest_run(self.source)
        rows = AccountImportRow.objects.filter(source=self.source, run_id=run.pk if run else 0)
        return rows.select_related("account")

    def context(self) -> dict[str, Any]:
        return {"source": self.source, **_progress_of(self.source, latest_run(self.source))}

    def primary_action(self) -> Button | None:
        run = latest_run(self.source)
        new = int((run.result or {}).get(ImportOutcome.NEW, 0)) if run else 0
        if run is None or not run.is_finished or not run.payload.get("dry_run") or not new:
            return None
        label = ngettext("Import %(n)d customer", "Import %(n)d customers", new) % {"n": new}
        confirm = Confirm(
            label,
            _("Rows that were refused are left out; correct them and import the file again later."),
            label,
        )
        url = reverse("accounts:import_run", args=[self.source.public_id])
        return Button(label, url, "check", "primary", "post", confirm)

    def header_actions(self) -> Sequence[Button]:
        run = latest_run(self.source)
        if run is not None and not run.is_finished:
            url = reverse("accounts:import_cancel", args=[self.source.public_id])
            return [Button(_("Stop"), url, "stop", "danger", "post")]
        url = reverse("accounts:import_check", args=[self.source.public_id])
        return [Button(_("Check again"), url, "arrow-path", method="post")]


class ImportProgress(Screen):
    """How far the latest run is, for the page that asks every two seconds; the whole page once it is over."""

    permission = Permission.ACCOUNT_IMPORT
    template_name = "accounts/_import_run.html"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        source = access_import(self.actor, public_id)
        run = latest_run(source)
        answer = self.page({"source": source, **_progress_of(source, run)})
        if run is None or run.is_finished:
            answer["HX-Refresh"] = "true"
        return answer


class ImportRun(Screen):
    """Begin another run over a file: `dry_run` checks, otherwise accounts are created."""

    permission = Permission.ACCOUNT_IMPORT
    dry_run = False

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        source = access_import(self.actor, public_id)
        import_start(source=source, actor=self.actor, dry_run=self.dry_run)
        return redirect("accounts:import", source.public_id)


class ImportCancel(Screen):
    permission = Permission.ACCOUNT_IMPORT

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        source = access_import(self.actor, public_id)
        run = latest_run(source)
        if run is not None:
            runs.cancel(run)
        return redirect("accounts:import", source.public_id)


def latest_run(source: AccountImport) -> Run | None:
    """The newest run over a file."""
    return (
        runs.visible()
        .filter(subject_type=subject_type(source), subject_id=source.pk)
        .order_by("-pk")
        .first()
    )


def _progress_of(source: AccountImport, run: Run | None) -> dict[str, Any]:
    if run is None:
        return {}
    state, total = _STATES[run.state], run.total or source.rows
    return {
        "run": run,
        "is_moving": not run.is_finished,
        "progress": Progress(run.done, total, run.title, failed=run.failures, state=state),
        "lines": list(run.lines.filter(row=None)[:20]),
        "summary": _summary(run),
    }


def _summary(run: Run) -> list[tuple[Any, int]]:
    """How many rows had each outcome, in words, once the run is over."""
    words = dict(ImportOutcome.choices)
    result = run.result or {}
    return [(words[key], result[key]) for key in ImportOutcome.values if result.get(key)]
