"""What is typed on the way to an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from bss.core.fields import FieldSpec, form_field
from bss.orders.models import BasketLine, TermsVersion
from bss.orders.selectors import Question

MOST = 1_000_000


class LineForm(forms.Form):
    """One line of the basket; names begin with the line's public id. What can be had only once has no quantity."""

    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )
    unit = forms.ChoiceField(label=_("Term"))
    friendly_name = forms.CharField(
        label=_("Name it yourself"),
        max_length=200,
        required=False,
        help_text=_("So that you can tell it apart later."),
    )

    def __init__(
        self, data: Any = None, *, line: BasketLine, units: Sequence[tuple[str, Any]]
    ) -> None:
        initial = {
            "quantity": line.quantity,
            "unit": line.unit,
            "friendly_name": line.friendly_name,
        }
        super().__init__(data, prefix=line.public_id, initial=initial)
        self.line = line
        if line.product.type.max_quantity == 1:
            del self.fields["quantity"]
        else:
            self.fields["quantity"].widget.attrs["max"] = line.product.type.max_quantity or MOST
        if line.parent_id is not None:
            del self.fields["friendly_name"]
        if line.parent_id is not None or len(units) < 2:
            del self.fields["unit"]
        else:
            self.fields["unit"].choices = units  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Section:
    """What one line is asked. `problem` says why nobody knows whether that is all."""

    title: str
    fields: Sequence[BoundField]
    problem: str = ""


class DetailsForm(forms.Form):
    """Everything Service Details asks, as "<line>-<field>"."""

    def __init__(self, *args: Any, questions: Sequence[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            for spec in question.specs:
                name = f"{question.key}-{spec.code}"
                self.fields[name] = form_field(spec)
                if question.answers.get(spec.code) is not None:
                    self.fields[name].initial = question.answers[spec.code]

    def sections(self) -> list[Section]:
        """The fields by line."""
        return [
            Section(q.title, [self[f"{q.key}-{spec.code}"] for spec in q.specs], q.problem)
            for q in self.questions
        ]

    def typed(self) -> dict[str, dict[str, Any]]:
        """What was typed, unread: line to field code to text."""
        return {
            q.key: {spec.code: self.data.get(f"{q.key}-{spec.code}") for spec in q.specs}
            for q in self.questions
        }

    def kept(self) -> dict[str, str]:
        """What may be kept until the buyer comes back to this step: everything but secrets."""
        return {
            f"{q.key}-{spec.code}": self.data.get(f"{q.key}-{spec.code}", "")
            for q in self.questions
            for spec in q.specs
            if spec.type != "secret"
        }

    def add_problems(self, errors: Mapping[str, Sequence[Any]]) -> None:
        """Put errors keyed "<line>.<field>" on their fields, each once; the rest stands over the form."""
        for key, texts in errors.items():
            name = key.replace(".", "-", 1)
            place = name if name in self.fields else None
            told = self.errors.get(place or NON_FIELD_ERRORS, ())
            for text in map(str, texts):
                if text not in told:
                    self.add_error(place, text)


class ReviewForm(forms.Form):
    """The last word: a number of one's own, and the terms."""

    purchase_order = forms.CharField(
        label=_("Purchase-order number"),
        max_length=80,
        required=False,
        help_text=_("Your own reference. It is printed on everything about this order."),
    )
    terms = forms.BooleanField(
        label=_("I have read the terms and accept them"),
        error_messages={"required": _("Accept the terms to place the order.")},
    )

    def __init__(self, *args: Any, terms: TermsVersion | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if terms is None:
            del self.fields["terms"]


class CorrectionForm(forms.Form):
    """The one value a line waits for; without a field it is a plain "go on"."""

    def __init__(self, *args: Any, spec: FieldSpec | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spec = spec
        if spec is not None:
            self.fields[spec.code] = form_field(spec)

    def parameters(self) -> dict[str, Any]:
        """The canonical value by its code. The form is valid."""
        return {} if self.spec is None else {self.spec.code: self.cleaned_data[self.spec.code]}
