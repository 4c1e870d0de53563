"""Forms of Adobe's price files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from adobe3yc.choices import CommitmentWish, DateWriting, PriceFileKind, Region
from adobe3yc.gateway import objection_words
from adobe3yc.rules.commitments import Objected
from adobe3yc.vipmp.contracts import Minimum
from bss.ui.fields import NumberField
from servicemanager.models import Instance

MAX_MEGABYTES = 30
SUFFIXES = (".csv", ".xlsx", ".xlsm")


class MonthField(forms.DateField):
    """A month, as `<input type="month">` sends it; its first day."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m", attrs={"type": "month"})
        super().__init__(input_formats=["%Y-%m"], widget=widget, **kwargs)


class PriceUploadForm(forms.Form):
    """A price file, and what it does not say itself."""

    kind = forms.ChoiceField(label=_("Kind"), choices=PriceFileKind.choices)
    file = forms.FileField(
        label=_("File"),
        help_text=_("csv or xlsx, at most 30 MB. It is read in the background."),
        widget=forms.FileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )
    month = MonthField(
        label=_("Month"),
        required=False,
        help_text=_("Whose prices these are, for your own records."),
    )
    currency = forms.ChoiceField(
        label=_("Currency"),
        help_text=_("Of rows that name none. Others must be selling currencies."),
    )
    dates = forms.ChoiceField(
        label=_("Dates with slashes"),
        required=False,
        choices=[("", _("None, or only such as can be read in one way")), *DateWriting.choices],
    )

    def __init__(self, *args: Any, currencies: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = [(code, code) for code in sorted(currencies)]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith(SUFFIXES):
            raise ValidationError(_("Choose a csv or xlsx file. Save an old xls as xlsx first."))
        if file.size > MAX_MEGABYTES * 1024 * 1024:
            raise ValidationError(_("The file is larger than 30 MB."))
        return file

    @property
    def values(self) -> Mapping[str, Any]:
        """What `price_upload_start` takes of it, without the file."""
        month: date | None = self.cleaned_data["month"]
        return {
            "kind": self.cleaned_data["kind"],
            "month": month,
            "currency": self.cleaned_data["currency"],
            "dates": self.cleaned_data["dates"],
        }


class ResellerForm(forms.Form):
    """At which instance a reseller may sell Adobe, and its id there when Adobe has it already."""

    instance = forms.ChoiceField(label=_("Adobe Services"))
    adobe_id = forms.CharField(
        label=_("Adobe id"),
        max_length=40,
        required=False,
        help_text=_(
            "When Adobe knows the reseller already. Left empty, Adobe makes it from the account."
        ),
    )

    def __init__(self, *args: Any, instances: Iterable[Instance], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(instance.public_id, instance.name) for instance in instances]
        self.fields["instance"].choices = choices  # type: ignore[attr-defined]


class CommitmentForm(forms.Form):
    """How much a customer is asked to commit to, and for which three years."""

    FIELD_OF_TYPE: ClassVar[Mapping[str, str]] = {
        "LICENSE": "licenses",
        "CONSUMABLES": "transactions",
    }

    term = forms.ChoiceField(
        label=_("What to ask for"), choices=CommitmentWish.choices, widget=forms.RadioSelect
    )
    licenses = NumberField(
        _("Minimum of licences"), most=200_000, required=False,
        help_text=_("At least 10, or empty for none."),
    )  # fmt: skip
    transactions = NumberField(
        _("Minimum of transactions"), most=10_000_000, required=False,
        help_text=_("At least 1,000, or empty for none."),
    )  # fmt: skip

    @property
    def minimums(self) -> tuple[Minimum, ...]:
        """What is asked for, without what was left empty."""
        given = {kind: self.cleaned_data[name] for kind, name in self.FIELD_OF_TYPE.items()}
        return tuple(Minimum(kind, quantity) for kind, quantity in given.items() if quantity)

    def objected(self, found: Iterable[Objected]) -> dict[str, list[str]]:
        """The words of each objection, by the field that it is about; "" for the whole."""
        errors: dict[str, list[str]] = {}
        for each in found:
            name = self.FIELD_OF_TYPE[each.type.value] if each.type else ""
            errors.setdefault(name, []).append(objection_words(each))
        return errors


class PriceFetchForm(forms.Form):
    """Which of Adobe's price lists is fetched."""

    kind = forms.ChoiceField(label=_("Kind"), choices=PriceFileKind.choices)
    month = MonthField(label=_("Month"))
    region = forms.ChoiceField(label=_("Region"), choices=Region.choices)
    currency = forms.ChoiceField(label=_("Currency"))

    def __init__(self, *args: Any, currencies: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = [(code, code) for code in sorted(currencies)]  # type: ignore[attr-defined]
