"""Fields of forms: what is marked as optional, and what is not."""

from __future__ import annotations

import pytest
from django import forms

from bss.ui.fields import field_html


class Form(forms.Form):
    note = forms.CharField(required=False)
    name = forms.CharField()
    region = forms.ChoiceField(required=False, choices=[("", "---------"), ("n", "North")])
    payment = forms.ChoiceField(required=False, choices=[("", "At once"), ("m", "Monthly")])
    sort = forms.ChoiceField(required=False, choices=[("a", "Name"), ("b", "Price")])


@pytest.mark.parametrize(
    ("name", "may_be_skipped"),
    [("note", True), ("name", False), ("region", True), ("payment", False), ("sort", False)],
)
def test_optional_is_said_where_somebody_may_give_nothing(name, may_be_skipped):
    assert ("optional" in field_html(Form()[name])) is may_be_skipped
