"""The lists of orders: which columns they have and where a row leads."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bss.orders.choices import OrderState
from bss.orders.models import Order
from bss.ui.components import Badge, badge_of
from bss.ui.slots import url_of
from bss.ui.tables import Column, Table


def order_badge(order: Order) -> Badge:
    """The order's state; one that waits for an answer says so."""
    if getattr(order, "needs_input", False):
        return Badge(_("Needs input"), "warning")
    return badge_of(order.state, OrderState(order.state).label)


class OrderTable(Table):
    number = Column("number", _("Order"), kind="whole", sortable=True, link=True)
    customer = Column("customer__name", _("Customer"), sortable=True)
    account = Column("account__name", _("Billed to"), sortable=True)
    state = Column(order_badge, _("State"), kind="badge", sortable="state")
    source = Column("get_source_display", _("From"), hidden_by_default=True)
    placed_by = Column("placed_by_label", _("Placed by"), hidden_by_default=True)
    purchase_order = Column("purchase_order", _("Purchase order"), hidden_by_default=True)
    created_at = Column("created_at", _("Created"), kind="when", sortable=True)
    placed_at = Column("placed_at", _("Placed"), kind="when", hidden_by_default=True)
    total = Column(
        "total", _("Total"), kind="amount", currency="currency", sortable=True, total=True
    )
    default_order = "-id"
    actions_slot = "order.row_actions"

    def row_url(self, row: Order) -> str:
        return url_of("orders:detail", row)

    def row_tone(self, row: Order) -> str:
        return "danger" if row.state == OrderState.FAILED else ""


class OrderCostTable(OrderTable):
    """For whoever may see costs."""

    profit = Column("profit", _("Profit"), kind="amount", currency="currency", total=True)
