"""Service Details: what is asked about each line before it is ordered. One form, of the checkout and of staff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BoundField

from bss.core.errors import Invalid
from bss.core.fields import as_typed, form_field, parse, render
from bss.orders.selectors import ProspectView, Question

_ASKED = "asked-"


@dataclass(frozen=True, slots=True)
class Section:
    """What one line is asked. `problem`: why nobody knows whether that is all. `prospects`: what answers would save."""

    key: str
    title: str
    fields: Sequence[BoundField]
    problem: str = ""
    prospects: Sequence[ProspectView] = ()


class DetailsForm(forms.Form):
    """Everything Service Details asks, as "<line>-<field>", and the organization's own questions as "order-<field>".

    `kept` is what was typed before somebody went back: it is shown again letter by letter. A page names what it asks
    ("asked-<line>"): what came up in another window since keeps the answers that it was given there.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        questions: Sequence[Question],
        kept: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        initial = {name: as_typed(text) for name, text in (kept or {}).items()}
        unasked = _unasked(questions, data or {})
        if data is not None and unasked:
            data = {**answers_written(unasked), **{name: data[name] for name in data}}
        super().__init__(data, **{**kwargs, "initial": initial})
        self.questions = questions
        for question in questions:
            for spec in question.specs:
                name = f"{question.key}-{spec.code}"
                self.fields[name] = form_field(spec)
                if question.answers.get(spec.code) is not None:
                    self.fields[name].initial = question.answers[spec.code]

    @classmethod
    def refused(cls, questions: Sequence[Question], problem: Invalid) -> DetailsForm | None:
        """The answers so far with a refusal on the fields it is about; None when it is about none of them."""
        form = cls(answers_written(questions), questions=questions)
        if not {name.replace("-", ".", 1) for name in form.fields} & set(problem.errors):
            return None
        form.is_valid()
        form.add_problems(problem.errors)
        return form

    def sections(self, prospects: Sequence[ProspectView] = ()) -> list[Section]:
        """The fields by line, each with what its answers would save."""
        return [
            Section(
                q.key,
                q.title,
                [self[f"{q.key}-{spec.code}"] for spec in q.specs],
                q.problem,
                [each for each in prospects if each.key == q.key],
            )
            for q in self.questions
        ]

    def readable(self) -> dict[str, dict[str, Any]]:
        """What was answered so far, canonical: line to field code to value. What cannot be read stays as it was."""
        return {q.key: {**q.answers, **dict(self._read(q))} for q in self.questions}

    def _read(self, question: Question) -> Iterator[tuple[str, Any]]:
        given = self.data if self.is_bound else self.initial
        for spec in question.specs:
            text = given.get(f"{question.key}-{spec.code}")
            if text is None:
                continue
            try:
                yield spec.code, parse(spec, text)
            except Invalid:
                continue

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


def _unasked(questions: Sequence[Question], data: Mapping[str, Any]) -> list[Question]:
    """The questions that a page did not have; one that names none had them all."""
    asked = {name.removeprefix(_ASKED) for name in data if name.startswith(_ASKED)}
    return [question for question in questions if asked and question.key not in asked]


def answers_written(questions: Sequence[Question]) -> dict[str, Any]:
    """The answers so far as their reader would have typed them: numbers as the locale writes them."""
    return {
        f"{question.key}-{spec.code}": render(spec, value) if spec.type in _NUMBERS else value
        for question in questions
        for spec in question.specs
        if (value := question.answers.get(spec.code)) is not None
    }


_NUMBERS = frozenset({"integer", "decimal"})
