"""Forms of billing: they clean, and the view calls the service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Account
from bss.billing import selectors
from bss.billing.models import Payment
from bss.catalog.forms.fields import DateField
from bss.core.money import Money
from bss.ui.fields import LongSelect, MoneyField, NumberField
from bss.ui.formats import amount


class PaymentForm(forms.Form):
    """Money that came in from a payer."""

    amount = MoneyField(_("Amount"), is_positive=True)
    currency = forms.ChoiceField(label=_("Currency"))
    received_on = DateField(label=_("Received on"))
    invoice = forms.ChoiceField(
        label=_("For invoice"),
        required=False,
        help_text=_("What is left over goes into the next one due, then stays as credit."),
    )
    reference = forms.CharField(
        label=_("Reference"),
        max_length=200,
        required=False,
        help_text=_("The payer's own words, or the bank's."),
    )

    def __init__(self, *args: Any, payer: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invoices = {i.public_id: i for i in selectors.open_invoices(payer)[:500]}
        currencies = {payer.currency, *(i.currency for i in self.invoices.values())}
        self.fields["currency"].choices = [(c, c) for c in sorted(currencies)]  # type: ignore[attr-defined]
        self.fields["amount"].count_in(str(self["currency"].value() or ""))  # type: ignore[attr-defined]
        self.fields["invoice"].choices = [  # type: ignore[attr-defined]
            ("", _("The one due first")),
            *(
                (key, f"{i.number}: {amount(Money(i.open_amount, i.currency))}")
                for key, i in self.invoices.items()
            ),
        ]

    def clean_invoice(self) -> Any:
        return self.invoices.get(self.cleaned_data["invoice"])


class PayerForm(forms.Form):
    """Whose payment it is."""

    payer: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_("From"), queryset=None, to_field_name="public_id", widget=LongSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payer"].queryset = selectors.payers()  # type: ignore[attr-defined]


class AllocateForm(forms.Form):
    """Into which invoice what is left of a payment goes."""

    invoice = forms.ChoiceField(label=_("Into"), required=False)

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = selectors.open_invoices(payment.payer, payment.currency)[:500]
        self.invoices = {i.public_id: i for i in found}
        self.fields["invoice"].choices = [  # type: ignore[attr-defined]
            ("", _("All that are open, the one due first first")),
            *(
                (key, f"{i.number}: {amount(Money(i.open_amount, i.currency))}")
                for key, i in self.invoices.items()
            ),
        ]

    def clean_invoice(self) -> Any:
        return self.invoices.get(self.cleaned_data["invoice"])


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class PaymentImportForm(forms.Form):
    """A bank's file."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "At most 5 MB and 20,000 rows. Commas, semicolons or tabs; the first line names the columns."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )


class DunningPolicyForm(forms.Form):
    """After how many days each step of the ladder is taken."""

    remind_days = NumberField(
        _("First reminder, days after due"), least=1, most=365, required=False
    )
    again_days = NumberField(
        _("Second reminder, days after due"), least=1, most=365, required=False
    )
    suspend_days = NumberField(
        _("Suspension, days after due"),
        least=1,
        most=365,
        required=False,
        help_text=_(
            "Suspends the services that the overdue invoice bills. Payment resumes them by itself."
        ),
    )
