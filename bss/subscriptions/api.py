"""/api/v1/subscriptions: what customers have, and the changes that may be asked of it.

A token sees the amounts of its own level, as in /orders.
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

from bss.accounts.api import IDEMPOTENCY, Strict
from bss.accounts.permissions import Permission
from bss.catalog.choices import ProductAudience, Unit
from bss.core.api import IdempotentView
from bss.core.errors import Invalid
from bss.installments.models import PaymentPlan
from bss.orders.api import actor_of, valid
from bss.orders.api.shapes import Amount
from bss.orders.choices import OrderSource
from bss.orders.contracts import NO_HOLD, CardHold
from bss.orders.selectors import track_for
from bss.subscriptions import selectors, services
from bss.subscriptions.access import access_subscription
from bss.subscriptions.choices import ChangeKind, ChangeState, SubscriptionState, SyncStatus
from bss.subscriptions.contracts import PaymentChoice
from bss.subscriptions.errors import AddOnUnknown, PlanNotOffered
from bss.subscriptions.models import ScheduledChange, Subscription


class TermAmountsOut(serializers.Serializer[Any]):
    """Net amounts of one unit and of one term. What the token may not see is left out."""

    unit_price = Amount(required=False)
    total = Amount(allow_null=True)
    resale_total = Amount(required=False, help_text="What a reseller charges its customer.")
    cost = Amount(required=False, help_text="Only for an organization's token with cost.view.")
    profit = Amount(required=False, help_text="Only for an organization's token with cost.view.")


class SubscriptionChangeOut(serializers.Serializer[Any]):
    """What is to happen to a subscription, or happened."""

    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(choices=ChangeKind.choices)
    state = serializers.ChoiceField(choices=ChangeState.choices)
    quantity = serializers.IntegerField(allow_null=True)
    product = serializers.CharField(source="product.public_id", default=None, allow_null=True)
    due_at = serializers.DateTimeField()
    applied_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.SerializerMethodField(
        help_text="Why it was asked for; empty for an end customer's token."
    )
    problem_code = serializers.CharField()
    problem_text = serializers.CharField()
    order = serializers.CharField(source="order_line.order.public_id")

    def get_reason(self, change: ScheduledChange) -> str:
        payer_id = self.context["payer_id"]
        may = selectors.may_read_reasons(self.context["actor"], payer_id)
        return change.reason if may else ""


class SubscriptionOut(serializers.Serializer[Any]):
    """One product a customer uses, term after term."""

    id = serializers.CharField(source="public_id")
    number = serializers.CharField()
    name = serializers.CharField()
    customer = serializers.CharField(source="customer.public_id")
    billed_to = serializers.SerializerMethodField(
        help_text="The account that pays; null for an end customer's token."
    )
    product = serializers.CharField(source="product.public_id")
    order = serializers.CharField(source="order_line.order.public_id")
    unit = serializers.ChoiceField(choices=Unit.choices)
    quantity = serializers.IntegerField()
    parameters = serializers.DictField()
    state = serializers.ChoiceField(choices=SubscriptionState.choices)
    sync_status = serializers.ChoiceField(choices=SyncStatus.choices)
    external_id = serializers.CharField()
    currency = serializers.CharField()
    amounts = serializers.SerializerMethodField()
    renews = serializers.BooleanField()
    started_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    problem_code = serializers.CharField()
    problem_text = serializers.CharField()

    def get_billed_to(self, subscription: Subscription) -> str | None:
        track = track_for(self.context["actor"], subscription.payer_id)
        return subscription.payer.public_id if track == "price" else None

    def get_amounts(self, subscription: Subscription) -> dict[str, Any]:
        amounts = selectors.amounts_of(
            subscription,
            self.context["actor"],
            payer_id=subscription.payer_id,
            currency=subscription.currency,
        )
        found = {
            "unit_price": amounts.unit,
            "total": amounts.total,
            "resale_total": amounts.resale,
            "cost": amounts.cost,
            "profit": amounts.profit,
        }
        values = {name: money.amount for name, money in found.items() if money is not None}
        return dict(TermAmountsOut({"total": None, **values}).data)


class SubscriptionAddOnOut(serializers.Serializer[Any]):
    """An add-on that came with a subscription."""

    id = serializers.CharField(source="public_id")
    product = serializers.CharField(source="product.public_id")
    quantity = serializers.IntegerField()


class SubscriptionWithChanges(SubscriptionOut):
    """A subscription with its add-ons and its newest changes."""

    add_ons = SubscriptionAddOnOut(many=True)
    changes = SubscriptionChangeOut(many=True)


_WHEN = [("now", _("At once")), ("period_end", _("When the term ends"))]


class SubscriptionQuantityIn(Strict):
    quantity = serializers.IntegerField(min_value=1, help_text="The new whole quantity.")
    when = serializers.ChoiceField(choices=_WHEN, required=False, default="now")
    reason = serializers.CharField(max_length=200, required=False, default="")


class SubscriptionAddOnsIn(Strict):
    """One add-on: `add_on` names one that the subscription has, `product` one that is new to it."""

    add_on = serializers.CharField(required=False, default="")
    product = serializers.CharField(required=False, default="")
    quantity = serializers.IntegerField(
        min_value=0, help_text="How many there are to be; 0 takes it away."
    )
    reason = serializers.CharField(max_length=200, required=False, default="")


class SubscriptionRenewalIn(Strict):
    """What the next term begins with; what is left out stays as it is."""

    renews = serializers.BooleanField(required=False)
    quantity = serializers.IntegerField(min_value=1, required=False)
    payment_plan = serializers.CharField(
        required=False, allow_blank=True, help_text="A payment plan's id; empty for at once."
    )
    reason = serializers.CharField(max_length=200, required=False, default="")


class SubscriptionProductIn(Strict):
    product = serializers.CharField(help_text="A product of the same type.")
    reason = serializers.CharField(max_length=200, required=False, default="")


class SubscriptionCancelIn(Strict):
    when = serializers.ChoiceField(choices=_WHEN)
    reason = serializers.CharField(max_length=200, required=False, default="")


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
        found = access_subscription(actor, public_id, Permission.SUBSCRIPTION_MANAGE)
        is_plan = found.product.type.audience == ProductAudience.RESELLER
        if is_plan and actor.account_id is not None:
            actor.require(Permission.PLAN_SWITCH)

        def ask(hold: CardHold = NO_HOLD) -> Response:
            asked = services.change_request(
                subscription=found,
                kind=self.kind,
                actor=actor,
                source=OrderSource.API,
                hold=hold,
                **self.wish(found, dict(given)),
            )
            context = {"actor": actor, "payer_id": found.payer_id}
            body = SubscriptionChangeOut(asked, context=context).data
            return Response(body, status=status.HTTP_201_CREATED)

        if self.is_repeated(request):
            return self.write(request, ask)
        wish = self.wish(found, dict(given))
        wish.pop("reason", "")
        # A card is asked outside the transaction that keeps the answer under its key.
        with services.change_held(subscription=found, kind=self.kind, actor=actor, **wish) as hold:
            return self.write(request, lambda: ask(hold))

    def wish(self, subscription: Subscription, given: dict[str, Any]) -> dict[str, Any]:
        """What was sent, as arguments of `change_request`."""
        return given


class QuantityView(ChangeView):
    """Another quantity, at once."""

    kind = ChangeKind.QUANTITY
    serializer = SubscriptionQuantityIn

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
    serializer = SubscriptionAddOnsIn

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
    serializer = SubscriptionRenewalIn

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
    serializer = SubscriptionProductIn

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
    serializer = SubscriptionCancelIn

    @extend_schema(
        operation_id="subscriptions_cancel",
        parameters=[IDEMPOTENCY],
        request=SubscriptionCancelIn,
        responses={201: SubscriptionChangeOut},
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.change(request, public_id)
