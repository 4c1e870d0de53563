"""Subscriptions in the portal: the list and the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from bss.accounts.permissions import Permission
from bss.catalog.choices import Unit
from bss.core.money import Money
from bss.installments.contracts import PlanTerms
from bss.orders.choices import LineState
from bss.orders.models import OrderLine
from bss.orders.views.rows import parameter_words
from bss.subscriptions import selectors
from bss.subscriptions.access import access_subscription
from bss.subscriptions.choices import ChangeState, SubscriptionState
from bss.subscriptions.filters import SubscriptionFilter
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.selectors import amounts_of
from bss.subscriptions.tables import (
    SubscriptionTable,
    change_words,
    pending_attention,
    plan_words,
    problem_attention,
    subscription_badge,
    sync_badge,
)
from bss.ui import formats
from bss.ui.components import (
    Attention,
    Badge,
    Button,
    Crumb,
    EmptyState,
    Fact,
    SavedView,
    Tab,
    badge_of,
)
from bss.ui.generic import DetailView, ListView


class SubscriptionList(ListView):
    permission = Permission.SUBSCRIPTION_VIEW
    title = _("Subscriptions")
    table = SubscriptionTable
    filterset = SubscriptionFilter
    search = ("number", "name", "customer__name", "customer__number", "external_id")
    search_label = _("Search subscriptions")
    saved_views = (
        SavedView("needs", _("Needs you"), {"needs": "staff"}),
        SavedView("active", _("Active"), {"state": "active"}),
        SavedView("pending", _("Pending"), {"state": "pending"}),
        SavedView("suspended", _("Suspended"), {"state": "suspended"}),
        SavedView("ending", _("Pending cancel"), {"state": "pending_cancel"}),
        SavedView("failed", _("Failed"), {"state": "failed"}),
        SavedView("ended", _("Ended"), {"state": ["cancelled", "expired"]}),
    )

    @property
    def empty(self) -> EmptyState:  # type: ignore[override]
        new = Button(_("New order"), reverse("orders:create"), "plus", "primary")
        return EmptyState(
            _("No subscriptions yet"),
            _("A subscription appears as soon as an order for it is executed."),
            new if self.may(Permission.ORDER_CREATE) else None,
            "arrow-path",
        )

    def queryset(self) -> QuerySet[Subscription]:
        return selectors.subscriptions_listed()


class SubscriptionDetail(DetailView):
    permission = Permission.SUBSCRIPTION_VIEW
    slot = "subscription"
    tabs = (
        Tab("overview", _("Overview"), "subscriptions/_overview.html"),
        Tab("licences", _("Licences"), "subscriptions/_lots.html"),
        Tab("terms", _("Terms"), "subscriptions/_terms.html"),
        Tab("changes", _("Changes"), "subscriptions/_changes.html"),
    )
    object: Subscription

    def get_object(self) -> Subscription:
        found = access_subscription(self.actor, self.kwargs["public_id"])
        # The actions in the slot look at it: while a change is open, no other is offered.
        found.pending_change = next((c for c in self._changes(found) if c.is_open), None)  # type: ignore[attr-defined]
        return found

    def _changes(self, subscription: Subscription) -> list[ScheduledChange]:
        self.changes = selectors.changes_of(subscription)
        return self.changes

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Subscriptions"), reverse("subscriptions:list"))]

    def badge(self) -> Badge:
        return subscription_badge(self.object)

    def facts(self) -> Sequence[Fact]:
        subscription = self.object
        customer = subscription.customer
        return [
            Fact(
                _("Customer"), customer.name, reverse("accounts:detail", args=[customer.public_id])
            ),
            Fact(_("Quantity"), subscription.quantity),
            Fact(Unit(subscription.unit).label, self.amounts.total),
            Fact(_("Ends") if _is_ending(subscription) else _("Term ends"), subscription.ends_at),
            Fact(_("Service"), sync_badge(subscription)),
        ]

    @cached_property
    def amounts(self) -> selectors.SubscriptionAmounts:
        subscription = self.object
        return amounts_of(
            subscription, self.actor, payer_id=subscription.payer_id, currency=subscription.currency
        )

    def attention(self) -> Sequence[Attention]:
        subscription = self.object
        change = subscription.pending_change  # type: ignore[attr-defined]
        may = self.may(Permission.SUBSCRIPTION_MANAGE)
        line = change.order_line if change else subscription.order_line
        found = [
            problem_attention(
                subscription,
                change,
                retry_url=self._url("subscriptions:retry", subscription) if may else "",
                answer_url=self._answer_url(line),
            ),
            pending_attention(change, withdraw_url=_withdraw_url(change) if may and change else ""),
        ]
        return [attention for attention in found if attention is not None]

    def _url(self, name: str, subject: Any) -> str:
        return reverse(name, args=[subject.public_id])

    def _answer_url(self, line: OrderLine) -> str:
        waits = line.state == LineState.NEEDS_INPUT and self.may(Permission.ORDER_EXECUTE)
        return self._url("orders:line-answer", line) if waits else ""

    def related(self) -> Sequence[Model]:
        line = self.object.order_line
        lines = [change.order_line for change in self.changes]
        orders = [change.order_line.order for change in self.changes]
        return [line, line.order, *self.changes, *lines, *orders]

    def tab_overview(self) -> Mapping[str, Any]:
        subscription = self.object
        line = subscription.order_line
        order = line.order
        payer = subscription.payer
        line.product, line.parameters = subscription.product, subscription.parameters
        facts = [
            Fact(_("Name"), subscription.name),
            Fact(
                _("Product"),
                subscription.product.name,
                reverse("catalog:product-detail", args=[subscription.product.public_id]),
            ),
            Fact(_("Billed to"), payer.name, reverse("accounts:detail", args=[payer.public_id])),
            Fact(_("Bought with"), order.number, reverse("orders:detail", args=[order.public_id])),
            Fact(_("Started"), subscription.started_at),
            Fact(_("Unit price"), self.amounts.unit),
            Fact(_("Paid"), plan_words(subscription.plan)),
            Fact(_("Next term"), self._next_term()),
            Fact(_("Id at the vendor"), subscription.external_id),
        ]
        if self.amounts.resale is not None:
            facts.append(Fact(_("Resale price per term"), self.amounts.resale))
        if self.amounts.cost is not None:
            facts.append(Fact(_("Cost per term"), self.amounts.cost))
            facts.append(Fact(_("Profit per term"), self.amounts.profit))
        return {
            "facts": facts,
            "parameters": [Fact(label, value) for label, value in parameter_words(line)],
            "add_ons": [
                (
                    add_on,
                    amounts_of(
                        add_on, self.actor, payer_id=payer.pk, currency=subscription.currency
                    ),
                )
                for add_on in selectors.add_ons_of(subscription)
            ],
        }

    def _next_term(self) -> str:
        """What was asked for it, in words."""
        subscription = self.object
        if not subscription.renews:
            return str(_("None: it does not renew"))
        found = []
        if subscription.renewal_quantity is not None:
            words = _("quantity %(n)s") % {"n": formats.number(subscription.renewal_quantity)}
            found.append(str(words))
        if subscription.renewal_plan_chosen:
            chosen = subscription.renewal_plan
            plan = PlanTerms(chosen.frequency, chosen.count) if chosen else None
            found.append(plan_words(plan))
        return ", ".join(found) or str(_("As this one"))

    def tab_licences(self) -> Mapping[str, Any]:
        """What was bought when, and what left it: the order's line, its price, its days."""
        lots = selectors.lots_shown(self.object)
        return {
            "lots": [
                (lot, plan_words(lot.plan), Money(lot.unit_price, lot.currency)) for lot in lots
            ],
            "reductions": selectors.reductions_of(self.object),
        }

    def tab_terms(self) -> Mapping[str, Any]:
        subscription = self.object
        return {
            "terms": [
                (
                    term,
                    amounts_of(
                        term, self.actor, payer_id=subscription.payer_id, currency=term.currency
                    ),
                )
                for term in selectors.terms_of(subscription)
            ]
        }

    def tab_changes(self) -> Mapping[str, Any]:
        return {
            "changes": [
                (change, change_words(change), badge_of(change.state, change.get_state_display()))
                for change in self.changes
            ]
        }


def _is_ending(subscription: Subscription) -> bool:
    return subscription.state == SubscriptionState.PENDING_CANCEL


def _withdraw_url(change: ScheduledChange) -> str:
    if change.state == ChangeState.IN_PROGRESS:
        return ""
    return reverse("subscriptions:withdraw", args=[change.public_id])
