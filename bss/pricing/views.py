"""Setup > Taxes: where the organization is registered, and what each country takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.countries import country_name
from bss.accounts.permissions import Permission
from bss.core import clock
from bss.pricing import selectors
from bss.pricing.access import access_tax_rate, access_tax_registration
from bss.pricing.forms import EndForm, TaxRateForm, TaxRegistrationForm
from bss.pricing.models import TaxRate, TaxRegistration
from bss.pricing.services import (
    tax_rate_add,
    tax_registration_add,
    tax_row_delete,
    tax_row_end,
)
from bss.pricing.tables import TaxRateTable, TaxRegistrationTable, validity_badge
from bss.ui.components import Badge, Button, Confirm, Crumb, EmptyState, Fact
from bss.ui.formats import number
from bss.ui.generic import DetailView, FormView, ListView, Screen


def _rates_crumb() -> Crumb:
    return Crumb(_("Tax rates"), reverse("pricing:tax_rates"))


def _registrations_crumb() -> Crumb:
    return Crumb(_("Tax registrations"), reverse("pricing:tax_registrations"))


class TaxRateList(ListView):
    permission = Permission.ORGANIZATION_EDIT
    title = gettext_lazy("Tax rates")
    intro = gettext_lazy("The rate of the invoice's day counts. What is issued keeps its own.")
    table = TaxRateTable
    empty = EmptyState(
        gettext_lazy("No tax rates yet"),
        gettext_lazy("Without the rate of your own country nothing can be invoiced."),
        icon="receipt-percent",
    )

    def queryset(self) -> QuerySet[TaxRate]:
        return selectors.tax_rates().select_related("organization")

    def primary_action(self) -> Button | None:
        return Button(_("New rate"), reverse("pricing:tax_rate_add"), "plus", "primary")

    def header_actions(self) -> Sequence[Button]:
        return [Button(_("Registrations"), reverse("pricing:tax_registrations"), "identification")]


class TaxRegistrationList(ListView):
    permission = Permission.ORGANIZATION_EDIT
    title = gettext_lazy("Tax registrations")
    intro = gettext_lazy("Whose tax you charge besides your own country's.")
    table = TaxRegistrationTable
    empty = EmptyState(
        gettext_lazy("No registrations yet"),
        gettext_lazy("Payers in a country where you are registered pay that country's tax."),
        icon="identification",
    )

    def crumbs(self) -> Sequence[Crumb]:
        return [_rates_crumb()]

    def queryset(self) -> QuerySet[TaxRegistration]:
        return selectors.tax_registrations().select_related("organization")

    def primary_action(self) -> Button | None:
        url = reverse("pricing:tax_registration_add")
        return Button(_("New registration"), url, "plus", "primary")


class TaxRateAdd(FormView):
    permission = Permission.ORGANIZATION_EDIT
    title = gettext_lazy("New tax rate")
    form_class = TaxRateForm
    success_message = gettext_lazy("The rate was added.")

    def crumbs(self) -> Sequence[Crumb]:
        return [_rates_crumb()]

    def initial(self) -> Mapping[str, Any]:
        organization = self.request.membership.organization  # type: ignore[attr-defined]
        return {"country": organization.country, "valid_from": clock.today(organization.time_zone)}

    def save(self, form: TaxRateForm) -> TaxRate:
        organization = self.request.membership.organization  # type: ignore[attr-defined]
        return tax_rate_add(organization=organization, actor=self.actor, **form.cleaned_data)

    def success_url(self, result: TaxRate) -> str:
        return reverse("pricing:tax_rates")


class TaxRegistrationAdd(FormView):
    permission = Permission.ORGANIZATION_EDIT
    title = gettext_lazy("New tax registration")
    form_class = TaxRegistrationForm
    success_message = gettext_lazy("The registration was added.")

    def crumbs(self) -> Sequence[Crumb]:
        return [_rates_crumb(), _registrations_crumb()]

    def initial(self) -> Mapping[str, Any]:
        organization = self.request.membership.organization  # type: ignore[attr-defined]
        return {"valid_from": clock.today(organization.time_zone)}

    def save(self, form: TaxRegistrationForm) -> TaxRegistration:
        organization = self.request.membership.organization  # type: ignore[attr-defined]
        return tax_registration_add(
            organization=organization, actor=self.actor, **form.cleaned_data
        )

    def success_url(self, result: TaxRegistration) -> str:
        return reverse("pricing:tax_registrations")


class _TaxRow(DetailView):
    """What a registration's and a rate's page share: their days, their end, their history."""

    permission = Permission.ORGANIZATION_EDIT
    end_url = delete_url = ""
    object: TaxRate | TaxRegistration

    def badge(self) -> Badge | None:
        return validity_badge(self.object)

    def facts(self) -> Sequence[Fact]:
        until = self.object.valid_until
        return [
            Fact(_("Valid from"), self.object.valid_from),
            Fact(_("Valid until"), until or _("No end known")),
        ]

    def primary_action(self) -> Button | None:
        url = reverse(self.end_url, args=[self.object.public_id])
        return Button(_("Set the last day"), url, "calendar", "primary")

    def header(self) -> Mapping[str, Any]:
        header = dict(super().header())
        if self.object.valid_from > clock.today(self.object.organization.time_zone):
            url = reverse(self.delete_url, args=[self.object.public_id])
            confirm = Confirm(
                _("Delete it"),
                _("It does not hold yet, so no document was made by it."),
                _("Delete it"),
            )
            header["actions"] = [Button(_("Delete"), url, "trash", "danger", "post", confirm)]
        return header


class TaxRateDetail(_TaxRow):
    end_url, delete_url = "pricing:tax_rate_end", "pricing:tax_rate_delete"

    def get_object(self) -> TaxRate:
        return access_tax_rate(self.actor, self.kwargs["public_id"])

    def name(self) -> Any:
        assert isinstance(self.object, TaxRate)  # noqa: S101
        return f"{country_name(self.object.country)}, {self.object.tax_class}"

    def facts(self) -> Sequence[Fact]:
        assert isinstance(self.object, TaxRate)  # noqa: S101
        return [Fact(_("Per cent"), number(self.object.percent)), *super().facts()]

    def crumbs(self) -> Sequence[Crumb]:
        return [_rates_crumb()]


class TaxRegistrationDetail(_TaxRow):
    end_url, delete_url = "pricing:tax_registration_end", "pricing:tax_registration_delete"

    def get_object(self) -> TaxRegistration:
        return access_tax_registration(self.actor, self.kwargs["public_id"])

    def name(self) -> Any:
        return country_name(self.object.country)

    def crumbs(self) -> Sequence[Crumb]:
        return [_rates_crumb(), _registrations_crumb()]


class _End(FormView):
    permission = Permission.ORGANIZATION_EDIT
    title = gettext_lazy("Set the last day")
    form_class = EndForm
    consequence = gettext_lazy("Documents that are issued keep what they say.")
    success_message = gettext_lazy("The last day was set.")
    object: TaxRate | TaxRegistration
    detail_url = ""

    def initial(self) -> Mapping[str, Any]:
        today = clock.today(self.object.organization.time_zone)
        return {"valid_until": self.object.valid_until or today}

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(str(self.object), reverse(self.detail_url, args=[self.object.public_id]))]

    def save(self, form: EndForm) -> Any:
        day = form.cleaned_data["valid_until"]
        return tax_row_end(row=self.object, last_day=day, actor=self.actor)  # type: ignore[type-var]

    def success_url(self, result: Any) -> str:
        return reverse(self.detail_url, args=[self.object.public_id])


class TaxRateEnd(_End):
    detail_url = "pricing:tax_rate"

    def prepare(self) -> None:
        self.object = access_tax_rate(self.actor, self.kwargs["public_id"])


class TaxRegistrationEnd(_End):
    detail_url = "pricing:tax_registration"

    def prepare(self) -> None:
        self.object = access_tax_registration(self.actor, self.kwargs["public_id"])


class TaxRateDelete(Screen):
    permission = Permission.ORGANIZATION_EDIT

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        tax_row_delete(row=access_tax_rate(self.actor, public_id), actor=self.actor)
        messages.success(request, _("The rate was deleted."))
        return redirect("pricing:tax_rates")


class TaxRegistrationDelete(Screen):
    permission = Permission.ORGANIZATION_EDIT

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        tax_row_delete(row=access_tax_registration(self.actor, public_id), actor=self.actor)
        messages.success(request, _("The registration was deleted."))
        return redirect("pricing:tax_registrations")
