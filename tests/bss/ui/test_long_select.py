"""The select of hundreds of options says the same as Django's."""

from __future__ import annotations

from django import forms
from django.test.html import parse_html

from bss.ui.fields import LongSelect

CHOICES = [("", "None"), ("gr", "Greece"), ("x", '<b>"A" & co</b>'), (7, "Seven")]


def both(value, **attrs):
    return [
        parse_html(widget(attrs={"class": "wide"}, choices=CHOICES).render("country", value, attrs))
        for widget in (forms.Select, LongSelect)
    ]


def test_it_renders_what_djangos_select_renders():
    for value in (None, "", "gr", "x", 7, "7", "unknown"):
        plain, long = both(value, id="id_country", required=True)
        assert plain == long


def test_labels_and_values_are_escaped():
    html = LongSelect(choices=[('"><script>', "<script>alert(1)</script>")]).render("c", None)
    assert "<script>" not in html
