"""Long work: steps, progress, log."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from bss.core import clock
from bss.ui.components import (
    LogLine,
    Progress,
    Step,
)


def steps() -> list[Step]:
    return [
        Step(_("Basket"), "done", "#"),
        Step(_("Service details"), "done", "#"),
        Step(_("Payment"), "current"),
        Step(_("Review"), "todo"),
    ]


def work_steps() -> list[Step]:
    return [
        Step(_("Read the file"), "done"),
        Step(_("Check each row"), "done"),
        Step(_("Store accounts"), "current"),
        Step(_("Report"), "todo"),
    ]


def failed_steps() -> list[Step]:
    return [
        Step(_("Read services"), "done"),
        Step(_("Compare products"), "failed", hint=_("Vendor did not answer")),
        Step(_("Store prices"), "todo"),
    ]


def progresses() -> list[Progress]:
    return [
        Progress(1840, 5200, _("Importing accounts"), 212.4, 3),
        Progress(320, None, _("Reading services"), 40.0),
        Progress(5200, 5200, _("Import finished"), None, 3, "done"),
        Progress(2610, 5200, _("Import stopped"), None, 41, "failed"),
    ]


def log() -> list[LogLine]:
    now = clock.now()
    return [
        LogLine(now - timedelta(seconds=9), _("Asked the vendor for its services."), "info"),
        LogLine(now - timedelta(seconds=7), _("212 products, 640 prices received."), "success"),
        LogLine(
            now - timedelta(seconds=4), _("Acrobat Pro: renamed by staff, name kept."), "warning"
        ),
        LogLine(
            now - timedelta(seconds=1), _("Stock Credits: no price in EUR, left out."), "error"
        ),
    ]
