"""Background work that waits, runs or gave up; staff may ask for another try."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.permissions import Permission
from bss.core import jobs
from bss.core.errors import Conflict, NotFound
from bss.portal import selectors
from bss.portal.tables import JobTable
from bss.ui.components import EmptyState, SavedView
from bss.ui.generic import ListView, Screen


class Jobs(ListView):
    permission = Permission.JOBS_VIEW
    title = gettext_lazy("Background work")
    table = JobTable
    key_field = "pk"
    exportable = False
    saved_views = (SavedView("needs", gettext_lazy("Needs you"), {"state": "dead"}, tone="danger"),)
    empty = EmptyState(
        gettext_lazy("Nothing waits"),
        gettext_lazy("Whatever was asked for has been done."),
        icon="check-circle",
    )

    def queryset(self) -> Any:
        rows = selectors.jobs_waiting()
        return rows.filter(state="dead") if self.params.get("state") == "dead" else rows


class JobRetry(Screen):
    permission = Permission.JOBS_RETRY

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not selectors.jobs_waiting().filter(pk=pk).exists():
            raise NotFound
        if not jobs.retry_dead(pk):
            raise Conflict(_("This work has not given up: it runs by itself."))
        messages.success(request, _("It runs again now."))
        return HttpResponseRedirect(reverse("portal:jobs"))
