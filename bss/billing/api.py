"""/api/v1/invoices, the installments of a subscription, and /api/v1/payments. Documents are made by billing alone.

A token sees its own level: an organization's and a payer's the price, a reseller's customer's what its reseller
charges. An end customer's token sees no invoice and no payment: those are its reseller's. Only an organization's token
records a payment.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from bss.accounts.access import access_account
from bss.accounts.api import IDEMPOTENCY, Strict
from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.billing import selectors, services
from bss.billing.access import access_invoice, access_payment
from bss.billing.choices import InstallmentState, InvoiceState, PaymentSource
from bss.billing.models import Invoice, Payment
from bss.core.actor import Actor
from bss.core.api import IdempotentView
from bss.core.errors import Invalid, NotFound, PermissionDenied
from bss.orders.api import actor_of, valid
from bss.orders.api.shapes import Amount
from bss.subscriptions.access import access_subscription


class TaxOut(serializers.Serializer[Any]):
    """One rate of a document: its net amounts together and their tax; `text` where no tax is taken."""

    treatment = serializers.CharField()
    tax_class = serializers.CharField()
    percent = serializers.DecimalField(max_digits=7, decimal_places=4)
    net = Amount()
    tax = Amount()
    text = serializers.CharField()


class InvoiceOut(serializers.Serializer[Any]):
    """An invoice as it was issued."""

    id = serializers.CharField(source="public_id")
    number = serializers.CharField(help_text="Empty for a draft, which only staff's tokens see.")
    state = serializers.ChoiceField(choices=InvoiceState.choices)
    billed_to = serializers.CharField(source="payer.public_id")
    customer = serializers.CharField(source="customer.public_id", default=None, allow_null=True)
    order = serializers.CharField(source="order.public_id", default=None, allow_null=True)
    currency = serializers.CharField()
    net = Amount()
    tax = Amount()
    total = Amount()
    open = Amount(source="open_amount", help_text="What of the total is not settled.")
    taxes = TaxOut(many=True)
    issued_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)


class InvoiceLineOut(serializers.Serializer[Any]):
    """One line: for which stretch of which subscription, net."""

    position = serializers.IntegerField()
    text = serializers.CharField()
    detail = serializers.CharField()
    subscription = serializers.CharField(source="subscription.public_id")
    customer = serializers.CharField(source="customer.public_id")
    quantity = serializers.IntegerField()
    unit_price = Amount()
    unit = serializers.CharField(
        help_text="The term that the unit price is for, such as P1Y; empty on older documents."
    )
    net = Amount()
    resale = Amount(allow_null=True)
    tax_percent = serializers.DecimalField(max_digits=7, decimal_places=4)
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)


class InvoiceWithLines(InvoiceOut):
    lines = InvoiceLineOut(many=True)


class InstallmentOut(serializers.Serializer[Any]):
    """One part of what a subscription costs, at the token's own level of prices."""

    number = serializers.IntegerField(source="row.number")
    count = serializers.IntegerField(source="row.count")
    quantity = serializers.IntegerField(source="row.quantity")
    state = serializers.ChoiceField(source="row.state", choices=InstallmentState.choices)
    due_at = serializers.DateTimeField(source="row.due_at")
    ends_at = serializers.DateTimeField(source="row.ends_at")
    currency = serializers.CharField(source="row.currency")
    net = Amount(source="amount.amount", default=None, allow_null=True)
    invoice = serializers.CharField(
        source="invoice.public_id", default=None, allow_null=True, help_text="The payer's."
    )


class UseOut(serializers.Serializer[Any]):
    """What of a payment went into one invoice."""

    invoice = serializers.CharField(source="invoice.public_id")
    amount = Amount()


class PaymentOut(serializers.Serializer[Any]):
    """Money that came in from a payer, and what it settled."""

    id = serializers.CharField(source="public_id")
    number = serializers.CharField()
    payer = serializers.CharField(source="payer.public_id")
    source = serializers.ChoiceField(  # type: ignore[assignment]  # the metaclass takes it off the class
        choices=PaymentSource.choices
    )
    currency = serializers.CharField()
    amount = Amount()
    unused = Amount(
        source="unallocated", help_text="What waits for an invoice: the payer's credit."
    )
    received_on = serializers.DateField()
    reference = serializers.CharField()
    used_for = UseOut(source="allocations", many=True)
    created_at = serializers.DateTimeField()


class PaymentIn(Strict):
    """A payment to record."""

    payer = serializers.CharField(help_text="The payer's id.")
    amount = serializers.DecimalField(max_digits=20, decimal_places=4)
    currency = serializers.CharField(
        max_length=3, required=False, default="", help_text="Left out, the payer's."
    )
    received_on = serializers.DateField()
    invoice = serializers.CharField(
        required=False,
        default="",
        help_text="Goes into this one first, then into those due first; the rest is credit.",
    )
    reference = serializers.CharField(max_length=200, required=False, default="")
    bank_id = serializers.CharField(
        max_length=services.BANK_ID_LENGTH,
        required=False,
        default="",
        help_text="The bank's id of it: one that was recorded before, from a file too, is returned.",
    )


