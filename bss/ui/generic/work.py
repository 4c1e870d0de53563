"""The page of long work: progress with counts and rate, a log to filter, stop where that is safe, start again.

class ImportPage(RunView):
    permission = "account.import"

    def back(self): return Button(_("See the customers"), reverse("portal:accounts"), kind="primary")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from bss.core import clock, runs
from bss.core.errors import Invalid, NotFound
from bss.core.models import Run, RunLine, RunState
from bss.ui.components import Badge, Button, Crumb, Progress, badge_of
from bss.ui.generic.screen import Screen

LOG_LINES = 300
_STATES: dict[str, Any] = {
    RunState.QUEUED: "waiting",
    RunState.RUNNING: "running",
    RunState.SUCCEEDED: "done",
    RunState.FAILED: "failed",
    RunState.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class RunKind:
    """Who may see the runs of one kind, who may stop them and start them again (`manage`; "" for whoever sees
    them), where they lead once finished, and the way to them, whose first link the navigation marks (slot
    `run.kinds`).
    """

    kind: str
    permission: str
    back: Callable[[Run], Button | None] | None = None
    order: int = 100
    manage: str = ""
    crumbs: Callable[[Run], Sequence[Crumb]] | None = None


class RunView(Screen):
    """One run of `bss.core.runs`, found by `public_id` below the active scope. Survives a reload; refreshes itself
    every two seconds until the run is finished, or by a reload where there is no JavaScript.
    """

    template_name = "ui/generic/work.html"
    partial_template = "ui/generic/_work.html"
    run: Run

    def back(self) -> Button | None:
        """Where to go once it is finished."""
        return None

    def manage(self) -> str:
        """The permission to stop this run and to start it again."""
        return self.permission

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.run = self.get_run()
        template = self.partial_template if self.wants_partial() else self.template_name
        response = self.page(self.work(), template=template)
        patch_vary_headers(response, ["HX-Request"])
        if self.wants_partial() and self.run.is_finished:
            # The header, its buttons and the end of the polling come with a whole page.
            response["HX-Refresh"] = "true"
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.run = self.get_run()
        self.actor.require(self.manage())
        match request.POST.get("do"):
            case "cancel":
                runs.cancel(self.run)
            case "retry":
                runs.retry(self.run)
            case _:
                raise Invalid(code="RUN_UNKNOWN_ACTION")
        return HttpResponseRedirect(request.get_full_path())

    def get_run(self) -> Run:
        """The run of the address. Raises NotFound outside the active scope."""
        run = runs.visible().filter(public_id=self.kwargs["public_id"]).first()
        if run is None:
            raise NotFound
        return run

    def get_title(self) -> Any:
        return self.run.title

    def work(self) -> Mapping[str, Any]:
        problems = self.request.GET.get("log") == "problems"
        stopping = self.run.cancel_requested and not self.run.is_finished
        may = self.may(self.manage())
        return {
            "run": self.run,
            "badge": badge_of_run(self.run),
            "progress": progress_of(self.run),
            "lines": _lines(self.run, problems=problems),
            "problems": problems,
            "may_cancel": may
            and self.run.cancellable
            and not self.run.is_finished
            and not stopping,
            "may_retry": may and self.run.state in {RunState.FAILED, RunState.CANCELLED},
            "stopping": stopping,
            "back": self.back(),
        }


def progress_of(run: Run) -> Progress:
    """A run's progress bar; the rate is of the whole time it has been running."""
    rate = None
    if run.started_at and run.state == RunState.RUNNING:
        seconds = (clock.now() - run.started_at).total_seconds()
        rate = round(run.done / seconds, 1) if seconds >= 1 else None
    label = run.step or run.get_state_display()
    return Progress(run.done, run.total or None, label, rate, run.failures, _STATES[run.state])


def badge_of_run(run: Run) -> Badge:
    """The state of a run, for tables."""
    return badge_of(run.state, run.get_state_display())


def _lines(run: Run, *, problems: bool) -> list[RunLine]:
    lines = RunLine.objects.filter(run=run)
    if problems:
        lines = lines.exclude(level=RunLine.Level.INFO)
    return list(lines.order_by("-id")[:LOG_LINES])[::-1]
