"""/api/v1/accounts/<id>/plans/: what a reseller's plan is, what each would be, and moving between them.

The account is the token's own or, for an organization's token, any of its resellers. The same services as the screens.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bss.accounts.api import IDEMPOTENCY, Strict
from bss.accounts.permissions import Permission
from bss.catalog.choices import Unit
from bss.core.actor import Actor
from bss.core.api import IdempotentView
from bss.orders.access import access_order
from bss.orders.api import actor_of, order_out, valid
from bss.orders.api.shapes import Amount, OrderWithLines
from bss.orders.choices import OrderSource
from bss.orders.contracts import NO_HOLD, CardHold
from bss.subscriptions.api.shapes import SubscriptionChangeOut
from bss.subscriptions.models import ScheduledChange
from resellers import selectors, services
from resellers.access import access_plan, access_reseller
from resellers.choices import PlanCode
from resellers.contracts import PlanOffer


class PlanPriceOut(serializers.Serializer[Any]):
    """What the reseller pays for one term, net."""

    unit = serializers.ChoiceField(choices=Unit.choices)
    price = Amount(source="money.amount")
    currency = serializers.CharField(source="money.currency")


class PlanOut(serializers.Serializer[Any]):
    """One plan, as this reseller may have it."""

    code = serializers.ChoiceField(choices=PlanCode.choices)
    name = serializers.CharField()
    text = serializers.CharField()
    is_current = serializers.BooleanField()
    includes = serializers.SerializerMethodField(help_text="What works today, by code.")
    prices = PlanPriceOut(many=True)
    action = serializers.ChoiceField(
        choices=["choose", "switch", "cancel", ""],
        help_text="What leads to this plan from the present one; empty when nothing does now.",
    )
    obstacle = serializers.CharField(help_text="Why nothing leads to it.")

    def get_includes(self, offer: PlanOffer) -> list[str]:
        return [view.code for view in offer.capabilities if view.included and not view.note]


class PlansOut(serializers.Serializer[Any]):
    """What a reseller has of the plans, and each plan there is."""

    alias = serializers.CharField(help_text="The end of its storefront's address; may be empty.")
    is_open = serializers.BooleanField(help_text="Whether its own storefront is open.")
    subscription = serializers.CharField(
        allow_null=True, help_text="The subscription of the plan; null on Basic."
    )
    order_in_progress = serializers.CharField(
        allow_null=True, help_text="The order of a plan that is not set up yet."
    )
    plans = PlanOut(many=True)


class PlanChooseIn(Strict):
    """The first plan, or the one to come back to."""

    unit = serializers.ChoiceField(choices=Unit.choices)
    alias = serializers.CharField(
        max_length=63,
        required=False,
        default="",
        help_text="The end of the storefront's address; without one, the alias that is kept.",
    )
    answers = serializers.DictField(required=False, default=dict)


class PlanChangeIn(Strict):
    """Nothing more is asked."""


class PlansView(APIView):
    """The plans, and which of them the reseller is on."""

    scopes = {"GET": Permission.PLAN_VIEW}

    @extend_schema(operation_id="plans_list", responses=PlansOut)
    def get(self, request: Request, public_id: str) -> Response:
        actor = actor_of(request)
        account = access_reseller(actor, public_id, Permission.PLAN_VIEW)
        profile, waiting = selectors.profile_of(account), selectors.plan_in_flight(account)
        held = selectors.held_profile(profile)
        found = {
            "alias": profile.alias if profile else "",
            "is_open": bool(profile and selectors.storefront_is_open(profile)),
            "subscription": held.subscription.public_id if held and held.subscription else None,
            "order_in_progress": waiting.order_line.order.public_id if waiting else None,
            "plans": selectors.plan_offers(
                account,
                profile=profile,
                waiting=waiting,
                may_switch=actor.can(Permission.PLAN_SWITCH),
            ),
        }
        return Response(PlansOut(found).data)


class PlanChooseView(IdempotentView):
    """The order of a plan as a draft, with its invoices; placing it is `orders_place`."""

    scopes = {"POST": Permission.PLAN_SWITCH}

    @extend_schema(
        operation_id="plans_choose",
        parameters=[IDEMPOTENCY],
        request=PlanChooseIn,
        responses={201: OrderWithLines},
    )
    def post(self, request: Request, public_id: str, code: str) -> Response:
        actor, given = actor_of(request), valid(PlanChooseIn, request)
        account = access_reseller(actor, public_id, Permission.PLAN_SWITCH)
        plan = access_plan(actor, code)

        def choose() -> Response:
            draft = services.upgrade_draft(
                account=account, plan=plan, actor=actor, source=OrderSource.API, **given
            )
            order = access_order(actor, draft.public_id, Permission.PLAN_SWITCH)
            return Response(order_out(order, actor), status=status.HTTP_201_CREATED)

        return self.write(request, choose)


class PlanSwitchView(IdempotentView):
    """Another plan on the same subscription, at once; the answer is the change, which says how far it is."""

    scopes = {"POST": Permission.PLAN_SWITCH}

    @extend_schema(
        operation_id="plans_switch",
        parameters=[IDEMPOTENCY],
        request=PlanChangeIn,
        responses={201: SubscriptionChangeOut},
    )
    def post(self, request: Request, public_id: str, code: str) -> Response:
        actor, _nothing = actor_of(request), valid(PlanChangeIn, request)
        account = access_reseller(actor, public_id, Permission.PLAN_SWITCH)
        plan = access_plan(actor, code)

        def switch(hold: CardHold = NO_HOLD) -> Response:
            change = services.plan_switch_request(
                account=account, plan=plan, actor=actor, source=OrderSource.API, hold=hold
            )
            return _changed(change, actor)

        if self.is_repeated(request):
            return self.write(request, switch)
        # A card is asked outside the transaction that keeps the answer under its key.
        with services.plan_switch_held(account=account, plan=plan, actor=actor) as hold:
            return self.write(request, lambda: switch(hold))


class PlanCancelView(IdempotentView):
    """Back to Basic, at once; a reseller's own token ends with what its plan included."""

    scopes = {"POST": Permission.PLAN_SWITCH}

    @extend_schema(
        operation_id="plans_cancel",
        parameters=[IDEMPOTENCY],
        request=PlanChangeIn,
        responses={201: SubscriptionChangeOut},
    )
    def post(self, request: Request, public_id: str) -> Response:
        actor, _nothing = actor_of(request), valid(PlanChangeIn, request)
        account = access_reseller(actor, public_id, Permission.PLAN_SWITCH)

        def cancel() -> Response:
            change = services.plan_cancel(account=account, actor=actor, source=OrderSource.API)
            return _changed(change, actor)

        return self.write(request, cancel)


def _changed(change: ScheduledChange, actor: Actor) -> Response:
    context = {"actor": actor, "payer_id": change.subscription.payer_id}
    body = SubscriptionChangeOut(change, context=context).data
    return Response(body, status=status.HTTP_201_CREATED)
