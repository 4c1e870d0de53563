"""The page of one long work, whichever app does it: apps say in the slot `run.kinds` who may see it."""

from __future__ import annotations

from collections.abc import Sequence

from bss.accounts.permissions import Permission
from bss.core.errors import NotFound
from bss.core.models import Run
from bss.ui import slots
from bss.ui.components import Button, Crumb
from bss.ui.generic import RunView
from bss.ui.generic.work import RunKind


class RunPage(RunView):
    """A run of a kind that this actor may see; any other is not found."""

    permission = Permission.ACCOUNT_VIEW

    def get_run(self) -> Run:
        run = super().get_run()
        kind = self._kind(run)
        if kind is None:
            raise NotFound
        if kind.crumbs:
            slots.stand_under(self.request, kind.crumbs(run)[0].url)
        return run

    def crumbs(self) -> Sequence[Crumb]:
        kind = self._kind(self.run)
        return kind.crumbs(self.run) if kind and kind.crumbs else ()

    def manage(self) -> str:
        kind = self._kind(self.run)
        return (kind.manage or kind.permission) if kind else self.permission

    def back(self) -> Button | None:
        kind = self._kind(self.run)
        return kind.back(self.run) if kind and kind.back else None

    def _kind(self, run: Run) -> RunKind | None:
        known = slots.items("run.kinds", self.actor, RunKind)
        return next((kind for kind in known if kind.kind == run.kind), None)
