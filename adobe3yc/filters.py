"""Filters of the lists of Adobe's price files and customers."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from adobe3yc.choices import COMMITMENT_STATUSES, PriceChange, PriceFileKind, PriceFileState
from adobe3yc.models import AdobeCustomer
from adobe3yc.vipmp.contracts import PROGRESS, Progress


class PriceFileFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=PriceFileKind.choices, label=_("Kind"))
    state = django_filters.MultipleChoiceFilter(choices=PriceFileState.choices, label=_("State"))


class PriceRowFilter(django_filters.FilterSet):
    change = django_filters.MultipleChoiceFilter(choices=PriceChange.choices, label=_("Change"))


class AdobeCustomerFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(
        choices=[
            (Progress.DONE.value, _("Active")),
            (Progress.PENDING.value, _("Being set up")),
            (Progress.FAILED.value, _("Not active")),
        ],
        label=_("Status"),
        method="by_status",
    )
    commitment = django_filters.MultipleChoiceFilter(
        field_name="commitments__status",
        choices=[(status, words) for status, words in COMMITMENT_STATUSES.items()],
        label=_("Three-year commitment"),
        distinct=True,
    )

    def by_status(
        self, rows: QuerySet[AdobeCustomer], name: str, value: str
    ) -> QuerySet[AdobeCustomer]:
        """Adobe's codes that say so; one that Adobe has not said yet is being set up."""
        codes = [code for code, progress in PROGRESS.items() if progress == value]
        return rows.filter(status__in=[*codes, ""] if value == Progress.PENDING else codes)
