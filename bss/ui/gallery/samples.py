"""What the gallery shows: rows, facts and figures of an invented distributor. No database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from bss.core import clock
from bss.core.money import Money
from bss.ui import charts, formats
from bss.ui.components import (
    Attention,
    Badge,
    Button,
    Confirm,
    EmptyState,
    Fact,
    LogLine,
    PlanColumn,
    Progress,
    Step,
    Tab,
    Tile,
)
from bss.ui.filters import Chip
from bss.ui.generic.bulk import BulkAction, BulkResult
from bss.ui.slots import NavItem
from bss.ui.tables import Column, Table
from bss.ui.timeline import Entry

EURO = "EUR"


@dataclass(frozen=True, slots=True)
class SampleSubscription:
    """A row of the sample table."""

    public_id: str
    number: str
    product: str
    customer: str
    state: str
    label: Any
    quantity: int
    price: Decimal
    renews: datetime
    tone: str = ""

    @property
    def monthly(self) -> Money:
        return Money(self.price, EURO)

    @property
    def badge(self) -> Badge:
        tones = {
            "active": "success",
            "failed": "danger",
            "suspended": "warning",
            "pending": "progress",
        }
        return Badge(self.label, tones.get(self.state, "neutral"))  # type: ignore[arg-type]

    def __str__(self) -> str:
        return self.number


class SampleTable(Table):
    number = Column("number", _("Subscription"), sortable=True, link=True)
    customer = Column("customer", _("Customer"), sortable=True)
    product = Column("product", _("Product"))
    state = Column("badge", _("State"))
    quantity = Column("quantity", _("Seats"), kind="number", sortable=True)
    monthly = Column("monthly", _("Monthly"), kind="amount", total=True, sortable=True)
    renews = Column("renews", _("Renews"), kind="date")

    def row_url(self, row: SampleSubscription) -> str:
        return "#record"

    def row_tone(self, row: SampleSubscription) -> str:
        return row.tone

    def row_actions(self, row: SampleSubscription) -> list[Button]:
        return menu(row.number)


def menu(name: str) -> list[Button]:
    """A record's menu, with a dangerous action at its end."""
    ask = Confirm(
        _("Cancel %(name)s?") % {"name": name},
        _("The seats stop working at the end of the term, and the customer is told by e-mail."),
        _("Cancel the subscription"),
    )
    return [
        Button(_("Change quantity"), "#", "adjustments-horizontal"),
        Button(_("Suspend"), "#", "pause-circle"),
        Button(_("Cancel subscription"), f"#{name}", "x-circle", "danger", "post", ask),
    ]


def subscriptions() -> list[SampleSubscription]:
    now = clock.now()
    rows: list[tuple[str, str, str, str, Any, int, str, int, str]] = [
        (
            "SUB-000412",
            "Microsoft 365 Business Premium",
            "Harbour & Finch Architects",
            "active",
            _("Active"),
            48,
            "950.40",
            21,
            "",
        ),
        (
            "SUB-000411",
            "Acrobat Pro for teams",
            "Nordlicht Logistik GmbH",
            "failed",
            _("Failed"),
            12,
            "263.88",
            3,
            "danger",
        ),
        (
            "SUB-000407",
            "Microsoft 365 E3",
            "Aegean Freight SA",
            "suspended",
            _("Suspended"),
            230,
            "7935.00",
            140,
            "warning",
        ),
        (
            "SUB-000399",
            "Reseller plan: Standard",
            "Cloudline Partners",
            "pending",
            _("Pending"),
            1,
            "49.00",
            30,
            "",
        ),
        (
            "SUB-000398",
            "Creative Cloud All Apps",
            "Studio Marisol",
            "active",
            _("Active"),
            6,
            "431.94",
            75,
            "",
        ),
        (
            "SUB-000395",
            "Exchange Online Plan 1",
            "Petrakis Legal",
            "cancelled",
            _("Cancelled"),
            18,
            "66.60",
            -12,
            "",
        ),
    ]
    return [
        SampleSubscription(
            n.lower(), n, p, c, s, label, q, Decimal(a), now + timedelta(days=d), tone
        )
        for n, p, c, s, label, q, a, d, tone in rows
    ]


