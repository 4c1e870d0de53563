"""By what the list of orders is narrowed."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bss.orders import selectors
from bss.orders.choices import OrderSource, OrderState
from bss.orders.models import Order


class OrderFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=OrderState.choices, label=_("State"))
    source = django_filters.ChoiceFilter(choices=OrderSource.choices, label=_("From"))
    placed = django_filters.DateFromToRangeFilter(
        field_name="placed_at",
        label=_("Placed between"),
        widget=django_filters.widgets.DateRangeWidget(attrs={"type": "date"}),
    )
    needs = django_filters.ChoiceFilter(
        choices=[("staff", _("Something to do"))],
        label=_("Needs you"),
        method="needing_staff",
        widget=forms.Select,
    )

    def needing_staff(self, rows: QuerySet[Order], name: str, value: Any) -> QuerySet[Order]:
        return selectors.orders_needing_staff(rows)
