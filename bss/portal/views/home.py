"""The portal's first page: what needs somebody now, then figures, then charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.permissions import Permission
from bss.orders.tables import order_badge
from bss.portal import selectors
from bss.ui.charts import Chart, Series
from bss.ui.components import Tile, Tone
from bss.ui.generic import Page


class Home(Page):
    permission = Permission.ACCOUNT_VIEW
    template_name = "portal/home.html"
    title = gettext_lazy("Home")

    def context(self) -> Mapping[str, Any]:
        needs = selectors.needs_you()
        return {
            "needs": _needs(needs),
            "nothing_waits": needs.total == 0,
            "tiles": _tiles(selectors.business()),
            "orders_chart": _orders_chart(),
            "products_chart": _products_chart(),
            "recent": [(order, order_badge(order)) for order in selectors.recent_orders()],
        }


def _needs(needs: selectors.NeedsYou) -> list[Tile]:
    """One tile per list in which something needs somebody; each leads to that list's view *Needs you*."""
    rows: list[tuple[str, str, int, Tone, str]] = [
        ("orders:list", _("Orders"), needs.orders, "warning", _("To execute, to answer, failed")),
        (
            "servicemanager:jobs",
            _("Provisioning"),
            needs.provisioning,
            "danger",
            _("Failed, outcome unknown, to deliver"),
        ),
        (
            "subscriptions:list",
            _("Subscriptions"),
            needs.subscriptions,
            "danger",
            _("Not provisioned, or a change failed"),
        ),
        ("portal:jobs", _("Background work"), needs.background_work, "danger", _("Gave up")),
    ]
    return [
        Tile(label, count, tone=tone, url=f"{reverse(name)}?view=needs", hint=hint)
        for name, label, count, tone, hint in rows
        if count
    ]


def _tiles(business: selectors.Business) -> list[Tile]:
    accounts = reverse("accounts:list")
    return [
        Tile(_("Resellers"), business.resellers, url=f"{accounts}?view=resellers"),
        Tile(_("Customers"), business.customers, url=accounts),
        Tile(_("Live subscriptions"), business.subscriptions, url=reverse("subscriptions:list")),
        Tile(_("Orders this month"), business.orders_this_month, url=reverse("orders:list")),
    ]


def _orders_chart() -> Chart:
    weeks = selectors.orders_by_week()
    return Chart(
        title=_("Orders by week"),
        labels=[date_format(week, "j M") for week, _count in weeks],
        series=[Series(_("Orders"), [count for _week, count in weeks])],
    )


def _products_chart() -> Chart | None:
    found = selectors.subscriptions_by_product()
    if not found:
        return None
    return Chart(
        title=_("Live subscriptions by product"),
        labels=[name for name, _count in found],
        series=[Series(_("Subscriptions"), [count for _name, count in found])],
    )
