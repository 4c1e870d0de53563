"""A form made of rows, of which some are blank to be filled: it works without JavaScript."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext as _

from bss.core.errors import Invalid


class RowsForm(forms.Form):
    """A form whose content is a formset. Subclasses name the `row_form`."""

    row_form: type[forms.Form]
    blank_rows = 3
    can_delete = False
    can_order = False

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        initial: Mapping[str, Any] | None = None,
        rows: Sequence[Mapping[str, Any]] = (),
        row_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, files, initial=dict(initial or {}))
        formset_class: Any = forms.formset_factory(
            self.row_form,
            extra=self.blank_rows,
            can_delete=self.can_delete,
            can_order=self.can_order,
            max_num=500,
            validate_max=True,
        )
        self.formset: BaseFormSet[Any] = formset_class(
            data, initial=list(rows), prefix="rows", form_kwargs=dict(row_kwargs or {})
        )

    def is_valid(self) -> bool:
        rows_fit = self.formset.is_valid()
        if not rows_fit:
            self.full_clean()
            self.add_error(None, _("Some rows need attention."))
        return super().is_valid() and rows_fit

    def filled(self) -> list[tuple[int, dict[str, Any]]]:
        """The rows that say something, with their place in the formset, in the order people gave them."""
        kept = [
            (index, row.cleaned_data)
            for index, row in enumerate(self.formset.forms)
            if (row.has_changed() or row.initial) and not row.cleaned_data.get("DELETE")
        ]
        if self.can_order:
            kept.sort(key=lambda pair: (pair[1].get("ORDER") is None, pair[1].get("ORDER") or 0))
        return kept

    def tell_rows(self, problem: Invalid, places: Sequence[int]) -> Invalid:
        """Put "row-<n>" messages on their rows; what is left for the whole form comes back as an Invalid."""
        rest: list[Any] = []
        for name, texts in problem.errors.items():
            number = name.removeprefix("row-")
            if name.startswith("row-") and number.isdigit() and int(number) < len(places):
                for text in texts:
                    self.formset.forms[places[int(number)]].add_error(None, str(text))
            else:
                rest.extend(texts)
        return Invalid(errors={"": rest or [_("Some rows need attention.")]}, code=problem.code)
