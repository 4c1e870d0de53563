"""By what the list of subscriptions is narrowed."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bss.catalog.choices import Unit
from bss.catalog.selectors import product_type_choices
from bss.subscriptions import selectors
from bss.subscriptions.choices import SubscriptionState, SyncStatus
from bss.subscriptions.models import Subscription


def _types(request: HttpRequest | None) -> Any:
    return product_type_choices()


class SubscriptionFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=SubscriptionState.choices, label=_("State"))
    sync = django_filters.MultipleChoiceFilter(
        field_name="sync_status", choices=SyncStatus.choices, label=_("Service")
    )
    type = django_filters.ModelChoiceFilter(
        field_name="product__type",
        queryset=_types,
        to_field_name="public_id",
        label=_("Product type"),
    )
    unit = django_filters.ChoiceFilter(choices=Unit.choices, label=_("Term"))
    ends = django_filters.DateFromToRangeFilter(
        field_name="ends_at",
        label=_("Term ends between"),
        widget=django_filters.widgets.DateRangeWidget(attrs={"type": "date"}),
    )
    needs = django_filters.ChoiceFilter(
        choices=[("staff", _("Something to do"))],
        label=_("Needs you"),
        method="needing_staff",
        widget=forms.Select,
    )

    def needing_staff(
        self, rows: QuerySet[Subscription], name: str, value: Any
    ) -> QuerySet[Subscription]:
        return selectors.subscriptions_needing_staff(rows)
