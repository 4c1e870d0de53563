"""What somebody has: the list, one subscription, and what may be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.permissions import Permission
from bss.catalog.choices import Unit
from bss.installments.choices import Frequency
from bss.subscriptions.access import access_subscription
from bss.subscriptions.choices import RENEWING, SubscriptionState
from bss.subscriptions.models import Subscription
from bss.subscriptions.selectors import (
    amounts_of,
    changes_of,
    may_read_reasons,
    subscriptions_visible,
)
from bss.ui.components import Attention, Button, Crumb, EmptyState, Fact, SavedView
from bss.ui.generic import ListView, Page
from storefront.contracts import vendor_at
from storefront.filters import SubscriptionFilter
from storefront.selectors import subscriptions as selectors
from storefront.selectors.viewer import account_of
from storefront.tables import CustomerSubscriptionTable, SubscriptionTable
from storefront.views.orders import is_below_payer, way_here

S = SubscriptionState


class Subscriptions(ListView):
    """Everything below the actor's account, at the actor's own level of prices."""

    permission = Permission.SUBSCRIPTION_VIEW
    title = gettext_lazy("Subscriptions")
    intro = gettext_lazy("What you and your customers have, and how it is.")
    filterset = SubscriptionFilter
    search = ("number", "name", "customer__name", "product__name")
    search_label = gettext_lazy("Find a subscription")
    export_name = "subscriptions"
    saved_views = (
        SavedView("active", gettext_lazy("Active"), {"state": [S.ACTIVE, S.PENDING_CANCEL]}),
        SavedView("pending", gettext_lazy("Being set up"), {"state": [S.PENDING]}),
        SavedView("attention", gettext_lazy("Need attention"), {"state": [S.SUSPENDED, S.FAILED]}),
        SavedView("ended", gettext_lazy("Ended"), {"state": [S.CANCELLED, S.EXPIRED]}),
    )

    @property
    def empty(self) -> EmptyState:  # type: ignore[override]
        return EmptyState(
            _("No subscriptions yet"),
            _("What you buy is listed here once it is ordered."),
            Button(_("See all products"), reverse("storefront:catalog"), kind="primary"),
            "squares-2x2",
        )

    @property
    def table(self) -> type[SubscriptionTable]:  # type: ignore[override]
        below = is_below_payer(account_of(self.request))
        return CustomerSubscriptionTable if below else SubscriptionTable

    def crumbs(self) -> Sequence[Crumb]:
        return way_here()

    def queryset(self) -> QuerySet[Subscription]:
        # No more than the columns: the payer and the product with its type were half of what was read.
        return subscriptions_visible().select_related(None).select_related("customer")


class SubscriptionPage(Page):
    """One subscription: how it is, what it costs, what is planned, and what may be done."""

    permission = Permission.SUBSCRIPTION_VIEW
    template_name = "storefront/subscription.html"
    object: Subscription

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.object = access_subscription(self.actor, self.kwargs["public_id"])
        return super().get(request, *args, **kwargs)

    def get_title(self) -> Any:
        return self.object.name

    def crumbs(self) -> Sequence[Crumb]:
        return [*way_here(), Crumb(_("Subscriptions"), reverse("storefront:subscriptions"))]

    def context(self) -> Mapping[str, Any]:
        subscription, actor = self.object, self.actor
        newest = changes_of(subscription, 20)
        change = selectors.open_change_among(newest, subscription, actor)
        return {
            "subscription": subscription,
            "health": selectors.health_of(subscription),
            "facts": self._facts(),
            "vendor": vendor_at(
                self.request.surface.storefront,  # type: ignore[attr-defined]
                subscription.product.vendor,
            ),
            "per": Unit(subscription.unit).per,
            "change": change,
            "wants": selectors.wants_of(subscription, actor, is_blocked=change is not None),
            "attention": self._attention(),
            "answers": selectors.answers_for(subscription),
            "add_ons": selectors.add_ons_of(subscription, actor),
            "terms": selectors.terms_of(subscription, actor),
            "lots": selectors.lots_of(subscription, actor),
            "coming": self._coming(),
            "happened": [
                (each, selectors.change_in_words(each)) for each in selectors.happened_to(newest)
            ],
            "may_view_orders": self.may(Permission.ORDER_VIEW),
        }

    def _facts(self) -> list[Fact]:
        subscription = self.object
        amounts = amounts_of(
            subscription,
            self.actor,
            payer_id=subscription.payer_id,
            currency=subscription.currency,
        )
        facts = [Fact(_("Quantity"), subscription.quantity)]
        facts.append(Fact(Unit(subscription.unit).per.capitalize(), amounts.total))
        if plan := subscription.plan:
            words = Frequency(plan.frequency).installments(plan.count)
            facts.append(Fact(_("Paid in"), words))
        if amounts.resale is not None:
            facts.append(Fact(_("You charge"), amounts.resale))
        if subscription.customer_id != self.actor.account_id:
            facts.append(Fact(_("Customer"), subscription.customer.name))
        if subscription.started_at is not None:
            facts.append(Fact(_("Since"), subscription.started_at))
        if subscription.cancelled_at is not None:
            facts.append(Fact(_("Cancelled"), subscription.cancelled_at))
        elif subscription.ends_at is not None:
            renews = subscription.renews and subscription.state in RENEWING
            facts.append(Fact(_("Renews") if renews else _("Ends"), subscription.ends_at))
        return facts

    def _coming(self) -> list[Fact]:
        """What was asked for the next term, where anything was."""
        subscription = self.object
        found = []
        if subscription.state not in RENEWING or not subscription.renews:
            return []
        if subscription.renewal_quantity is not None:
            found.append(Fact(_("Quantity"), subscription.renewal_quantity))
        if subscription.renewal_plan_chosen:
            plan = subscription.renewal_plan
            words = Frequency(plan.frequency).installments(plan.count) if plan else _("At once")
            found.append(Fact(_("Payment"), words))
        return found

    def _attention(self) -> list[Attention]:
        subscription = self.object
        order = subscription.order_line.order
        progress = reverse("storefront:order-progress", args=[order.public_id])
        button = Button(_("See the order"), progress) if self.may(Permission.ORDER_VIEW) else None
        if subscription.state == S.PENDING:
            text = subscription.problem_text or _("You get an e-mail when it is ready.")
            tone = "warning" if subscription.problem_text else "progress"
            return [Attention(_("It is being set up"), text, tone, button)]  # type: ignore[arg-type]
        if subscription.state == S.FAILED:
            text = subscription.problem_text or _("Your seller knows and decides what to do.")
            return [Attention(_("It could not be set up"), text, "danger", button)]
        if subscription.state == S.SUSPENDED:
            may = may_read_reasons(self.actor, subscription.payer_id)
            reason = subscription.suspended_reason if may else ""
            text = reason or _("Ask your seller why, and when it goes on.")
            return [Attention(_("It is suspended"), text, "warning")]
        return []
