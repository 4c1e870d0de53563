"""Filters of the list of provisioning jobs."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from servicemanager import selectors
from servicemanager.choices import Operation, ProvisioningState
from servicemanager.models import Instance, ProvisioningJob


def _instances(request: HttpRequest | None) -> QuerySet[Instance]:
    return Instance.objects.order_by("name")


class ProvisioningFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(label=_("State"), choices=ProvisioningState.choices)
    operation = django_filters.ChoiceFilter(label=_("Operation"), choices=Operation.choices)
    instance = django_filters.ModelChoiceFilter(
        label=_("Provisioned by"), queryset=_instances, to_field_name="public_id"
    )
    needs = django_filters.ChoiceFilter(
        choices=[("staff", _("Something to do"))],
        label=_("Needs you"),
        method="needing_staff",
        widget=forms.Select,
    )

    class Meta:
        model = ProvisioningJob
        fields: Any = ["state", "operation", "instance"]

    def needing_staff(
        self, rows: QuerySet[ProvisioningJob], name: str, value: Any
    ) -> QuerySet[ProvisioningJob]:
        return selectors.needing_staff(rows)
