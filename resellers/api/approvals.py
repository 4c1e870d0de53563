"""/api/v1/approvals/: what customers ordered at the token's reseller's expense, and the two answers.

Only the token of an account that resells sees any. The same answer twice is fine, another one after it is refused.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bss.accounts.api import IDEMPOTENCY, Strict
from bss.accounts.permissions import Permission
from bss.core.actor import Actor
from bss.core.api import IdempotentView
from bss.orders import selectors as orders
from bss.orders.access import access_order
from bss.orders.api import actor_of, order_out, valid
from bss.orders.api.shapes import Amount, OrderOut, OrderWithLines, PreviewDocumentOut
from bss.orders.choices import OrderState
from bss.orders.models import Order
from bss.orders.services import order_approve, order_reject
from resellers.access import access_seller, access_waiting_order
from resellers.selectors import approval_view, waiting_orders


class ApprovalLineOut(serializers.Serializer[Any]):
    """A line with what it cost when it was ordered beside what it costs today, net."""

    id = serializers.CharField(source="line.public_id")
    ordered_total = Amount(source="ordered.amount")
    today_total = Amount(source="today.amount")
    charged_total = Amount(
        source="charged.amount", default=None, allow_null=True, help_text="What its customer pays."
    )


class ApprovalOut(serializers.Serializer[Any]):
    """What letting an order pass would cost today."""

    id = serializers.CharField(source="order.public_id", help_text="The order's.")
    state = serializers.ChoiceField(source="order.state", choices=OrderState.choices)
    currency = serializers.CharField(source="order.currency")
    total = Amount(source="today.amount", help_text="What it costs today, net.")
    charged_total = Amount(
        source="charged.amount", default=None, allow_null=True, help_text="What its customer pays."
    )
    problem = serializers.CharField(help_text="Why it cannot be had any more as it was ordered.")
    terms = serializers.CharField(
        source="terms.version", default=None, allow_null=True, help_text="What is to be accepted."
    )
    preview = serializers.CharField(
        source="seen", help_text="Given back with the approval, these are the invoices or none."
    )
    lines = ApprovalLineOut(many=True)
    invoices = PreviewDocumentOut(source="preview.documents", many=True, default=())


class ApproveIn(Strict):
    """What was looked at, and what is agreed to."""

    total = serializers.DecimalField(
        max_digits=24,
        decimal_places=10,
        required=False,
        allow_null=True,
        default=None,
        help_text="What it costs today; left out, it passes only at what it cost when it was ordered.",
    )
    preview = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        help_text="What was answered with that total: it goes on these invoices, or nothing is approved.",
    )
    terms = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        default="",
        help_text="The version of the terms that is accepted.",
    )
    accept_reprice = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Have prices of today asked for; their invoices are then looked at, and given back as preview.",
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Who goes on although prices changed says which invoices were looked at."""
        if given["accept_reprice"] and not given["preview"]:
            unseen = {"preview": [_("Say which invoices you looked at.")]}
            raise serializers.ValidationError(unseen, code="required")
        return given


class RejectIn(Strict):
    reason = serializers.CharField(max_length=200, help_text="Its customer reads it.")


class ApprovalsView(GenericAPIView[Any]):
    """The orders that wait, newest first."""

    scopes = {"GET": Permission.ORDER_APPROVE}
    serializer_class = OrderOut

    def get_queryset(self) -> QuerySet[Order]:
        seller = access_seller(actor_of(self.request), Permission.ORDER_APPROVE)
        return waiting_orders(seller).select_related("terms", "payer_terms")

    @extend_schema(operation_id="approvals_list", responses=OrderOut(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        context = {"actor": actor_of(request)}
        return self.get_paginated_response(OrderOut(page, many=True, context=context).data)


class ApprovalView(APIView):
    """One of them, with what it costs today."""

    scopes = {"GET": Permission.ORDER_APPROVE}

    @extend_schema(operation_id="approvals_retrieve", responses=ApprovalOut)
    def get(self, request: Request, public_id: str) -> Response:
        order = access_waiting_order(actor_of(request), public_id)
        return Response(ApprovalOut(approval_view(order)).data)


class ApproveView(IdempotentView):
    """Lets an order pass: it is placed, and runs as any other."""

    scopes = {"POST": Permission.ORDER_APPROVE}

    @extend_schema(
        operation_id="approvals_approve",
        parameters=[IDEMPOTENCY],
        request=ApproveIn,
        responses=OrderWithLines,
    )
    def post(self, request: Request, public_id: str) -> Response:
        actor, given = actor_of(request), valid(ApproveIn, request)
        order = access_waiting_order(actor, public_id)
        version = given["terms"]
        if not self.is_repeated(request):
            # A card and service managers are asked outside the transaction that keeps the answer under its key;
            # approving what is approved does nothing.
            order_approve(
                order=order,
                actor=actor,
                seen_total=given["total"],
                seen=given["preview"] or None,
                accept_reprice=given["accept_reprice"],
                terms=orders.terms_version(order.organization_id, version) if version else None,
            )
        return self.write(request, lambda: _answered(actor, public_id))


class RejectView(IdempotentView):
    """Does not let it pass; nothing of it is delivered or charged."""

    scopes = {"POST": Permission.ORDER_APPROVE}

    @extend_schema(
        operation_id="approvals_reject",
        parameters=[IDEMPOTENCY],
        request=RejectIn,
        responses=OrderWithLines,
    )
    def post(self, request: Request, public_id: str) -> Response:
        actor, given = actor_of(request), valid(RejectIn, request)
        order = access_waiting_order(actor, public_id)

        def reject() -> Response:
            order_reject(order=order, actor=actor, **given)
            return _answered(actor, public_id)

        return self.write(request, reject)


def _answered(actor: Actor, public_id: str) -> Response:
    return Response(order_out(access_order(actor, public_id, Permission.ORDER_APPROVE), actor))
