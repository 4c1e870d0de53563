"""What the lists of accounts can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from bss.accounts import selectors
from bss.accounts.choices import AccountKind, ImportOutcome
from bss.accounts.countries import country_choices
from bss.accounts.models import Account, AccountImportRow
from bss.ui.fields import LongSelect

_YES_NO = [("true", _("Yes")), ("false", _("No"))]


class AccountFilter(filters.FilterSet):
    """The customers list's filters."""

    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=AccountKind.choices)
    parent = filters.ModelChoiceFilter(
        label=_("Reseller"),
        queryset=lambda request: selectors.resellers_visible(),
        to_field_name="public_id",
        widget=LongSelect,
    )
    country = filters.ChoiceFilter(label=_("Country"), choices=country_choices, widget=LongSelect)
    active = filters.TypedChoiceFilter(
        field_name="is_active", label=_("Active"), choices=_YES_NO, coerce=lambda v: v == "true"
    )
    ordering = filters.TypedChoiceFilter(
        field_name="ordering_enabled",
        label=_("May order"),
        choices=_YES_NO,
        coerce=lambda v: v == "true",
    )

    class Meta:
        model = Account
        fields: list[Any] = []


class ImportRowFilter(filters.FilterSet):
    """The import report's filters."""

    outcome = filters.MultipleChoiceFilter(label=_("Outcome"), choices=ImportOutcome.choices)

    class Meta:
        model = AccountImportRow
        fields: list[Any] = []
