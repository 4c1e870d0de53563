"""How accounts may pay."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts import selectors
from bss.accounts.access import access_payment_method
from bss.accounts.forms import PaymentMethodForm
from bss.accounts.models import PaymentMethod
from bss.accounts.permissions import Permission
from bss.accounts.services import (
    payment_method_create,
    payment_method_delete,
    payment_method_edit,
)
from bss.accounts.tables import PaymentMethodTable
from bss.ui.components import Button, Crumb, EmptyState
from bss.ui.generic import EditView, FormView, ListView, Screen


class PaymentMethodList(ListView):
    permission = Permission.ORGANIZATION_EDIT
    title = gettext_lazy("Payment methods")
    table = PaymentMethodTable
    exportable = False
    empty = EmptyState(
        gettext_lazy("No payment methods yet"),
        gettext_lazy("A payment method says how an account pays, and in how many days."),
        icon="banknotes",
    )

    def queryset(self) -> QuerySet[PaymentMethod]:
        return selectors.payment_methods()

    def primary_action(self) -> Button | None:
        url = reverse("accounts:payment_method_create")
        return Button(_("New payment method"), url, "plus", "primary")


class PaymentMethodCreate(FormView):
    permission = Permission.ORGANIZATION_EDIT
    title = gettext_lazy("New payment method")
    form_class = PaymentMethodForm
    success_message = gettext_lazy("%(it)s was created.")

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Payment methods"), reverse("accounts:payment_methods"))]

    def save(self, form: PaymentMethodForm) -> PaymentMethod:
        organization = self.request.membership.organization  # type: ignore[attr-defined]
        return payment_method_create(
            organization=organization, actor=self.actor, **form.cleaned_data
        )

    def success_url(self, result: PaymentMethod) -> str:
        return reverse("accounts:payment_methods")


class PaymentMethodEdit(EditView):
    permission = Permission.ORGANIZATION_EDIT
    form_class = PaymentMethodForm
    object: PaymentMethod

    def get_object(self) -> PaymentMethod:
        return access_payment_method(self.actor, self.kwargs["public_id"])

    def get_title(self) -> str:
        return self.object.name

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Payment methods"), reverse("accounts:payment_methods"))]

    def save(self, form: PaymentMethodForm) -> PaymentMethod:
        return payment_method_edit(method=self.object, actor=self.actor, **form.cleaned_data)

    def success_url(self, result: PaymentMethod) -> str:
        return reverse("accounts:payment_methods")


class PaymentMethodDelete(Screen):
    permission = Permission.ORGANIZATION_EDIT

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        method = access_payment_method(self.actor, public_id)
        name = method.name
        payment_method_delete(method=method, actor=self.actor)
        messages.success(request, _("%(name)s was deleted.") % {"name": name})
        return redirect("accounts:payment_methods")
