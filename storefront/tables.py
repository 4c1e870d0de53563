"""Columns of the Storefront's lists."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bss.accounts.choices import StorefrontRole, UserType
from bss.accounts.tables import token_badge
from bss.billing.tables import credit_note_badge, invoice_badge
from bss.core.money import Money, round_half_up
from bss.orders.choices import LineKind, OrderState
from bss.ui.components import Badge, Button, Confirm, badge_of
from bss.ui.slots import url_of
from bss.ui.tables import Column, Table
from storefront.selectors.orders import state_for_customer


def _roles(membership: Any) -> str:
    if membership.user_type == UserType.ADMIN:
        return str(UserType.ADMIN.label)
    return ", ".join(str(StorefrontRole(role).label) for role in membership.roles) or "—"


class UserTable(Table):
    """Who of a company signs in."""

    name = Column("contact__full_name", _("Name"), link=True)
    email = Column("user__email", _("E-mail"))
    roles = Column(_roles, _("May do"))
    active = Column(
        lambda m: Badge(_("Active"), "success") if m.is_active else Badge(_("Ended")),
        _("Login"),
        kind="badge",
    )

    def row_url(self, row: Any) -> str:
        return url_of("storefront:user", row)


class TokenTable(Table):
    """Keys to the API."""

    name = Column("name", _("Name"))
    prefix = Column("prefix", _("Begins with"))
    scopes = Column(lambda token: ", ".join(token.scopes), _("May"))
    used = Column("last_used_at", _("Last used"), kind="when")
    state = Column(token_badge, _("State"), kind="badge")

    def row_actions(self, row: Any) -> Sequence[Button]:
        if row.revoked_at:
            return []
        confirm = Confirm(
            _("Revoke the key “%(name)s”") % {"name": row.name},
            _("Programs that use it are refused from now on."),
            _("Revoke it"),
        )
        url = reverse("storefront:token-revoke", args=[row.public_id])
        return [Button(_("Revoke"), url, kind="danger", method="post", confirm=confirm)]


def _order_badge(order: Any) -> Badge:
    return badge_of(OrderState(order.state))


def _what(order: Any) -> str:
    """The first product and how many more; for a change, what it changes."""
    if order.first_kind not in {None, LineKind.NEW}:
        return str(order.name)
    more = (order.item_count or 1) - 1
    first = order.first_item or order.name
    if not more:
        return str(first)
    return ngettext("%(first)s and %(n)d more", "%(first)s and %(n)d more", more) % {
        "first": first,
        "n": more,
    }


class OrderTable(Table):
    """What was ordered, at what the payer pays."""

    number = Column("number", _("Order"), kind="whole", link=True)
    what = Column(_what, _("What"))
    customer = Column("customer__name", _("For"))
    placed = Column("placed_at", _("Placed"), kind="when")
    by = Column("placed_by_label", _("By"), hidden_by_default=True)
    reference = Column("purchase_order", _("Your number"), hidden_by_default=True)
    state = Column(_order_badge, _("State"), kind="badge")
    total = Column("total", _("Total"), kind="amount", currency="currency")
    default_order = "-id"
    caption = _("Orders")

    def row_url(self, row: Any) -> str:
        return url_of("storefront:order", row)

    def row_tone(self, row: Any) -> str:
        return _ORDER_TONES.get(row.state, "")


class CustomerOrderTable(OrderTable):
    """The same for a reseller's customer: at what its reseller charges it, in its own words for the state."""

    state = Column(state_for_customer, _("State"), kind="badge")
    total = Column("total_resale", _("Total"), kind="amount", currency="currency")

    def row_tone(self, row: Any) -> str:
        return ""


class SubscriptionTable(Table):
    """What somebody has, at what the payer pays for a term."""

    number = Column("number", _("Subscription"), kind="whole", link=True)
    name = Column("name", _("Name"), sortable=False)
    customer = Column("customer__name", _("Customer"))
    quantity = Column("quantity", _("Quantity"), kind="number")
    state = Column("state", _("State"), kind="badge")
    ends = Column("ends_at", _("Term ends"), kind="date")
    price = Column(lambda row: _term_price(row, row.unit_price), _("Per term"), kind="amount")
    default_order = "-id"
    caption = _("Subscriptions")

    def row_url(self, row: Any) -> str:
        return url_of("storefront:subscription", row)

    def row_tone(self, row: Any) -> str:
        return "danger" if row.problem_code else ""


class CustomerSubscriptionTable(SubscriptionTable):
    """The same for a reseller's customer."""

    price = Column(lambda row: _term_price(row, row.unit_resale), _("Per term"), kind="amount")


_ORDER_TONES = {
    OrderState.FAILED: "danger",
    OrderState.PARTLY_EXECUTED: "warning",
}


def _term_price(row: Any, unit: Decimal | None) -> Money | None:
    if unit is None:
        return None
    return Money(round_half_up(unit * row.quantity, row.currency), row.currency)


class InvoiceTable(Table):
    """What a payer was invoiced."""

    number = Column("number", _("Invoice"), kind="whole", link=True)
    customer = Column("customer__name", _("For"), hidden_by_default=True)
    order = Column("order__number", _("Order"), kind="whole")
    state = Column(invoice_badge, _("State"), kind="badge")
    issued_on = Column("issued_on", _("Issued"), kind="date")
    due_on = Column("due_on", _("Pay until"), kind="date")
    total = Column("total", _("Total"), kind="amount", currency="currency")
    open_amount = Column("open_amount", _("Still to pay"), kind="amount", currency="currency")
    default_order = "-id"
    caption = _("Invoices")

    def row_url(self, row: Any) -> str:
        return reverse("storefront:invoice", args=[row.public_id])


class CreditNoteTable(Table):
    """What a payer was given back."""

    number = Column("number", _("Credit note"), kind="whole", link=True)
    customer = Column("customer__name", _("For"), hidden_by_default=True)
    state = Column(credit_note_badge, _("State"), kind="badge")
    issued_on = Column("issued_on", _("Issued"), kind="date")
    total = Column("total", _("Total"), kind="amount", currency="currency")
    open_amount = Column("open_amount", _("Not used yet"), kind="amount", currency="currency")
    default_order = "-id"
    caption = _("Credit notes")

    def row_url(self, row: Any) -> str:
        return reverse("storefront:credit-note", args=[row.public_id])
