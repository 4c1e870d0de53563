"""Filters of the lists of Adobe's price files."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from adobe3yc.choices import PriceChange, PriceFileKind, PriceFileState


class PriceFileFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=PriceFileKind.choices, label=_("Kind"))
    state = django_filters.MultipleChoiceFilter(choices=PriceFileState.choices, label=_("State"))


class PriceRowFilter(django_filters.FilterSet):
    change = django_filters.MultipleChoiceFilter(choices=PriceChange.choices, label=_("Change"))