class InvoicesView(GenericAPIView[Any]):
    """Invoices, newest first."""

    scopes = {"GET": Permission.BILLING_VIEW}
    serializer_class = InvoiceOut

    def get_queryset(self) -> QuerySet[Invoice]:
        asked = self.request.query_params
        found = selectors.invoices_visible(actor_of(self.request))
        if asked.get("state"):
            found = found.filter(state__in=asked["state"].split(","))
        if asked.get("billed_to"):
            found = found.filter(payer__public_id=asked["billed_to"])
        if asked.get("order"):
            found = found.filter(order__public_id=asked["order"])
        return found.filter(number=asked["number"]) if asked.get("number") else found

    @extend_schema(
        operation_id="invoices_list",
        parameters=[
            OpenApiParameter("state", str, description="One or several, with commas between."),
            OpenApiParameter("billed_to", str, description="A payer's id."),
            OpenApiParameter("order", str, description="The order that was billed at once."),
            OpenApiParameter("number", str),
        ],
        responses=InvoiceOut(many=True),
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(InvoiceOut(page, many=True).data)


class InvoiceView(GenericAPIView[Any]):
    """One invoice with its lines."""

    scopes = {"GET": Permission.BILLING_VIEW}
    serializer_class = InvoiceWithLines

    @extend_schema(operation_id="invoices_retrieve", responses=InvoiceWithLines)
    def get(self, request: Request, public_id: str) -> Response:
        found = access_invoice(actor_of(request), public_id)
        lines = InvoiceLineOut(selectors.lines_of(found), many=True).data
        return Response({**InvoiceOut(found).data, "lines": lines})


class InstallmentsView(GenericAPIView[Any]):
    """What a subscription costs, part by part, the newest seats first; what was dropped is left out."""

    scopes = {"GET": Permission.SUBSCRIPTION_VIEW}
    serializer_class = InstallmentOut
    pagination_class = None

    @extend_schema(operation_id="subscriptions_installments", responses=InstallmentOut(many=True))
    def get(self, request: Request, public_id: str) -> Response:
        actor = actor_of(request)
        found = selectors.schedule_of(access_subscription(actor, public_id), actor)
        rows = [row for lot in found for row in lot.rows]
        return Response(InstallmentOut(rows, many=True).data)


class PaymentsView(IdempotentView, GenericAPIView[Any]):
    """Payments, newest first. The same POST under the same Idempotency-Key records one."""

    scopes = {"GET": Permission.BILLING_VIEW, "POST": Permission.BILLING_EDIT}
    serializer_class = PaymentOut

    def get_queryset(self) -> QuerySet[Payment]:
        asked = self.request.query_params
        found = selectors.payments().prefetch_related("allocations__invoice")
        if asked.get("payer"):
            found = found.filter(payer__public_id=asked["payer"])
        if asked.get("invoice"):
            found = found.filter(allocations__invoice__public_id=asked["invoice"]).distinct()
        return found.filter(number=asked["number"]) if asked.get("number") else found

    @extend_schema(
        operation_id="payments_list",
        parameters=[
            OpenApiParameter("payer", str, description="A payer's id."),
            OpenApiParameter("invoice", str, description="Those that went into this one."),
            OpenApiParameter("number", str),
        ],
        responses=PaymentOut(many=True),
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(PaymentOut(page, many=True).data)

    @extend_schema(
        operation_id="payments_record",
        parameters=[IDEMPOTENCY],
        request=PaymentIn,
        responses={201: PaymentOut},
    )
    def post(self, request: Request) -> Response:
        actor = actor_of(request)
        if actor.account_id is not None:
            raise PermissionDenied(_("What you pay is recorded by whoever you pay."))
        given = valid(PaymentIn, request)

        def record() -> Response:
            payer = _payer(actor, given["payer"])
            payment = services.payment_record(
                payer=payer,
                amount=given["amount"],
                currency=given["currency"].upper(),
                received_on=given["received_on"],
                reference=given["reference"],
                external_id=f"bank:{given['bank_id']}" if given["bank_id"] else "",
                invoice=_invoice(actor, payer, given["invoice"]),
                actor=actor,
            )
            return Response(PaymentOut(payment).data, status=status.HTTP_201_CREATED)

        return self.write(request, record)


class PaymentView(GenericAPIView[Any]):
    """One payment."""

    scopes = {"GET": Permission.BILLING_VIEW}
    serializer_class = PaymentOut

    @extend_schema(operation_id="payments_retrieve", responses=PaymentOut)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(PaymentOut(access_payment(actor_of(request), public_id)).data)


def _payer(actor: Actor, public_id: str) -> Account:
    try:
        return access_account(actor, public_id, Permission.BILLING_EDIT)
    except NotFound as problem:
        raise Invalid(problem.message, field="payer", code="PAYER_UNKNOWN") from problem


def _invoice(actor: Actor, payer: Account, public_id: str) -> Invoice | None:
    """The payer's invoice that was named; None where none was."""
    if not public_id:
        return None
    try:
        found = access_invoice(actor, public_id, Permission.BILLING_EDIT)
    except NotFound as problem:
        raise Invalid(problem.message, field="invoice", code="INVOICE_UNKNOWN") from problem
    if found.payer_id != payer.pk:
        raise Invalid(
            _("This is another payer's invoice."), field="invoice", code="INVOICE_UNKNOWN"
        )
    return found
