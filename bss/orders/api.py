"""/api/v1/orders: drafts with their lines, placing, executing, cancelling.

A token sees the amounts of its own level: an organization's the payer's price (with cost.view the cost too), an
account's what it pays, an end customer's what its reseller charges.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from bss.accounts.access import access_account
from bss.accounts.api import IDEMPOTENCY, Strict
from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.catalog.choices import Unit
from bss.catalog.models import Product
from bss.core.actor import Actor
from bss.core.api import IdempotentView
from bss.core.errors import Invalid, NotFound
from bss.installments.models import PaymentPlan
from bss.installments.selectors import plan_coded
from bss.orders import selectors, services
from bss.orders.access import access_order
from bss.orders.choices import LineKind, LineState, OrderSource, OrderState
from bss.orders.errors import PlanNotPossible
from bss.orders.models import Order, OrderLine, TermsVersion

MOST_LINES = 200


class Amount(serializers.DecimalField):
    """A net amount in the order's currency."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=24, decimal_places=10, **kwargs)


class AmountsOut(serializers.Serializer[Any]):
    """What the token's side pays, and what else it may see. What it may not see is left out."""

    unit_price = Amount(required=False)
    total = Amount(allow_null=True)
    resale_total = Amount(required=False, help_text="What a reseller charges its customer.")
    cost = Amount(required=False, help_text="Only for an organization's token with cost.view.")
    profit = Amount(required=False, help_text="Only for an organization's token with cost.view.")


class ProblemOut(serializers.Serializer[Any]):
    """Why a line needs input or failed, and the parameter to correct."""

    code = serializers.CharField()
    text = serializers.CharField()
    field = serializers.CharField()


class InstallmentsOut(serializers.Serializer[Any]):
    """A line's total in parts: `count - 1` of `regular`, then `last`."""

    count = serializers.IntegerField()
    regular = Amount()
    last = Amount()


class OrderLineOut(serializers.Serializer[Any]):
    """One thing an order asks for."""

    id = serializers.CharField(source="public_id")
    add_on_of = serializers.CharField(
        source="parent.public_id", default=None, allow_null=True, help_text="The product's line."
    )
    kind = serializers.ChoiceField(choices=LineKind.choices)
    product = serializers.CharField(source="product.public_id")
    product_name = serializers.CharField()
    friendly_name = serializers.CharField()
    unit = serializers.ChoiceField(choices=Unit.choices)
    quantity = serializers.IntegerField()
    previous_quantity = serializers.IntegerField(allow_null=True)
    parameters = serializers.DictField()
    payment_plan = serializers.SerializerMethodField(
        help_text="Such as monthly-12; null for what is paid at once."
    )
    installments = serializers.SerializerMethodField(
        help_text="The total in parts, at the token's own level: count - 1 of regular, then last."
    )
    state = serializers.ChoiceField(choices=LineState.choices)
    problem = serializers.SerializerMethodField()
    amounts = serializers.SerializerMethodField()

    def get_payment_plan(self, line: OrderLine) -> str | None:
        return line.plan.code if line.plan else None

    @extend_schema_field(InstallmentsOut(allow_null=True))
    def get_installments(self, line: OrderLine) -> dict[str, Any] | None:
        actor, payer_id = self.context["actor"], self.context["payer_id"]
        parts = selectors.split_of(line, selectors.amounts_of(line, actor, payer_id=payer_id))
        return dict(InstallmentsOut(parts).data) if parts else None

    def get_problem(self, line: OrderLine) -> dict[str, str] | None:
        if not line.problem_code:
            return None
        values = {
            "code": line.problem_code,
            "text": line.problem_text,
            "field": line.problem_field,
        }
        return dict(ProblemOut(values).data)

    def get_amounts(self, line: OrderLine) -> dict[str, Any]:
        return amounts_out(line, self.context["actor"], self.context["payer_id"])


