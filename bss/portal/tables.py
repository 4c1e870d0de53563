"""Columns of the portal's own lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.ui.components import Button
from bss.ui.tables import Column, Table


class JobTable(Table):
    """Background work, the newest first."""

    kind = Column("kind", _("What"))
    subject = Column("subject_type", _("About"))
    state = Column("state", _("State"), kind="badge")
    attempts = Column("attempts", _("Tries"), kind="number")
    due_at = Column("due_at", _("Due"), kind="when")
    last_error = Column("last_error", _("What went wrong"))

    def row_actions(self, row: Any) -> Sequence[Button]:
        if row.state != "dead":
            return []
        return [Button(_("Try again"), reverse("portal:job-retry", args=[row.pk]), method="post")]
