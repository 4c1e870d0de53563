"""A record: facts, states, what needs attention, what happened."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from bss.core import clock
from bss.core.money import Money
from bss.ui.components import (
    Attention,
    Badge,
    Button,
    EmptyState,
    Fact,
    Tab,
)
from bss.ui.timeline import Entry

EURO = "EUR"


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


RETRY = Button(_("Try again"), "#", "arrow-path", "primary")
