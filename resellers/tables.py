"""Columns of the lists of reseller plans."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from bss.ui.slots import url_of
from bss.ui.tables import Column, Table


class CustomerTable(Table):
    """A reseller's customers, as the reseller sees them."""

    name = Column("name", _("Name"), sortable=True, link=True)
    number = Column("number", _("Number"), kind="whole", sortable=True)
    city = Column("city", _("City"), sortable=True)
    email = Column("corporate_email", _("E-mail"))
    subscriptions = Column("live_subscriptions", _("Subscriptions"), kind="number")
    sign_ins = Column("logins", _("Sign-ins"), kind="number")
    default_order = "name"

    def row_url(self, row: Any) -> str:
        return url_of("plans:customer", row)


class ApprovalTable(Table):
    """Orders that wait for a reseller, as the reseller sees them."""

    number = Column("number", _("Order"), kind="whole", link=True)
    customer = Column("customer__name", _("Customer"), sortable=True)
    asked = Column("placed_at", _("Ordered"), kind="when", sortable=True)
    by = Column("placed_by_label", _("By"))
    reference = Column("purchase_order", _("Purchase order"), hidden_by_default=True)
    total = Column("total", _("You pay"), kind="amount", currency="currency")
    charged = Column("total_resale", _("You charge"), kind="amount", currency="currency")
    default_order = "placed_at"
    caption = _("Orders to approve")

    def row_url(self, row: Any) -> str:
        return url_of("plans:approval", row)


class PlanTable(Table):
    """The plans of an organization, as staff see them."""

    name = Column(str, _("Plan"), link=True)
    product = Column("product__code", _("Product"))
    included = Column(lambda plan: len(plan.capabilities), _("Included"), kind="number")
    resellers = Column("resellers", _("Resellers"), kind="number")
    default_order = "position"

    def row_url(self, row: Any) -> str:
        return url_of("resellers:plan", row)
