"""Statements: what a reseller charges its customers, to the customer and to the reseller. No tax document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.permissions import Permission
from bss.billing import selectors
from bss.billing.access import access_charged
from bss.core.errors import NotFound
from bss.ui.components import Crumb
from bss.ui.generic import Page
from bss.ui.generic.export import csv_response
from bss.ui.tables import Column
from storefront.selectors.viewer import account_of
from storefront.views.my_account import Mine
from storefront.views.orders import is_below_payer

STATEMENTS = (
    Column("month_key", gettext_lazy("Month")),
    Column("customer", gettext_lazy("Customer")),
    Column("currency", gettext_lazy("Currency")),
    Column("total", gettext_lazy("Net")),
)
LINES = (
    Column("on", gettext_lazy("Billed")),
    Column("subscription", gettext_lazy("Subscription")),
    Column("name", gettext_lazy("Name")),
    Column("product", gettext_lazy("Product")),
    Column("quantity", gettext_lazy("Quantity")),
    Column("number", gettext_lazy("Installment")),
    Column("count", gettext_lazy("Of")),
    Column("starts_at", gettext_lazy("From")),
    Column("ends_at", gettext_lazy("Until")),
    Column("currency", gettext_lazy("Currency")),
    Column("amount", gettext_lazy("Net")),
)


class Statements(Mine, Page):
    """To a customer its own months; to a reseller one month of all its customers."""

    permission = Permission.BILLING_VIEW
    template_name = "storefront/statements.html"
    title = gettext_lazy("Statements")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "csv":
            rows = selectors.statements(self.actor, month=self._month())
            return csv_response("statements", STATEMENTS, rows)
        return super().get(request, *args, **kwargs)

    def context(self) -> Mapping[str, Any]:
        is_customer = is_below_payer(account_of(self.request))
        month = self._month()
        return {
            "statements": selectors.statements(self.actor, month=month),
            "months": [] if is_customer else selectors.statement_months(self.actor),
            "month": month,
            "is_customer": is_customer,
            "export_url": f"?export=csv{f'&month={month:%Y-%m}' if month else ''}",
        }

    def _month(self) -> date | None:
        """The month asked for; to a reseller the newest one. None for all of them."""
        asked = self.request.GET.get("month", "")
        if asked:
            return month_of(asked)
        if is_below_payer(account_of(self.request)):
            return None
        return next(iter(selectors.statement_months(self.actor)), None)


class StatementPage(Mine, Page):
    """One customer's month, line by line."""

    permission = Permission.BILLING_VIEW
    template_name = "storefront/statement.html"
    title = gettext_lazy("Statement")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.customer = access_charged(self.actor, self.kwargs["public_id"])
        self.month = month_of(self.kwargs["month"])
        self.lines = selectors.statement_lines(self.actor, customer=self.customer, month=self.month)
        if not self.lines:
            raise NotFound
        if request.GET.get("export") == "csv":
            return csv_response(f"statement-{self.month:%Y-%m}", LINES, self.lines)
        return super().get(request, *args, **kwargs)

    def crumbs(self) -> Sequence[Crumb]:
        return [*super().crumbs(), Crumb(_("Statements"), reverse("storefront:statements"))]

    def context(self) -> Mapping[str, Any]:
        return {
            "customer": self.customer,
            "seller": self.customer.parent,
            "month": self.month,
            "lines": self.lines,
            "totals": selectors.totals_of(self.lines),
        }


def month_of(text: str) -> date:
    """The first day of "2026-11". Raises NotFound for anything else."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotFound from None