def chips() -> list[Chip]:
    return [Chip(_("State"), str(_("Active")), "#"), Chip(_("Vendor"), "Microsoft, Adobe", "#")]


def badges() -> list[Badge]:
    return [
        Badge(_("Draft"), "neutral"),
        Badge(_("Provisioning"), "progress"),
        Badge(_("Scheduled"), "info"),
        Badge(_("Active"), "success"),
        Badge(_("Needs input"), "warning"),
        Badge(_("Failed"), "danger"),
    ]


def facts() -> list[Fact]:
    return [
        Fact(_("Customer"), "Nordlicht Logistik GmbH", "#"),
        Fact(_("Seats"), "12"),
        Fact(_("Per month"), Money(Decimal("263.88"), EURO)),
        Fact(_("Renews"), (clock.now() + timedelta(days=3)).date()),
        Fact(_("Vendor"), "Adobe"),
    ]


def attentions() -> list[Attention]:
    return [
        Attention(
            _("Adobe refused this order"),
            _("The company name is longer than 60 characters. Shorten it, then try again."),
            "danger",
            Button(_("Edit the customer"), "#", "", "normal"),
            "ADOBE 1117",
        ),
        Attention(
            _("Renewal in three days"),
            _("The price rises from €21.99 to €23.49 a seat. The customer was told on 2 November."),
            "warning",
        ),
        Attention(
            _("Prices change on 1 December"),
            _("Quotes made today keep their price for 14 days."),
            "info",
        ),
        Attention(_("Your storefront is live"), _("Invite your first customer to it."), "success"),
    ]


def timeline() -> list[Entry]:
    now = clock.now()
    return [
        Entry(
            now - timedelta(minutes=12),
            "Tradewind",
            _("Provisioning failed"),
            _("Adobe: company name too long (1117)."),
            "provisioning",
            "danger",
        ),
        Entry(
            now - timedelta(minutes=13), "Adobe Services", _("Create customer: 400"), "", "exchange"
        ),
        Entry(
            now - timedelta(hours=3),
            "Ines Kamara",
            _("Quantity changed"),
            "",
            "staff",
            changes={str(_("Seats")): (10, 12)},
        ),
        Entry(
            now - timedelta(days=2),
            "Tradewind",
            _("Order confirmation sent"),
            "it@nordlicht.example",
            "mail",
        ),
        Entry(
            now - timedelta(days=2, minutes=1),
            "Jonas Brandt",
            _("Order SO-2026-000871 placed"),
            "",
            "order",
            "success",
            "#",
        ),
    ]


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


def tiles() -> list[Tile]:
    return [
        Tile(
            _("Monthly revenue"),
            Money(Decimal("184320.5"), EURO),
            "+6.2 %",
            "success",
            "#",
            (121, 128, 125, 139, 148, 151, 163, 170, 184),
            _("on last month"),
        ),
        Tile(
            _("Active subscriptions"),
            formats.number(12841),
            "+184",
            "success",
            "",
            (90, 96, 99, 104, 110, 118, 121, 127, 128),
            _("this week"),
        ),
        Tile(
            _("Failed provisioning"),
            "3",
            "+2",
            "danger",
            "#",
            (0, 1, 0, 2, 1, 0, 1, 1, 3),
            _("since yesterday"),
        ),
        Tile(_("Orders to execute"), "7", "", "neutral", "#", (), _("oldest waits 2 hours")),
    ]


