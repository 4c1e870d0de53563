"""The list of payment plans."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bss.installments.choices import Frequency
from bss.installments.models import PaymentPlan
from bss.ui.components import Badge
from bss.ui.tables import Column, Table


def plan_badge(plan: PaymentPlan) -> Badge:
    """Whether a plan is offered to anybody."""
    return Badge(_("Offered"), "success") if plan.is_active else Badge(_("Not offered"), "neutral")


def duration(plan: PaymentPlan) -> str:
    """How long it runs: "12 months"."""
    return ngettext("%(n)d month", "%(n)d months", plan.months) % {"n": plan.months}


class PlanTable(Table):
    name = Column(str, _("Payment plan"), link=True)
    frequency = Column(lambda row: Frequency(row.frequency).label, _("Frequency"))
    count = Column("count", _("Installments"), kind="number", sortable=True)
    months = Column(duration, _("Runs"))
    offers = Column("offer_count", _("Offers"), kind="number")
    state = Column(plan_badge, _("State"), kind="badge", sortable="is_active")
    default_order = "count"

    def row_url(self, row: PaymentPlan) -> str:
        return reverse("installments:plan", args=[row.public_id])
