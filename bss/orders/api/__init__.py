"""/api/v1/orders: drafts with their lines, placing, executing, cancelling.

A token sees the amounts of its own level: an organization's the payer's price (with cost.view the cost too), an
account's what it pays, an end customer's what its reseller charges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from bss.accounts.access import access_account
from bss.accounts.api import IDEMPOTENCY, Strict
from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.catalog.models import Product
from bss.core import clock
from bss.core.actor import Actor
from bss.core.api import IdempotentView
from bss.core.errors import Invalid, NotFound
from bss.installments.models import PaymentPlan
from bss.installments.selectors import plan_coded
from bss.orders import selectors, services
from bss.orders.access import access_order
from bss.orders.api.shapes import (
    OrderCancelIn,
    OrderCreate,
    OrderExecuteIn,
    OrderLineOut,
    OrderOut,
    OrderPlaceIn,
    OrderWithLines,
    PreviewDocumentOut,
)
from bss.orders.choices import OrderSource, OrderState
from bss.orders.contracts import CardHold
from bss.orders.errors import PlanNotPossible
from bss.orders.models import Order, OrderLine, TermsVersion
from bss.pricing.contracts import Preview
from bss.pricing.stored import from_stored


class OrdersView(IdempotentView, GenericAPIView[Any]):
    """The orders the token sees, newest first; of drafts an account's token sees its own."""

    scopes = {"GET": Permission.ORDER_VIEW, "POST": Permission.ORDER_CREATE}
    serializer_class = OrderOut

    def get_queryset(self) -> QuerySet[Order]:
        asked = self.request.query_params
        found = selectors.orders_shown_to(actor_of(self.request))
        found = found.select_related("terms", "payer_terms")
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
        if actor.account_id is not None and not self.is_repeated(request):
            # Service managers are asked outside the transaction that keeps the answer under its key.
            given = _with_parameters_read(actor, given)

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
        terms = _terms(order, given["terms"], actor)
        if order.state == OrderState.DRAFT:
            # Service managers are asked outside the transaction that keeps the answer under its key.
            services.order_place_check(order=order, actor=actor, terms=terms)

        def place(hold: CardHold) -> Response:
            placed = services.order_place_reviewed(order=order, actor=actor, terms=terms, hold=hold)
            return Response(order_out(access_order(actor, placed.public_id), actor))

        with services.order_held(order=order, actor=actor) as hold:
            return self.write(request, lambda: place(hold))


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

        def execute(hold: CardHold) -> Response:
            done = services.order_execute_reviewed(order=order, actor=actor, hold=hold)
            return Response(order_out(access_order(actor, done.public_id), actor))

        with services.order_held(order=order, actor=actor) as hold:
            return self.write(request, lambda: execute(hold))


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
    """An order with its lines and invoices as this token may see it."""
    context = {"actor": actor, "payer_id": order.account_id}
    rows = selectors.order_lines(order)
    lines = OrderLineOut(rows, many=True, context=context).data
    preview = _preview_of(order, rows, actor)
    documents = PreviewDocumentOut(preview.documents if preview else (), many=True).data
    return {**OrderOut(order, context=context).data, "lines": lines, "invoices": documents}


def _preview_of(order: Order, lines: Sequence[OrderLine], actor: Actor) -> Preview | None:
    """What an order was confirmed to put on which invoice, or what a draft would; at its reader's level."""
    track = selectors.track_for(actor, order.account_id)
    if order.state == OrderState.DRAFT:
        return selectors.order_previews(order, lines, at=clock.now()).get(track)
    return from_stored(order.preview, track)


def draft_of(actor: Actor, given: Mapping[str, Any]) -> Order:
    """A draft with its lines, all or nothing."""
    customer = _customer(actor, given.get("customer", ""))
    number = services.order_number(customer.organization_id)
    with transaction.atomic():
        order = _draft(actor, customer, number, given)
    return access_order(actor, order.public_id, Permission.ORDER_CREATE)


def _draft(actor: Actor, customer: Account, number: str, given: Mapping[str, Any]) -> Order:
    order = services.order_create(
        account=customer.parent or customer,
        customer=customer,
        actor=actor,
        source=OrderSource.API,
        name=given["name"],
        purchase_order=given["purchase_order"],
        answers=given["answers"],
        number=number,
    )
    for position, line in enumerate(given["lines"]):
        with _told_at(position):
            _add(order, line, actor)
    return order


def _with_parameters_read(actor: Actor, given: dict[str, Any]) -> dict[str, Any]:
    """What an account's token wants, with what it answered to Service Details as it is stored: a buyer answers what
    buyers are asked, and nothing else.

    Raises Invalid keyed "lines.<position>.parameters.<code>", or without the code where nobody knows what is asked.
    """
    if not any(line["parameters"] for line in given["lines"]):
        return given
    customer = _customer(actor, given.get("customer", ""))
    order = Order(
        organization_id=customer.organization_id,
        account=customer.parent or customer,
        customer=customer,
    )
    tops: list[OrderLine] = []
    lines: list[OrderLine] = []
    for position, line in enumerate(given["lines"]):
        with _told_at(position):
            top, add_ons = _unwritten(order, line)
        tops.append(top)
        lines += [top, *add_ons]
    try:
        read = services.parameters_read(order=order, lines=lines)
    except Invalid as problem:
        places = {top.public_id: f"lines.{n}.parameters" for n, top in enumerate(tops)}
        raise _moved(problem, lambda key: _placed(key, places)) from problem
    parameters = [read.get(top.public_id, {}) for top in tops]
    wanted = zip(given["lines"], parameters, strict=True)
    return {**given, "lines": [{**line, "parameters": each} for line, each in wanted]}


def _unwritten(order: Order, line: Mapping[str, Any]) -> tuple[OrderLine, list[OrderLine]]:
    """A line as it would be written, and its add-ons."""
    top = OrderLine(
        order=order,
        product=_product(line["product"]),
        unit=line["unit"],
        quantity=line["quantity"],
        parameters=line["parameters"],
    )
    add_ons = [
        OrderLine(
            order=order,
            product=_product(add_on["product"]),
            unit=line["unit"],
            quantity=add_on["quantity"],
        )
        for add_on in line["add_ons"]
    ]
    return top, add_ons


def _placed(key: str, places: Mapping[str, str]) -> str:
    """Where the caller wrote what an error is about that is keyed by a line's id."""
    line, dot, code = key.partition(".")
    return f"{places.get(line, line)}{dot}{code}"


@contextmanager
def _told_at(position: int) -> Iterator[None]:
    """What is wrong with a line is told by its place in the body."""
    try:
        yield
    except Invalid as problem:
        raise _moved(problem, lambda key: f"lines.{position}.{key}") from problem


def _moved(problem: Invalid, place: Callable[[str], str]) -> Invalid:
    errors = {place(key): texts for key, texts in problem.errors.items()}
    return Invalid(problem.message, errors=errors, code=problem.code, extra=problem.extra)


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


def _terms(order: Order, version: str, actor: Actor) -> TermsVersion | None:
    if not version:
        return None
    seller_id = selectors.seller_id_for(actor, order.account_id)
    return selectors.terms_version(order.organization_id, version, seller_id)