class OrderOut(serializers.Serializer[Any]):
    """An order."""

    id = serializers.CharField(source="public_id")
    number = serializers.CharField()
    state = serializers.ChoiceField(choices=OrderState.choices)
    from_surface = serializers.ChoiceField(source="source", choices=OrderSource.choices)
    customer = serializers.CharField(source="customer.public_id", help_text="Who uses it.")
    billed_to = serializers.SerializerMethodField(
        help_text="The account that pays; null for an end customer's token."
    )
    name = serializers.CharField()
    purchase_order = serializers.CharField()
    currency = serializers.CharField()
    amounts = serializers.SerializerMethodField()
    answers = serializers.SerializerMethodField(
        help_text="To the organization's order fields, by code: numbers with decimals as text."
    )
    terms = serializers.CharField(source="terms.version", default=None, allow_null=True)
    created_at = serializers.DateTimeField()
    placed_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True, help_text="Not executed before.")
    finished_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.DictField())
    def get_answers(self, order: Order) -> dict[str, Any]:
        return selectors.order_answers(order)

    def get_billed_to(self, order: Order) -> str | None:
        track = selectors.track_for(self.context["actor"], order.account_id)
        return order.account.public_id if track == "price" else None

    def get_amounts(self, order: Order) -> dict[str, Any]:
        return amounts_out(order, self.context["actor"], order.account_id)


class OrderWithLines(OrderOut):
    """An order with its lines, products before their add-ons."""

    lines = OrderLineOut(many=True)


class OrderAddOnIn(Strict):
    """An add-on below its product."""

    product = serializers.CharField()
    quantity = serializers.IntegerField(min_value=1)
    payment_plan = serializers.CharField(max_length=40, required=False, default="")


class OrderLineIn(Strict):
    """One product to order."""

    product = serializers.CharField(help_text="The product's id.")
    unit = serializers.ChoiceField(choices=Unit.choices)
    quantity = serializers.IntegerField(min_value=1)
    friendly_name = serializers.CharField(max_length=200, required=False, default="")
    parameters = serializers.DictField(
        required=False,
        default=dict,
        help_text="What the service asks, by field code; numbers as JSON numbers.",
    )
    payment_plan = serializers.CharField(
        max_length=40,
        required=False,
        default="",
        help_text="Such as monthly-12, where it is offered; left out, it is paid at once.",
    )
    add_ons = OrderAddOnIn(many=True, required=False, default=list)


class OrderCreate(Strict):
    """A draft."""

    customer = serializers.CharField(
        required=False, help_text="Who uses it; an account's token may leave it out for itself."
    )
    name = serializers.CharField(max_length=200, required=False, default="")
    purchase_order = serializers.CharField(max_length=80, required=False, default="")
    answers = serializers.DictField(
        required=False,
        default=dict,
        help_text="To the organization's order fields, by code; numbers as JSON numbers.",
    )
    lines = OrderLineIn(many=True, max_length=MOST_LINES, allow_empty=False)  # type: ignore[call-arg]


class OrderPlaceIn(Strict):
    """The last word of a buyer."""

    terms = serializers.CharField(
        required=False, default="", help_text="The version of the terms that is accepted."
    )


class OrderExecuteIn(Strict):
    accept_reprice = serializers.BooleanField(
        required=False, default=False, help_text="Go on although prices changed."
    )


class OrderCancelIn(Strict):
    reason = serializers.CharField(max_length=200, required=False, default="")


