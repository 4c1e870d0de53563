"""/api/v1/invoices, and the installments of a subscription. Read only: documents are made by billing.

A token sees its own level: an organization's and a payer's the price, a reseller's customer's what its reseller
charges. An end customer's token sees no invoice: those are its reseller's.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from bss.accounts.permissions import Permission
from bss.billing import selectors
from bss.billing.access import access_invoice
from bss.billing.choices import InstallmentState, InvoiceState
from bss.billing.models import Invoice
from bss.orders.api import actor_of
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
