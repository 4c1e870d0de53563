"""Numbers in forms: read in the reader's language, and shown again as they are read."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from bss.ui.fields import AmountField, MoneyField, NumberField

LOCALES = ("en", "de", "el", "fr", "hi")


def paid(currency="EUR"):
    field = MoneyField("Paid", is_positive=True)
    field.count_in(currency)
    return field


def said(field, typed):
    with pytest.raises(ValidationError) as refusal:
        field.clean(typed)
    return refusal.value.messages


@pytest.mark.parametrize(
    ("locale", "typed", "amount"),
    [
        ("de", "1.500", "1500"),
        ("de", "1.234,50", "1234.50"),
        ("de", "1.50", "1.50"),
        ("el", "1.500", "1500"),
        ("fr", "1 234,50", "1234.50"),
        ("en", "1,234.50", "1234.50"),
        ("hi", "1,23,456.5", "123456.5"),
        ("en", "0.01", "0.01"),
    ],
)
def test_an_amount_is_read_in_the_language_of_who_types_it(locale, typed, amount):
    with translation.override(locale):
        assert paid().clean(typed) == Decimal(amount)


@pytest.mark.parametrize(
    ("locale", "typed", "words"),
    [
        ("en", "1e9", "Enter a number, such as 1,234.5."),
        ("de", "1e9", "Enter a number, such as 1.234,5."),
        ("en", "1.500", "At most 2 decimals are possible, such as 1,234.56."),
        ("fr", "1.500", "At most 2 decimals are possible, such as 1 234,56."),
        ("de", "1,500", "At most 2 decimals are possible, such as 1.234,56."),
        ("de", "1,005", "At most 2 decimals are possible, such as 1.234,56."),
        ("en", "1,50", "Enter a number, such as 1,234.5."),
        ("de", "1.23.456", "Enter a number, such as 1.234,5."),
        ("en", "0", "The amount must be more than 0."),
        ("de", "0,00", "The amount must be more than 0."),
        ("en", "-5", "The amount must be more than 0."),
        ("en", "9" * 15, "The largest possible value is 99,999,999,999,999."),
    ],
)
def test_what_may_mean_something_else_is_asked_about(locale, typed, words):
    with translation.override(locale):
        assert [text.replace("\u202f", " ") for text in said(paid(), typed)] == [words]


@pytest.mark.parametrize(
    ("currency", "good", "bad", "words"),
    [
        ("JPY", "1,500", "1500.5", "Enter a whole number, such as 1,234."),
        ("JPY", "1500", "1.500", "Enter a whole number, such as 1,234."),
        ("KWD", "1.505", "1.5055", "At most 3 decimals are possible, such as 1,234.567."),
        ("EUR", "1.5", "1.555", "At most 2 decimals are possible, such as 1,234.56."),
        ("no such", "1.5", "1.555", "At most 2 decimals are possible, such as 1,234.56."),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(currency, good, bad, words):
    assert paid(currency).clean(good) == Decimal(good.replace(",", ""))
    assert said(paid(currency), bad) == [words]


def test_nothing_may_be_owed_and_less_may_not():
    owed = MoneyField("Owed", required=False)

    assert (owed.clean("0"), owed.clean("")) == (Decimal(0), None)
    assert said(owed, "-1") == ["The smallest possible value is 0."]


@given(
    st.decimals(min_value=0, max_value=10**12, places=3),
    st.sampled_from(LOCALES),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_a_stored_amount_is_shown_as_it_is_read(stored, locale, currency):
    field = MoneyField("Owed")
    field.count_in(currency)
    stored = stored.quantize(Decimal(1).scaleb(-field.spec.decimals))
    with translation.override(locale):
        assert field.clean(field.prepare_value(stored)) == stored


@given(st.decimals(min_value=0, max_value=10**9, places=10), st.sampled_from(LOCALES))
def test_a_stored_price_of_one_unit_is_shown_as_it_is_read(stored, locale):
    with translation.override(locale):
        assert AmountField("Price").clean(AmountField("Price").prepare_value(stored)) == stored


@given(st.integers(min_value=0, max_value=2_000_000), st.sampled_from(LOCALES))
def test_a_stored_number_is_shown_as_it_is_read(stored, locale):
    with translation.override(locale):
        assert NumberField("Seats").clean(NumberField("Seats").prepare_value(stored)) == stored


class Form(forms.Form):
    days = NumberField("Days", least=1, most=365, initial=30)
    limit = NumberField("Limit", most=5000, required=False)


def test_a_whole_number_has_bounds_and_shows_what_was_typed_and_what_it_begins_with():
    with translation.override("de"):
        good, bad = Form({"days": "14", "limit": "1.500"}), Form({"days": "0", "limit": "1,500"})

        assert good.is_valid()
        assert good.cleaned_data == {"days": 14, "limit": 1500}
        assert bad.errors == {
            "days": ["The smallest possible value is 1."],
            "limit": ["Enter a whole number, such as 1.234."],
        }
        assert 'value="1,500"' in str(bad["limit"])
        assert 'value="30"' in str(Form()["days"])
        assert 'value="4.000"' in str(Form(initial={"limit": 4000})["limit"])
