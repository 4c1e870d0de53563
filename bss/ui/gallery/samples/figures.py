"""Figures of a dashboard."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from bss.core.money import Money
from bss.ui import charts, formats
from bss.ui.components import (
    Tile,
)

EURO = "EUR"


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
        charts.Chart(
            _("Subscriptions by product"),
            [_("Mail for a whole company"), _("Backup of servers, 1 TB"), _("Design for teams")],
            [charts.Series(_("Subscriptions"), (1240, 815, 96))],
            "ranked",
        ),
    ]
