"""Refusals of input are in our own words, whatever kind of field it is typed into."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation

# How the texts of Django begin, and what they are made of.
FOREIGN = ("Ensure", "Enter a valid", "Select a valid", "This field", "valid value", "submitted")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        (forms.CharField(), "", "Fill this in."),
        (forms.CharField(max_length=3), "four", "At most 3 characters are possible."),
        (forms.CharField(min_length=3), "no", "At least 3 characters are needed."),
        (forms.IntegerField(), "many", "Enter a whole number."),
        (forms.IntegerField(max_value=5), "6", "The largest possible value is 5."),
        (forms.IntegerField(min_value=1), "0", "The smallest possible value is 1."),
        (forms.DecimalField(), "much", "Enter a number."),
        (forms.DecimalField(decimal_places=2), "1.234", "At most 2 decimals are possible."),
        (forms.DecimalField(max_digits=2), "123", "This number is too large."),
        (forms.DateField(), "2025-02-30", "Enter a date that exists, as YYYY-MM-DD."),
        (forms.EmailField(), "ann", "Enter a complete e-mail address."),
        (forms.URLField(), "no address", "Enter an address that begins with https://."),
        (forms.SlugField(), "a b", "Use letters, digits, hyphens and underscores only."),
        (forms.ChoiceField(choices=[("a", "A")]), "", "Choose one."),
        (forms.ChoiceField(choices=[("a", "A")]), "b", "Choose one of the values offered."),
        (forms.MultipleChoiceField(choices=[("a", "A")]), [], "Choose at least one."),
        (forms.BooleanField(), "", "Tick this to go on."),
        (forms.FileField(), None, "Choose a file."),
    ],
)
def test_a_field_says_what_to_do(field: forms.Field, typed: Any, said: str):
    with pytest.raises(ValidationError) as refusal:
        field.clean(typed)

    assert refusal.value.messages == [said]


@pytest.mark.parametrize(
    ("language", "field", "typed", "said"),
    [
        ("en", forms.IntegerField(max_value=1_000_000), "1000001", "value is 1,000,000."),
        ("de", forms.IntegerField(max_value=1_000_000), "1000001", "1.000.000."),
        ("de", forms.DecimalField(min_value=Decimal("0.5")), "0.1", "0,5."),
        ("en", forms.CharField(max_length=1_000), "x" * 1_001, "At most 1,000 characters"),
    ],
)
def test_a_limit_is_written_as_its_reader_writes_numbers(language, field, typed, said):
    with translation.override(language), pytest.raises(ValidationError) as refusal:
        field.clean(typed)

    with translation.override(language):
        assert said in refusal.value.messages[0]


USED = {
    forms.BooleanField, forms.CharField, forms.ChoiceField, forms.DateField, forms.DecimalField,
    forms.EmailField, forms.FileField, forms.IntegerField, forms.ModelChoiceField,
    forms.MultipleChoiceField, forms.SlugField, forms.URLField,
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(USED, key=lambda each: each.__name__))
@pytest.mark.parametrize("code", ["required", "invalid", "invalid_choice"])
def test_no_kind_of_field_in_use_keeps_a_foreign_text(kind, code):
    said: dict[str, Any] = {}
    for each in reversed(kind.__mro__):
        said.update(getattr(each, "default_error_messages", {}))

    assert not any(text in str(said.get(code, "")) for text in FOREIGN)
