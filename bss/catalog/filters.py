"""By what the catalogue's lists are narrowed."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bss.catalog import selectors
from bss.catalog.choices import ProductAudience, ProductKind

YES_NO = [("", "—"), ("true", _("Yes")), ("false", _("No"))]


def yes_no(field: str, label: Any) -> django_filters.BooleanFilter:
    """A filter for a flag, as a choice that can also be left open."""
    return django_filters.BooleanFilter(
        field_name=field, label=label, widget=forms.Select(choices=YES_NO)
    )


def _categories(request: HttpRequest | None) -> Any:
    return selectors.category_choices()


def _types(request: HttpRequest | None) -> Any:
    return selectors.product_type_choices()


def _vendors() -> list[tuple[str, str]]:
    return [(vendor, vendor) for vendor in selectors.vendors()]


class ProductFilter(django_filters.FilterSet):
    category = django_filters.ModelChoiceFilter(
        queryset=_categories, to_field_name="slug", label=_("Category")
    )
    vendor = django_filters.ChoiceFilter(choices=_vendors, label=_("Vendor"))
    type = django_filters.ModelChoiceFilter(
        queryset=_types, to_field_name="public_id", label=_("Product type")
    )
    kind = django_filters.ChoiceFilter(choices=ProductKind.choices, label=_("Kind"))
    is_active = yes_no("is_active", _("On sale"))
    is_featured = yes_no("is_featured", _("Featured"))


class ProductTypeFilter(django_filters.FilterSet):
    audience = django_filters.ChoiceFilter(choices=ProductAudience.choices, label=_("Who may buy"))
    automatic = yes_no("automatic", _("Automatic"))


class PriceListFilter(django_filters.FilterSet):
    is_active = yes_no("is_active", _("Active"))
    is_default = yes_no("is_default", _("Default"))
