"""Forms of service managers: an instance's settings, and the words staff give with a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bss.core.fields import FieldSpec, form_field


class InstanceForm(forms.Form):
    """Name and settings of an instance, drawn from its service manager's FieldSpecs.

    With `keeps_secrets` a secret left empty stays as it is.
    """

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("How your staff tell it apart from others of its kind."),
    )

    def __init__(
        self, *args: Any, specs: Sequence[FieldSpec], keeps_secrets: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._codes = [spec.code for spec in specs]
        for spec in specs:
            shown = _optional(spec) if keeps_secrets and spec.type == "secret" else spec
            self.fields[spec.code] = form_field(shown)

    @property
    def settings(self) -> Mapping[str, Any]:
        """The canonical settings by code."""
        return {code: self.cleaned_data.get(code) for code in self._codes}


class DeliverForm(forms.Form):
    note = forms.CharField(
        label=_("What was done"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Kept in the timeline of the subscription."),
    )
    external_id = forms.CharField(
        label=_("Reference"),
        max_length=200,
        required=False,
        help_text=_("What the result is called where it was made, such as a contract number."),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


def _optional(spec: FieldSpec) -> FieldSpec:
    return replace(spec, required=False, help=_("Leave it empty to keep what is stored."))
