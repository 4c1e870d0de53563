"""The portal's first page: what needs somebody now, then figures, then charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.permissions import Permission
from bss.core import clock
from bss.core.money import Money
from bss.orders.tables import order_badge
from bss.portal import selectors
from bss.ui.charts import Chart, Series
from bss.ui.components import Tile, Tone
from bss.ui.formats import amount
from bss.ui.generic import Page


class Home(Page):
    permission = Permission.ACCOUNT_VIEW
    template_name = "portal/home.html"
    title = gettext_lazy("Home")

    def context(self) -> Mapping[str, Any]:
        needs = selectors.needs_you()
        organization = self.request.membership.organization  # type: ignore[attr-defined]
        self.currency = organization.currency
        owed = selectors.owed_by_age(self.currency, clock.today(organization.time_zone))
        return {
            "needs": _needs(needs),
            "nothing_waits": needs.total == 0,
            "tiles": [*_tiles(selectors.business(), needs), *self._money_tiles(owed)],
            "orders_chart": _orders_chart(),
            "owed_chart": _owed_chart(owed, self.currency) if any(owed) else None,
            "products_chart": _products_chart(),
            "recent": [(order, order_badge(order)) for order in selectors.recent_orders()],
        }

    def _money_tiles(self, owed: Sequence[Decimal]) -> list[Tile]:
        """What comes in every month, what is to come in, and what should have."""
        if not self.may(Permission.BILLING_VIEW):
            return []
        invoices = reverse("billing:invoices")
        late = sum(owed[1:], Decimal(0))
        return [
            Tile(
                _("Monthly recurring revenue"),
                amount(Money(selectors.recurring(self.currency), self.currency)),
                url=reverse("subscriptions:list"),
            ),
            Tile(_("Due"), amount(Money(owed[0], self.currency)), url=f"{invoices}?view=open"),
            Tile(
                _("Overdue"),
                amount(Money(late, self.currency)),
                tone="danger" if late else "neutral",
                url=f"{invoices}?view=overdue",
            ),
        ]


def _needs(needs: selectors.NeedsYou) -> list[Tile]:
    """One tile per list in which something needs somebody; each leads to the view of that list that shows it."""
    rows: list[tuple[str, str, int, Tone, str]] = [
        (
            _url("orders:list"),
            _("Orders"),
            needs.orders,
            "warning",
            _("To execute, to answer, failed"),
        ),
        (
            _url("servicemanager:jobs"),
            _("Provisioning"),
            needs.provisioning,
            "danger",
            _("Failed, outcome unknown, to deliver"),
        ),
        (
            _url("subscriptions:list"),
            _("Subscriptions"),
            needs.subscriptions,
            "danger",
            _("Not provisioned, or a change failed"),
        ),
        (_url("portal:jobs"), _("Background work"), needs.background_work, "danger", _("Gave up")),
        (
            _url("billing:invoices", "overdue"),
            _("Overdue invoices"),
            needs.overdue_invoices,
            "warning",
            _("Issued, past their day, not settled"),
        ),
    ]
    return [
        Tile(label, count, tone=tone, url=url, hint=hint)
        for url, label, count, tone, hint in rows
        if count
    ]


def _url(name: str, view: str = "needs") -> str:
    return f"{reverse(name)}?view={view}"


def _tiles(business: selectors.Business, needs: selectors.NeedsYou) -> list[Tile]:
    accounts = reverse("accounts:list")
    return [
        Tile(_("Resellers"), business.resellers, url=f"{accounts}?view=resellers"),
        Tile(_("Customers"), business.customers, url=accounts),
        Tile(_("Live subscriptions"), business.subscriptions, url=reverse("subscriptions:list")),
        Tile(_("Orders this month"), business.orders_this_month, url=reverse("orders:list")),
        Tile(_("Pending requests"), needs.pending_requests, url=reverse("subscriptions:list")),
    ]


def _orders_chart() -> Chart:
    weeks = selectors.orders_by_week()
    return Chart(
        title=_("Orders by week"),
        labels=[date_format(week, "j M") for week, _count in weeks],
        series=[Series(_("Orders"), [count for _week, count in weeks])],
    )


def _owed_chart(owed: Sequence[Decimal], currency: str) -> Chart:
    return Chart(
        title=_("Open invoices by days overdue"),
        # Short in any language: they stand side by side.
        labels=[_("Not due"), "1-30", "31-60", "61-90", "> 90"],
        series=[Series(_("Open"), [float(each) for each in owed])],
        shown=lambda figure: amount(Money(Decimal(str(figure)), currency).rounded()),
    )


def _products_chart() -> Chart | None:
    found = selectors.subscriptions_by_product()
    if not found:
        return None
    return Chart(
        title=_("Live subscriptions by product"),
        kind="ranked",
        labels=[name for name, _count in found],
        series=[Series(_("Subscriptions"), [count for _name, count in found])],
    )
