"""What a shop sells."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from bss.core.money import Money
from bss.ui.components import (
    Button,
    PlanColumn,
)

EURO = "EUR"


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
