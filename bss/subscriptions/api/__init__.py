"""/api/v1/subscriptions: what customers have, and the changes that may be asked of it.

A token sees the amounts of its own level, as in /orders.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from bss.accounts.api import IDEMPOTENCY, Strict
from bss.accounts.permissions import Permission
from bss.catalog.choices import ProductAudience
from bss.core.actor import Actor
from bss.core.api import IdempotentView
from bss.core.errors import Invalid
from bss.installments.models import PaymentPlan
from bss.orders.api import actor_of, valid
from bss.orders.choices import OrderSource
from bss.orders.contracts import NO_HOLD, CardHold
from bss.subscriptions import selectors, services
from bss.subscriptions.access import access_subscription
from bss.subscriptions.api.shapes import (
    SubscriptionAddOnOut,
    SubscriptionAddOnsIn,
    SubscriptionCancelIn,
    SubscriptionChangeOut,
    SubscriptionOut,
    SubscriptionProductIn,
    SubscriptionQuantityIn,
    SubscriptionRenewalIn,
    SubscriptionWithChanges,
)
from bss.subscriptions.choices import ChangeKind
from bss.subscriptions.contracts import PaymentChoice
from bss.subscriptions.errors import AddOnUnknown, PlanNotOffered
from bss.subscriptions.models import Subscription


class SubscriptionsView(GenericAPIView[Any]):
    """The subscriptions the token sees, newest first."""

    scopes = {"GET": Permission.SUBSCRIPTION_VIEW}
    serializer_class = SubscriptionOut

    def get_queryset(self) -> QuerySet[Subscription]:
        asked = self.request.query_params
        found = selectors.subscriptions_visible().select_related("order_line__order")
        if asked.get("state"):
            found = found.filter(state__in=asked["state"].split(","))
        if asked.get("customer"):
            found = found.filter(customer__public_id=asked["customer"])
        if asked.get("order"):
            found = found.filter(order_line__order__public_id=asked["order"])
        return found.filter(number=asked["number"]) if asked.get("number") else found

    @extend_schema(
        operation_id="subscriptions_list",
        parameters=[
            OpenApiParameter("state", str, description="One or several, with commas between."),
            OpenApiParameter("customer", str, description="An account's id."),
            OpenApiParameter("order", str, description="The order that bought it."),
            OpenApiParameter("number", str),
        ],
        responses=SubscriptionOut(many=True),
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        context = {"actor": actor_of(request)}
        return self.get_paginated_response(SubscriptionOut(page, many=True, context=context).data)


class SubscriptionView(GenericAPIView[Any]):
    """One subscription."""

    scopes = {"GET": Permission.SUBSCRIPTION_VIEW}
    serializer_class = SubscriptionWithChanges

    @extend_schema(operation_id="subscriptions_retrieve", responses=SubscriptionWithChanges)
    def get(self, request: Request, public_id: str) -> Response:
        actor = actor_of(request)
        found = access_subscription(actor, public_id)
        context = {"actor": actor, "payer_id": found.payer_id}
        changes = selectors.changes_of(found)
        return Response(
            {
                **SubscriptionOut(found, context=context).data,
                "add_ons": SubscriptionAddOnOut(selectors.add_ons_of(found), many=True).data,
                "changes": SubscriptionChangeOut(changes, many=True, context=context).data,
            }
        )


class ChangeView(IdempotentView):
    """A change asked of a subscription; the answer is the change, which says how far it is.

    What a reseller has for itself, its plan, an account's token changes with plan.switch besides.
    """

    scopes = {"POST": Permission.SUBSCRIPTION_MANAGE}
    kind = ""
    serializer: type[Strict]

    def change(self, request: Request, public_id: str) -> Response:
        actor, given = actor_of(request), valid(self.serializer, request)
        found = self.subscription(actor, public_id)
        reason, token = given.pop("reason"), given.pop("preview")

        def ask(hold: CardHold = NO_HOLD) -> Response:
            asked = services.change_request(
                subscription=found,
                kind=self.kind,
                actor=actor,
                source=OrderSource.API,
                token=token,
                reason=reason,
                hold=hold,
                **self.wish(found, dict(given)),
            )
            context = {"actor": actor, "payer_id": found.payer_id}
            body = SubscriptionChangeOut(asked, context=context).data
            return Response(body, status=status.HTTP_201_CREATED)

        if self.is_repeated(request):
            return self.write(request, ask)
        wish = self.wish(found, dict(given))
        # A card is asked outside the transaction that keeps the answer under its key.
        with services.change_held(
            subscription=found, kind=self.kind, actor=actor, token=token, **wish
        ) as hold:
            return self.write(request, lambda: ask(hold))

    def subscription(self, actor: Actor, public_id: str) -> Subscription:
        """The one to change. Raises NotFound, and PermissionMissing."""
        found = access_subscription(actor, public_id, Permission.SUBSCRIPTION_MANAGE)
        is_plan = found.product.type.audience == ProductAudience.RESELLER
        if is_plan and actor.account_id is not None:
            actor.require(Permission.PLAN_SWITCH)
        return found

    def wish(self, subscription: Subscription, given: dict[str, Any]) -> dict[str, Any]:
        """What was sent, as arguments of `change_request`."""
        return given


class QuantityView(ChangeView):
    """Another quantity, at once."""

    kind = ChangeKind.QUANTITY
    serializer: type[Strict] = SubscriptionQuantityIn

    @extend_schema(
        operation_id="subscriptions_change_quantity",
        parameters=[IDEMPOTENCY],
        request=SubscriptionQuantityIn,
        responses={201: SubscriptionChangeOut},
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.change(request, public_id)


class AddOnsView(ChangeView):
    """A new add-on, or more, fewer or none of one that is there."""

    kind = ChangeKind.ADD_ON
    serializer: type[Strict] = SubscriptionAddOnsIn

    @extend_schema(
        operation_id="subscriptions_change_add_ons",
        parameters=[IDEMPOTENCY],
        request=SubscriptionAddOnsIn,
        responses={201: SubscriptionChangeOut},
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.change(request, public_id)

    def wish(self, subscription: Subscription, given: dict[str, Any]) -> dict[str, Any]:
        add_on, product = given.pop("add_on"), given.pop("product")
        named: dict[str, Any] = {
            "add_on": selectors.add_ons_of(subscription).filter(public_id=add_on).first()
        }
        if not add_on:
            offered = selectors.add_ons_possible(subscription)
            named = {"product": offered.filter(public_id=product).first()}
        if not any(named.values()):
            raise AddOnUnknown(field="add_on" if add_on else "product")
        return {**given, **named}


class RenewalView(ChangeView):
    """What the next term begins with, and whether there is one."""

    kind = ChangeKind.RENEWAL
    serializer: type[Strict] = SubscriptionRenewalIn

    @extend_schema(
        operation_id="subscriptions_manage_renewal",
        parameters=[IDEMPOTENCY],
        request=SubscriptionRenewalIn,
        responses={201: SubscriptionChangeOut},
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.change(request, public_id)

    def wish(self, subscription: Subscription, given: dict[str, Any]) -> dict[str, Any]:
        if "payment_plan" in given:
            given["payment"] = _payment(given.pop("payment_plan"))
        return given


def _payment(public_id: str) -> PaymentChoice:
    if not public_id:
        return PaymentChoice()
    plan = PaymentPlan.objects.filter(public_id=public_id).first()
    if plan is None:
        raise PlanNotOffered(field="payment_plan")
    return PaymentChoice(plan.pk)


class ProductView(ChangeView):
    """Another product of the same type, at once."""

    kind = ChangeKind.PRODUCT
    serializer: type[Strict] = SubscriptionProductIn

    @extend_schema(
        operation_id="subscriptions_change_product",
        parameters=[IDEMPOTENCY],
        request=SubscriptionProductIn,
        responses={201: SubscriptionChangeOut},
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.change(request, public_id)

    def wish(self, subscription: Subscription, given: dict[str, Any]) -> dict[str, Any]:
        wanted = given.pop("product")
        offered = selectors.switch_targets(subscription, actor_of(self.request))
        product = offered.filter(public_id=wanted).first()
        if product is None:
            raise Invalid(
                _("Only another product of the same type can take its place."),
                field="product",
                code="PRODUCT_UNKNOWN",
            )
        return {**given, "product": product}


class CancelView(ChangeView):
    """The end, at once or when the term ends."""

    kind = ChangeKind.CANCEL
    serializer: type[Strict] = SubscriptionCancelIn

    @extend_schema(
        operation_id="subscriptions_cancel",
        parameters=[IDEMPOTENCY],
        request=SubscriptionCancelIn,
        responses={201: SubscriptionChangeOut},
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.change(request, public_id)
