"""By what the lists of billing are narrowed."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from bss.billing import selectors
from bss.billing.choices import CreditNoteState, ImportedPayment, InvoiceState, PaymentSource
from bss.billing.models import Invoice, Payment
from bss.core import clock

_DATES = {"attrs": {"type": "date"}}


class InvoiceFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=InvoiceState.choices, label=_("State"))
    overdue = django_filters.ChoiceFilter(
        choices=[("yes", _("Overdue"))], label=_("Late"), method="late"
    )
    issued = django_filters.DateFromToRangeFilter(
        field_name="issued_on",
        label=_("Issued between"),
        widget=django_filters.widgets.DateRangeWidget(**_DATES),
    )

    def late(self, rows: QuerySet[Invoice], name: str, value: Any) -> QuerySet[Invoice]:
        return selectors.past_due(rows, clock.now().date())


class CreditNoteFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=CreditNoteState.choices, label=_("State"))
    issued = django_filters.DateFromToRangeFilter(
        field_name="issued_on",
        label=_("Issued between"),
        widget=django_filters.widgets.DateRangeWidget(**_DATES),
    )


class PaymentFilter(django_filters.FilterSet):
    source = django_filters.MultipleChoiceFilter(choices=PaymentSource.choices, label=_("How"))
    unused = django_filters.ChoiceFilter(
        choices=[("yes", _("Credit left"))], label=_("Credit"), method="left"
    )
    received = django_filters.DateFromToRangeFilter(
        field_name="received_on",
        label=_("Received between"),
        widget=django_filters.widgets.DateRangeWidget(**_DATES),
    )

    def left(self, rows: QuerySet[Payment], name: str, value: Any) -> QuerySet[Payment]:
        return rows.filter(allocated__lt=F("amount"))


class PaymentImportRowFilter(django_filters.FilterSet):
    outcome = django_filters.MultipleChoiceFilter(
        choices=ImportedPayment.choices, label=_("Outcome")
    )
