"""Screens over the kernel's Run, declared as an app would declare its own."""

from __future__ import annotations

import django_filters
from django import forms
from django.urls import reverse

from bss.core.errors import Invalid, NotFound
from bss.core.models import Run, RunState
from bss.ui.components import (
    Attention,
    Badge,
    Button,
    Confirm,
    EmptyState,
    Fact,
    Fieldset,
    SavedView,
    Tab,
)
from bss.ui.generic import BulkAction, BulkResult, DetailView, EditView, ListView
from bss.ui.tables import Column, Table


class RunFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(label="State", choices=RunState.choices)

    class Meta:
        model = Run
        fields = ["state"]


class RunTable(Table):
    title = Column("title", "Title", sortable=True, link=True)
    state = Column("state", "State", kind="badge", sortable=True)
    done = Column("done", "Done", kind="number", sortable=True, total=True)
    started = Column("started_at", "Started", kind="when", sortable="started_at")
    error = Column("error", "Error", hidden_by_default=True)
    default_order = "-created_at"

    def row_url(self, row):
        return reverse("run", args=[row.public_id])


def stop_runs(rows, actor):
    stopped = rows.filter(state=RunState.QUEUED).update(cancel_requested=True)
    refused = [(run.title, "not waiting") for run in rows.exclude(state=RunState.QUEUED)]
    return BulkResult(stopped, refused)


class RunList(ListView):
    permission = "run.view"
    title = "Runs"
    table = RunTable
    filterset = RunFilter
    search = ("title",)
    saved_views = (SavedView("failed", "Failed", {"state": "failed"}),)
    empty = EmptyState(
        "No runs yet", "An import shows here.", Button("Import", "/import/", "plus", "primary")
    )
    bulk_actions = (
        BulkAction(
            "stop",
            "Stop",
            stop_runs,
            permission="run.edit",
            confirm=lambda n: Confirm(f"Stop {n} runs?"),
        ),
        BulkAction("hidden", "Hidden", stop_runs, permission="run.never"),
    )

    def queryset(self):
        return Run.objects.all()


class RunDetail(DetailView):
    permission = "run.view"
    slot = "test.run"
    tabs = (Tab("overview", "Overview", "ui/_facts.html"), Tab("log", "Log", "ui/_log.html"))

    def get_object(self):
        found = Run.objects.filter(public_id=self.kwargs["public_id"]).first()
        if found is None:
            raise NotFound
        return found

    def name(self):
        return self.object.title

    def badge(self):
        return Badge("Waiting", "progress")

    def facts(self):
        return [Fact("Done", self.object.done)]

    def attention(self):
        return [Attention("It is late", "The worker is busy.", "warning", Button("Look", "/jobs/"))]

    def tab_overview(self):
        return {"facts": [Fact("Inside", "the tab")]}

    def tab_log(self):
        return {"lines": []}


class RunForm(forms.Form):
    title = forms.CharField(max_length=60)
    step = forms.CharField(required=False, help_text="Where it stands.")


class RunEdit(EditView):
    permission = "run.edit"
    title = "Edit run"
    form_class = RunForm
    fieldsets = (Fieldset("Words", ("title",)),)

    def get_object(self):
        return Run.objects.get(public_id=self.kwargs["public_id"])

    def save(self, form):
        if form.cleaned_data["title"] == "taken":
            raise Invalid(errors={"title": ["This title is taken."]}, remedy="Choose another one.")
        Run.objects.filter(pk=self.object.pk).update(**form.cleaned_data)
        return self.object

    def success_url(self, result):
        return reverse("run", args=[result.public_id])
