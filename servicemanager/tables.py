"""Columns of the lists of instances and provisioning jobs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from bss.ui.components import Badge, badge_of
from bss.ui.slots import url_of
from bss.ui.tables import Column, Table
from servicemanager import registry, selectors
from servicemanager.choices import ProvisioningState
from servicemanager.models import Instance, ProvisioningJob


def manager_name(code: str) -> str:
    """A service manager's name; its code when its app is not installed."""
    found = registry.find(code)
    return str(found.name) if found else code


def problem_title(job: ProvisioningJob) -> str:
    """What went wrong, in a line; empty when nothing did."""
    if not job.code:
        return ""
    explanation = registry.explain(job.code, job.instance.manager)
    return str(explanation.title) if explanation else job.code


def job_badge(job: ProvisioningJob) -> Badge:
    """Where a provisioning job stands; what staff are to deliver is not said to go on by itself."""
    if selectors.awaits_delivery(job):
        return Badge(_("To deliver"), "warning")
    return badge_of(job.state, job.get_state_display())


class InstanceTable(Table):
    name = Column("name", _("Name"), sortable=True, link=True)
    manager = Column(lambda row: manager_name(row.manager), _("Service manager"))
    state = Column("state", _("State"), kind="badge")
    open_jobs = Column("open_jobs", _("Open operations"), kind="number")
    failed_jobs = Column("failed_jobs", _("Failed"), kind="number")
    defined_at = Column("defined_at", _("Services fetched"), kind="when")
    default_order = "name"

    def row_url(self, row: Instance) -> str:
        return url_of("servicemanager:detail", row)


class ProvisioningTable(Table):
    subscription = Column("subscription__number", _("Subscription"), kind="whole", link=True)
    what = Column("subscription__name", _("Service"))
    customer = Column("subscription__customer__name", _("Customer"))
    operation = Column(lambda row: row.get_operation_display(), _("Operation"))
    state = Column(job_badge, _("State"), kind="badge")
    problem = Column(problem_title, _("Problem"))
    instance = Column("instance__name", _("Provisioned by"))
    calls = Column("calls", _("Calls"), kind="number", hidden_by_default=True)
    attempts = Column("attempts", _("Attempts"), kind="number", hidden_by_default=True)
    created_at = Column("created_at", _("Started"), kind="when")
    default_order = "-pk"
    actions_slot = "provisioning.actions"

    def row_url(self, row: ProvisioningJob) -> str:
        return url_of("servicemanager:job", row)

    def row_tone(self, row: ProvisioningJob) -> str:
        return "danger" if row.state == ProvisioningState.FAILED else ""

    def row_label(self, row: Any) -> str:
        return f"{row.get_operation_display()} {row.subscription}"