def chart_samples() -> list[charts.Chart]:
    months = [_("Jun"), _("Jul"), _("Aug"), _("Sep"), _("Oct"), _("Nov")]

    def euro(value: float) -> str:
        return formats.amount(Money(Decimal(round(value)), EURO)).split(".")[0]

    return [
        charts.Chart(
            _("Revenue by vendor"),
            months,
            [
                charts.Series("Microsoft", (62000, 66500, 64200, 71000, 78400, 83100)),
                charts.Series("Adobe", (31000, 30200, 34800, 36100, 39000, 42600)),
                charts.Series(_("Own services"), (9000, 9800, 10400, 12100, 12800, 15200)),
            ],
            "stacked",
            euro,
        ),
        charts.Chart(
            _("Subscriptions, new and cancelled"),
            months,
            [
                charts.Series(_("New"), (210, 238, 190, 264, 301, 322)),
                charts.Series(_("Cancelled"), (64, 58, 81, 60, 72, 55)),
            ],
            "line",
        ),
        charts.Chart(
            _("Orders a month"),
            months,
            [charts.Series(_("Orders"), (412, 468, 440, 530, 588, 640))],
        ),
    ]


def tabs() -> list[Tab]:
    return [
        Tab("overview", _("Overview"), "x"),
        Tab("terms", _("Terms"), count=4, url="#"),
        Tab("licences", _("Licences"), count=12, url="#"),
        Tab("changes", _("Scheduled changes"), url="#"),
    ]


def empty() -> EmptyState:
    return EmptyState(
        _("No price lists yet"),
        _("A price list says what a group of customers pays. Without one they pay the list price."),
        Button(_("New price list"), "#", "plus", "primary"),
        "tag",
    )


def plans() -> list[PlanColumn]:
    def yes(*texts: Any) -> list[tuple[bool, Any]]:
        return [(True, text) for text in texts]

    return [
        PlanColumn(
            _("Basic"),
            _("Included"),
            text=_("Order for your customers here."),
            features=[
                *yes(_("Orders for end customers"), _("Price list of your distributor")),
                (False, _("Own storefront")),
            ],
            changes=(
                _("Your storefront closes; its address stays yours for 90 days."),
                _("Subscriptions and invoices stay as they are."),
            ),
            button=Button(_("Change to Basic"), "#", "", "normal"),
        ),
        PlanColumn(
            _("Free"),
            Money(Decimal(0), EURO),
            _("a month"),
            _("Your own storefront, in your colours."),
            current=True,
            features=yes(
                _("Everything in Basic"),
                _("Own storefront and address"),
                _("Logo and colours"),
                _("Customer users"),
            ),
        ),
        PlanColumn(
            _("Standard"),
            Money(Decimal(49), EURO),
            _("a month"),
            _("Sell at your own prices."),
            featured=True,
            features=yes(
                _("Everything in Free"),
                _("Own prices and margins"),
                _("Order approval"),
                _("Own domain and mail server"),
            ),
            changes=(
                _("Your address, data and customers stay."),
                _("You pay from today, for the rest of this month €14.70."),
            ),
            button=Button(_("Upgrade to Standard"), "#", "", "primary"),
        ),
    ]


def navigation() -> list[dict[str, Any]]:
    """A portal's navigation, as slots.navigation gives it."""

    def link(
        label: Any, icon: str, current: bool = False, count: int | None = None
    ) -> dict[str, Any]:
        return {"item": NavItem(label, "", icon), "url": "#", "current": current, "count": count}

    return [
        {"section": "", "links": [link(_("Home"), "home"), link(_("Customers"), "users")]},
        {
            "section": _("Sales"),
            "links": [
                link(_("Orders"), "shopping-bag", count=7),
                link(_("Subscriptions"), "arrow-path", True),
                link(_("Quotes"), "document-text"),
            ],
        },
        {
            "section": _("Catalogue"),
            "links": [link(_("Products"), "cube"), link(_("Price lists"), "tag")],
        },
        {
            "section": _("Setup"),
            "links": [link(_("Service managers"), "puzzle-piece"), link(_("Team"), "user-group")],
        },
    ]


def bulk() -> list[BulkAction]:
    """Actions over selected rows that do nothing."""

    def none(rows: Any, actor: Any) -> BulkResult:
        return BulkResult(0)

    return [
        BulkAction("suspend", _("Suspend"), none, "pause-circle"),
        BulkAction("cancel", _("Cancel"), none, "x-circle", kind="danger"),
    ]


RETRY = Button(_("Try again"), "#", "arrow-path", "primary")
