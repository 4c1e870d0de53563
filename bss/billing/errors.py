"""What billing refuses, each with a stable code and its cause."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bss.core.errors import Conflict


class DraftOutdated(Conflict):
    code = "DRAFT_OUTDATED"
    message = _(
        "What this draft charges for has changed. Void it: the next billing run looks again."
    )


class NotIssued(Conflict):
    code = "NOT_ISSUED"
    message = _("A draft has no file yet: it gets one when it is issued.")
