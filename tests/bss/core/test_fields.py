"""FieldSpecs: what people type in their locale becomes one canonical value, or a message on the field."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django import forms
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from bss.core.errors import Invalid
from bss.core.fields import FieldSpec, form_field, parse, parse_all, render, specs_from_json
from bss.core.secrets import MASK

LOCALES = ("en", "de", "el", "fr", "hi")
DECIMAL = FieldSpec("amount", "Amount", type="decimal", decimals=6)
INTEGER = FieldSpec("seats", "Seats", type="integer")


NEVER_NUMBERS = (
    "abc", "12a", "1e5", "NaN", "Infinity", "--1", "1-", ".", ",", "+", "0x10", "1..2", "1,,2",
)  # fmt: skip


TYPES = ("text", "long_text", "integer", "decimal", "choice", "date", "email", "url", "secret")


def code_of(spec, raw, **options):
    with pytest.raises(Invalid) as refusal:
        parse(spec, raw, **options)
    assert refusal.value.field == spec.code
    return refusal.value.code


@pytest.mark.parametrize(
    ("locale", "typed", "value"),
    [
        *((locale, "1000", "1000") for locale in LOCALES),
        *((locale, "1234.5", "1234.5") for locale in LOCALES),
        *((locale, "-7", "-7") for locale in LOCALES),
        *((locale, " 42 ", "42") for locale in LOCALES),
        ("en", "1,234,567", "1234567"),
        ("hi", "1,234,567", "1234567"),
        ("hi", "12,34,567", "1234567"),
        ("hi", "१२३४", "1234"),
        ("en", "1,234.50", "1234.5"),
        ("de", "1.234,5", "1234.5"),
        ("el", "1.234.567,5", "1234567.5"),
        ("de", "1234,5", "1234.5"),
        ("de", "1.234", "1234"),
        ("de", "1.5", "1.5"),
        ("fr", "1 234,5", "1234.5"),
        ("fr", "1\u202f234,5", "1234.5"),
        ("fr", "1\xa0234\xa0567", "1234567"),
        ("fr", "1234,5", "1234.5"),
        ("en", "1 234.5", "1234.5"),
        ("en", "\u22125", "-5"),
        ("en", "1.50", "1.5"),
        ("en", "100", "100"),
        ("en", "0.000", "0"),
        ("en", "-0", "0"),
        ("en-xa", "1,234.5", "1234.5"),
    ],
)
def test_a_number_is_read_as_its_locale_writes_it(locale, typed, value):
    assert parse(DECIMAL, typed, locale=locale) == value


@pytest.mark.parametrize(
    ("locale", "typed"),
    [
        *((locale, text) for locale in LOCALES for text in NEVER_NUMBERS),
        ("en", "1,5"),
        ("en", "12,34.5"),
        ("de", "1,234,567"),
        ("el", "1,234,567"),
        ("fr", "1,234,567"),
        ("de", "1.23.456"),
        ("en", "1,2345"),
    ],
)  # fmt: skip
def test_what_is_no_number_in_its_locale_is_refused(locale, typed):
    assert code_of(DECIMAL, typed, locale=locale) == "NOT_A_NUMBER"


def test_the_refusal_shows_a_number_of_the_locale():
    with pytest.raises(Invalid) as refusal:
        parse(DECIMAL, "abc", locale="de")

    assert "1.234,5" in str(refusal.value.message)


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False),
    st.sampled_from(LOCALES),
)
def test_a_number_shown_in_a_locale_is_read_back_as_itself(number, locale):
    stored = parse(DECIMAL, number)

    assert Decimal(stored) == number
    assert parse(DECIMAL, render(DECIMAL, stored, locale=locale), locale=locale) == stored


@pytest.mark.parametrize("raw", [1234.5, Decimal("1234.5")])
@pytest.mark.parametrize("locale", LOCALES)
def test_a_number_that_comes_as_one_knows_no_locale(raw, locale):
    assert parse(DECIMAL, raw, locale=locale) == "1234.5"


@pytest.mark.parametrize("raw", [float("nan"), float("inf"), True])
def test_what_json_calls_a_number_may_be_none(raw):
    assert code_of(DECIMAL, raw) == "NOT_A_NUMBER"


@pytest.mark.parametrize("raw", ["9" * 21, "1" + "0" * 400, 10**25, 1e300])
def test_a_number_beyond_any_store_is_refused(raw):
    assert code_of(INTEGER, raw) == "TOO_LARGE"


def test_decimals_are_counted_without_their_trailing_zeros():
    two = FieldSpec("price", "Price", type="decimal", decimals=2)

    assert parse(two, "1.2500") == "1.25"
    assert code_of(two, "1.255") == "TOO_MANY_DECIMALS"


def test_a_whole_number_is_whole():
    assert parse(INTEGER, "12") == 12
    assert parse(INTEGER, "12.0") == 12
    assert isinstance(parse(INTEGER, "1,000", locale="en"), int)
    assert code_of(INTEGER, "12.5") == "NOT_WHOLE"


@pytest.mark.parametrize(
    ("locale", "typed"),
    [("en", "1.000"), ("hi", "12.000"), ("fr", "1.000"), ("fr", "1,000"), ("de", "1,000"), ("el", "1,000")],
)  # fmt: skip
def test_three_zeros_behind_the_decimal_sign_are_asked_about_and_no_fraction(locale, typed):
    assert code_of(INTEGER, typed, locale=locale) == "NOT_WHOLE"
    with pytest.raises(Invalid) as refusal:
        parse(INTEGER, typed, locale=locale)
    assert render(INTEGER, 1234, locale=locale) in str(refusal.value.message)


@pytest.mark.parametrize("raw", [1000, 1000.0, Decimal("1000.000"), Decimal("1e3")])
@pytest.mark.parametrize("locale", LOCALES)
def test_a_whole_number_that_comes_as_one_is_that(raw, locale):
    assert parse(INTEGER, raw, locale=locale) == 1000


def test_bounds_are_inclusive_and_told_in_the_locale():
    spec = FieldSpec("seats", "Seats", type="integer", minimum="1", maximum="2500")

    assert (parse(spec, "1"), parse(spec, "2500")) == (1, 2500)
    assert code_of(spec, "0") == "TOO_SMALL"
    with pytest.raises(Invalid) as refusal:
        parse(spec, "2501", locale="de")
    assert "2.500" in str(refusal.value.message)


@pytest.mark.parametrize("raw", ["", "   ", None])
def test_nothing_is_nothing_unless_it_is_required(raw):
    for kind in ("text", "integer", "decimal", "choice", "date", "email", "url", "secret"):
        assert parse(FieldSpec("x", "X", type=kind), raw) is None
        assert code_of(FieldSpec("x", "X", type=kind, required=True), raw) == "REQUIRED"


@pytest.mark.parametrize("raw", [[], ["a"], {"a": 1}, ("a", "b"), {"a"}])
@pytest.mark.parametrize("kind", ["text", "integer", "boolean", "choice", "date"])
def test_several_values_are_not_one(raw, kind):
    assert code_of(FieldSpec("x", "X", type=kind), raw) == "NOT_ONE_VALUE"


@pytest.mark.parametrize(
    ("raw", "value"),
    [(True, True), ("on", True), ("True", True), ("1", True), (1, True), (False, False), ("", False),
     (None, False), ("no", False), ("0", False)],
)  # fmt: skip
def test_yes_and_no(raw, value):
    assert parse(FieldSpec("x", "X", type="boolean"), raw) is value


def test_text_has_a_length_and_a_form():
    spec = FieldSpec("alias", "Alias", max_length=5, pattern="[a-z]+", pattern_message="Letters.")

    assert parse(spec, " abc ") == "abc"
    assert code_of(spec, "abcdef") == "TOO_LONG"
    with pytest.raises(Invalid) as refusal:
        parse(spec, "ab1")
    assert (refusal.value.code, str(refusal.value.message)) == ("PATTERN", "Letters.")


@pytest.mark.parametrize(
    ("kind", "good", "bad", "code"),
    [
        ("date", "2028-02-29", "2027-02-29", "NOT_A_DATE"),
        ("date", "2026-11-22", "22.11.2026", "NOT_A_DATE"),
        ("email", "a@example.org", "a@", "NOT_AN_EMAIL"),
        ("url", "https://example.org/x", "javascript:alert(1)", "NOT_A_URL"),
        ("choice", "eu", "us", "NOT_OFFERED"),
    ],
)
def test_values_with_a_form(kind, good, bad, code):
    spec = FieldSpec("x", "X", type=kind, choices=(("eu", "Europe"),))

    assert parse(spec, good) == good
    assert code_of(spec, bad) == code


def test_every_field_at_fault_is_named_at_once():
    specs = [INTEGER, DECIMAL, FieldSpec("name", "Name", required=True), FieldSpec("note", "Note")]

    with pytest.raises(Invalid) as refusal:
        parse_all(specs, {"seats": "x", "amount": "y", "note": "kept"})

    assert set(refusal.value.errors) == {"seats", "amount", "name"}


def test_what_is_empty_or_unknown_is_not_stored():
    assert parse_all([INTEGER, DECIMAL], {"seats": "3", "amount": "", "other": "x"}) == {"seats": 3}


@pytest.mark.parametrize(
    ("spec", "value", "locale", "text"),
    [
        (DECIMAL, "1234.5", "de", "1.234,5"),
        (INTEGER, 1234567, "hi", "12,34,567"),
        (FieldSpec("x", "X", type="date"), "2026-11-22", "de", "22.11.2026"),
        (FieldSpec("x", "X", type="boolean"), True, "en", "Yes"),
        (FieldSpec("x", "X", type="boolean"), False, "en", "No"),
        (FieldSpec("x", "X", type="choice", choices=(("eu", "Europe"),)), "eu", "en", "Europe"),
        (FieldSpec("x", "X", type="choice"), "gone", "en", "gone"),
        (FieldSpec("x", "X", type="secret"), "hunter2", "en", MASK),
        (FieldSpec("x", "X"), "plain", "en", "plain"),
        (DECIMAL, None, "en", ""),
    ],
)
def test_stored_values_are_written_for_people(spec, value, locale, text):
    assert render(spec, value, locale=locale) == text


def test_a_spec_survives_its_store():
    spec = FieldSpec("x", "X", type="choice", choices=(("a", "A"), ("b", "B")), required=True)

    assert specs_from_json([spec.to_json()]) == [spec]


def form_of(spec, data=None, initial=None):
    form_class = type("Form", (forms.Form,), {"x": form_field(spec)})
    return form_class(data, initial={"x": initial} if initial is not None else None)


def test_a_form_shows_a_stored_number_in_the_locale():
    with translation.override("de"):
        assert form_of(DECIMAL, initial="1234.5")["x"].value() == "1.234,5"
        assert form_of(INTEGER, initial=1234)["x"].value() == "1.234"


@pytest.mark.parametrize("typed", ["1.234", "1,5", "abc", "1234.5", "007"])
def test_a_form_hands_back_what_was_typed_letter_by_letter(typed):
    with translation.override("de"):
        form = form_of(DECIMAL, {"x": typed})
        form.is_valid()
        assert form["x"].value() == typed


def test_a_form_cleans_to_the_canonical_value_and_names_what_is_wrong():
    with translation.override("de"):
        good, bad = form_of(DECIMAL, {"x": "1.234,5"}), form_of(DECIMAL, {"x": "abc"})
        assert good.is_valid()
        assert good.cleaned_data == {"x": "1234.5"}
        assert not bad.is_valid()
        assert bad.errors.as_data()["x"][0].code == "NOT_A_NUMBER"


def test_a_form_never_shows_a_secret():
    spec = FieldSpec("x", "Key", type="secret")

    assert "hunter2" not in str(form_of(spec, initial="hunter2")["x"])
    assert "hunter2" not in str(form_of(spec, {"x": "hunter2"})["x"])


@pytest.mark.parametrize("kind", TYPES)
def test_the_character_that_no_database_keeps_is_refused_on_its_field(kind):
    spec = FieldSpec("note", "Note", type=kind, choices=(("a", "A"),))
    assert code_of(spec, "a\0b") == "NULL_CHARACTER"
    assert code_of(spec, "\0") == "NULL_CHARACTER"
