"""By what the Storefront's lists are narrowed."""

from __future__ import annotations

from collections.abc import Sequence

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bss.billing.choices import InvoiceState
from bss.billing.filters import InvoiceFilter as BillingFilter
from bss.orders.choices import OrderState
from bss.orders.models import Order
from bss.subscriptions.choices import SubscriptionState
from storefront.choices import CustomerOrderState

_ORDER_STATES = [pair for pair in OrderState.choices if pair[0] != OrderState.DRAFT]


class OrderFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=_ORDER_STATES, label=_("State"))
    placed = django_filters.DateFromToRangeFilter(field_name="placed_at", label=_("Placed"))


class CustomerOrderFilter(django_filters.FilterSet):
    """The same for a reseller's customer: by the words that it reads."""

    state = django_filters.MultipleChoiceFilter(
        choices=CustomerOrderState.choices, label=_("State"), method="of_states"
    )
    placed = django_filters.DateFromToRangeFilter(field_name="placed_at", label=_("Placed"))

    def of_states(
        self, orders: QuerySet[Order], name: str, chosen: Sequence[str]
    ) -> QuerySet[Order]:
        """The orders whose state one of the chosen words stands for."""
        states = [state for word in chosen for state in CustomerOrderState(word).states]
        return orders.filter(**{f"{name}__in": states})


class SubscriptionFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=SubscriptionState.choices, label=_("State"))


class InvoiceFilter(BillingFilter):
    """A payer sees what was issued."""

    state = django_filters.MultipleChoiceFilter(
        choices=[(state, state.label) for state in (InvoiceState.ISSUED, InvoiceState.SETTLED)],
        label=_("State"),
    )