class OrdersView(IdempotentView, GenericAPIView[Any]):
    """The orders the token sees, newest first."""

    scopes = {"GET": Permission.ORDER_VIEW, "POST": Permission.ORDER_CREATE}
    serializer_class = OrderOut

    def get_queryset(self) -> QuerySet[Order]:
        asked = self.request.query_params
        found = selectors.orders_visible().select_related("terms")
        if asked.get("state"):
            found = found.filter(state__in=asked["state"].split(","))
        if asked.get("customer"):
            found = found.filter(customer__public_id=asked["customer"])
        return found.filter(number=asked["number"]) if asked.get("number") else found

    @extend_schema(
        operation_id="orders_list",
        parameters=[
            OpenApiParameter("state", str, description="One or several, with commas between."),
            OpenApiParameter("customer", str, description="An account's id."),
            OpenApiParameter("number", str),
        ],
        responses=OrderOut(many=True),
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        context = {"actor": actor_of(request)}
        return self.get_paginated_response(OrderOut(page, many=True, context=context).data)

    @extend_schema(
        operation_id="orders_create",
        parameters=[IDEMPOTENCY],
        request=OrderCreate,
        responses={201: OrderWithLines},
    )
    def post(self, request: Request) -> Response:
        actor, given = actor_of(request), valid(OrderCreate, request)

        def create() -> Response:
            order = draft_of(actor, given)
            return Response(order_out(order, actor), status=status.HTTP_201_CREATED)

        return self.write(request, create)


class OrderView(IdempotentView):
    """One order with its lines."""

    scopes = {"GET": Permission.ORDER_VIEW}

    @extend_schema(operation_id="orders_retrieve", responses=OrderWithLines)
    def get(self, request: Request, public_id: str) -> Response:
        actor = actor_of(request)
        return Response(order_out(access_order(actor, public_id), actor))


class OrderPlaceView(IdempotentView):
    """Places a draft; what runs by itself starts at once."""

    scopes = {"POST": Permission.ORDER_CREATE}

    @extend_schema(
        operation_id="orders_place",
        parameters=[IDEMPOTENCY],
        request=OrderPlaceIn,
        responses=OrderWithLines,
    )
    def post(self, request: Request, public_id: str) -> Response:
        actor, given = actor_of(request), valid(OrderPlaceIn, request)
        order = access_order(actor, public_id, Permission.ORDER_CREATE)
        terms = _terms(order, given["terms"])
        if order.state == OrderState.DRAFT:
            # Service managers are asked outside the transaction that keeps the answer under its key.
            services.order_place_check(order=order, actor=actor, terms=terms)

        def place() -> Response:
            placed = services.order_place_reviewed(order=order, actor=actor, terms=terms)
            return Response(order_out(access_order(actor, placed.public_id), actor))

        return self.write(request, place)


class OrderExecuteView(IdempotentView):
    """Executes an order; a draft is placed with it."""

    scopes = {"POST": Permission.ORDER_EXECUTE}

    @extend_schema(
        operation_id="orders_execute",
        parameters=[IDEMPOTENCY],
        request=OrderExecuteIn,
        responses=OrderWithLines,
    )
    def post(self, request: Request, public_id: str) -> Response:
        actor, given = actor_of(request), valid(OrderExecuteIn, request)
        order = access_order(actor, public_id, Permission.ORDER_EXECUTE)
        if services.is_executable(order):
            services.order_review(order=order, step="execute", actor=actor, **given)

        def execute() -> Response:
            done = services.order_execute_reviewed(order=order, actor=actor)
            return Response(order_out(access_order(actor, done.public_id), actor))

        return self.write(request, execute)


class OrderCancelView(IdempotentView):
    """Gives an order up that has not begun, or that failed."""

    scopes = {"POST": Permission.ORDER_CREATE}

    @extend_schema(
        operation_id="orders_cancel",
        parameters=[IDEMPOTENCY],
        request=OrderCancelIn,
        responses=OrderWithLines,
    )
    def post(self, request: Request, public_id: str) -> Response:
        actor, given = actor_of(request), valid(OrderCancelIn, request)
        order = access_order(actor, public_id, Permission.ORDER_CREATE)

        def cancel() -> Response:
            services.order_cancel(order=order, actor=actor, **given)
            return Response(order_out(access_order(actor, public_id), actor))

        return self.write(request, cancel)


# What they share ---------------------------------------------------------------------------------------------


def actor_of(request: Request) -> Actor:
    return request._request.actor  # type: ignore[attr-defined]


def valid(serializer: type[Strict], request: Request) -> dict[str, Any]:
    """The request's body as `serializer` cleans it. Raises ValidationError by field."""
    bound = serializer(data=request.data)
    bound.is_valid(raise_exception=True)
    return dict(bound.validated_data)


def order_out(order: Order, actor: Actor) -> dict[str, Any]:
    """An order with its lines as this token may see it."""
    context = {"actor": actor, "payer_id": order.account_id}
    lines = OrderLineOut(selectors.order_lines(order), many=True, context=context).data
    return {**OrderOut(order, context=context).data, "lines": lines}


def amounts_out(subject: Order | OrderLine, actor: Actor, payer_id: int) -> dict[str, Any]:
    """The amounts of the token's own level; the others are left out."""
    amounts = selectors.amounts_of(subject, actor, payer_id=payer_id)
    found = {
        "unit_price": amounts.unit,
        "total": amounts.total,
        "resale_total": amounts.resale,
        "cost": amounts.cost,
        "profit": amounts.profit,
    }
    values = {name: money.amount for name, money in found.items() if money is not None}
    return dict(AmountsOut({"total": None, **values}).data)


@transaction.atomic
def draft_of(actor: Actor, given: Mapping[str, Any]) -> Order:
    """A draft with its lines, all or nothing."""
    customer = _customer(actor, given.get("customer", ""))
    order = services.order_create(
        account=customer.parent or customer,
        customer=customer,
        actor=actor,
        source=OrderSource.API,
        name=given["name"],
        purchase_order=given["purchase_order"],
        answers=given["answers"],
    )
    for position, line in enumerate(given["lines"]):
        try:
            _add(order, line, actor)
        except Invalid as problem:
            raise Invalid(
                problem.message,
                errors={f"lines.{position}.{k}": v for k, v in problem.errors.items()},
                code=problem.code,
                extra=problem.extra,
            ) from problem
    return access_order(actor, order.public_id, Permission.ORDER_CREATE)


def _add(order: Order, line: Mapping[str, Any], actor: Actor) -> None:
    parent = services.order_line_add(
        order=order,
        product=_product(line["product"]),
        unit=line["unit"],
        quantity=line["quantity"],
        actor=actor,
        friendly_name=line["friendly_name"],
        parameters=line["parameters"],
        payment_plan=_plan(order, line["payment_plan"]),
    )
    for add_on in line["add_ons"]:
        services.order_line_add(
            order=order,
            product=_product(add_on["product"]),
            unit=line["unit"],
            quantity=add_on["quantity"],
            actor=actor,
            parent=parent,
            payment_plan=_plan(order, add_on["payment_plan"]),
        )


def _customer(actor: Actor, public_id: str) -> Account:
    if public_id:
        try:
            return access_account(actor, public_id, Permission.ORDER_CREATE)
        except NotFound as problem:
            raise Invalid(problem.message, field="customer", code="CUSTOMER_UNKNOWN") from problem
    found = Account.objects.select_related("parent").filter(pk=actor.account_id or 0).first()
    if found is None:
        raise Invalid(_("Say for which customer."), field="customer", code="REQUIRED")
    return found


def _product(public_id: str) -> Product:
    found = Product.objects.select_related("type").filter(public_id=public_id).first()
    if found is None:
        raise Invalid(_("There is no such product."), field="product", code="PRODUCT_UNKNOWN")
    return found


def _plan(order: Order, code: str) -> PaymentPlan | None:
    if not code:
        return None
    found = plan_coded(order.organization_id, code)
    if found is None:
        raise PlanNotPossible(_("There is no such payment plan."), field="payment_plan")
    return found


def _terms(order: Order, version: str) -> TermsVersion | None:
    return selectors.terms_version(order.organization_id, version) if version else None
