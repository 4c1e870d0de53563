"""A list: rows, their table, what can be done with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from bss.core import clock
from bss.core.money import Money
from bss.ui.components import (
    Badge,
    Button,
    Confirm,
)
from bss.ui.filters import Chip
from bss.ui.generic.bulk import BulkAction, BulkResult
from bss.ui.slots import NavItem
from bss.ui.tables import Column, Table

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
    number = Column("number", _("Subscription"), kind="whole", sortable=True, link=True)
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


def bulk() -> list[BulkAction]:
    """Actions over selected rows that do nothing."""

    def none(rows: Any, actor: Any) -> BulkResult:
        return BulkResult(0)

    return [
        BulkAction("suspend", _("Suspend"), none, "pause-circle"),
        BulkAction("cancel", _("Cancel"), none, "x-circle", kind="danger"),
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
