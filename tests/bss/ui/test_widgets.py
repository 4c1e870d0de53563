"""Inputs drawn by us say what Django's templates say, whatever is typed into them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from bss.ui.widgets import WidgetRenderer

NASTY = "\"><script>alert('1')</script>&amp;"
CHOICES = [
    ("", "Any"),
    (1234, "One & only"),
    (NASTY, NASTY),
    ("lazy", _("Active")),
    ("safe", mark_safe("<b>bold</b>")),
    ("number", 1234567),
    ("Group <1>", [("a", "A"), ("b", NASTY)]),
]
ATTRS = {
    "id": "id_x",
    "class": "wide",
    "required": True,
    "disabled": False,
    "data-note": NASTY,
    "rows": 1234,
}
VALUES = [None, "", "a", NASTY, mark_safe("a&amp;b"), 1234567, ["a", "1234"]]

WIDGETS = [
    forms.TextInput(), forms.NumberInput(), forms.EmailInput(), forms.URLInput(), forms.PasswordInput(),
    forms.PasswordInput(render_value=True), forms.HiddenInput(), forms.Textarea(), forms.FileInput(),
    forms.DateInput(), forms.DateTimeInput(), forms.TimeInput(), forms.CheckboxInput(),
    forms.Select(choices=CHOICES), forms.SelectMultiple(choices=CHOICES),
    forms.RadioSelect(choices=CHOICES), forms.CheckboxSelectMultiple(choices=CHOICES),
    forms.ClearableFileInput(),
]  # fmt: skip


def closely(html: str) -> str:
    """Without the white space between elements, which nobody sees."""
    return re.sub(r">\s+|\s+<", lambda m: m.group().strip(), html).strip()


def both(widget, value, attrs):
    return [
        closely(str(widget.render("field", value, attrs=attrs, renderer=renderer)))
        for renderer in (WidgetRenderer(), DjangoTemplates())
    ]


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
@pytest.mark.parametrize("attrs", [None, ATTRS], ids=["bare", "dressed"])
def test_a_widget_is_drawn_as_django_draws_it(widget, attrs):
    for value in VALUES:
        ours, theirs = both(widget, value, attrs)
        assert ours == theirs, value
        assert "<script>" not in ours


@pytest.mark.parametrize("value", [Decimal("1234.50"), date(2026, 2, 3)])
def test_values_are_sent_in_their_canonical_form(value, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    for widget in (forms.TextInput(), forms.NumberInput(), forms.Textarea()):
        ours, theirs = both(widget, value, None)
        assert ours == theirs


def test_forms_are_drawn_by_it():
    form = type("Asked", (forms.Form,), {"state": forms.ChoiceField(choices=CHOICES)})()
    assert isinstance(form.renderer, WidgetRenderer)
    assert "\n" not in str(form["state"]), "and by no template of Django's"
