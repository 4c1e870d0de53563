"""Setup > Order fields: what an organization asks of every order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.permissions import Permission
from bss.core.fields import FieldSpec
from bss.orders import selectors, services
from bss.orders.access import access_order_field
from bss.orders.forms.orders import OrderFieldEditForm, OrderFieldForm
from bss.orders.models import OrderField
from bss.ui.components import Badge, Button, Crumb, EmptyState
from bss.ui.generic import EditView, FormView, ListView
from bss.ui.tables import Column, Table


def _spec(field: OrderField) -> FieldSpec:
    return FieldSpec.from_json(field.spec)


class OrderFieldTable(Table):
    """The questions, in the order they are asked."""

    label = Column(lambda row: _spec(row).label, _("Question"), link=True)
    code = Column("code", _("Code"), kind="code")
    type = Column(lambda row: OrderFieldForm.TYPES[_spec(row).type], _("Type"))
    required = Column(lambda row: _spec(row).required, _("Has to be answered"), kind="bool")
    position = Column("position", _("Place"), kind="number")
    state = Column(
        lambda row: Badge(_("Asked"), "success") if row.is_active else Badge(_("Not asked")),
        _("State"),
        kind="badge",
    )

    def row_url(self, row: OrderField) -> str:
        return reverse("orders:field", args=[row.public_id])


class OrderFieldList(ListView):
    permission = Permission.ORGANIZATION_EDIT
    title = _("Order fields")
    intro = _(
        "What you ask of every order. Buyers answer it in Service Details, staff on the order."
    )
    table = OrderFieldTable
    exportable = False

    @property
    def empty(self) -> EmptyState:  # type: ignore[override]
        return EmptyState(
            _("Nothing is asked"),
            _("Such as a cost centre or a contract number: it stays with the order."),
            self.primary_action(),
            "pencil-square",
        )

    def queryset(self) -> QuerySet[OrderField]:
        return selectors.order_fields()

    def primary_action(self) -> Button:
        return Button(_("Ask one more thing"), reverse("orders:field-create"), "plus", "primary")


class OrderFieldCreate(FormView):
    permission = Permission.ORGANIZATION_EDIT
    title = _("New order field")
    form_class = OrderFieldForm
    submit_label = _("Ask it")
    success_message = _("Saved.")

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Order fields"), reverse("orders:fields"))]

    def save(self, form: Any) -> OrderField:
        return services.order_field_create(
            organization_id=self.actor.organization_id or 0,
            spec=form.spec(),
            position=form.cleaned_data["position"],
            actor=self.actor,
        )

    def success_url(self, result: OrderField) -> str:
        return reverse("orders:fields")


class OrderFieldEdit(EditView):
    permission = Permission.ORGANIZATION_EDIT
    form_class = OrderFieldEditForm
    consequence = _("Orders keep what was answered as it was asked then.")
    object: OrderField

    def get_object(self) -> OrderField:
        return access_order_field(self.actor, self.kwargs["public_id"])

    def get_title(self) -> Any:
        return _spec(self.object).label

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Order fields"), reverse("orders:fields"))]

    def initial(self) -> Mapping[str, Any]:
        return OrderFieldForm.initial_of(self.object)

    def save(self, form: Any) -> OrderField:
        return services.order_field_edit(
            field=self.object,
            version=self.object.version,
            spec=form.spec(self.object.code),
            position=form.cleaned_data["position"],
            is_active=form.cleaned_data["is_active"],
            actor=self.actor,
        )

    def success_url(self, result: OrderField) -> str:
        return reverse("orders:fields")
