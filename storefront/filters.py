"""By what the Storefront's lists are narrowed."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from bss.billing.choices import InvoiceState
from bss.billing.filters import InvoiceFilter as BillingFilter
from bss.orders.choices import OrderState
from bss.subscriptions.choices import SubscriptionState

_ORDER_STATES = [pair for pair in OrderState.choices if pair[0] != OrderState.DRAFT]


class OrderFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=_ORDER_STATES, label=_("State"))
    placed = django_filters.DateFromToRangeFilter(field_name="placed_at", label=_("Placed"))


class SubscriptionFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=SubscriptionState.choices, label=_("State"))


class InvoiceFilter(BillingFilter):
    """A payer sees what was issued."""

    state = django_filters.MultipleChoiceFilter(
        choices=[(state, state.label) for state in (InvoiceState.ISSUED, InvoiceState.SETTLED)],
        label=_("State"),
    )
