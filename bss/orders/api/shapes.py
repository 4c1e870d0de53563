"""What the API of orders takes and gives."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bss.accounts.api import Strict
from bss.catalog.choices import Unit
from bss.core.actor import Actor
from bss.core.fields import has_null
from bss.orders import selectors
from bss.orders.choices import LineKind, LineState, OrderSource, OrderState
from bss.orders.models import Order, OrderLine

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

    count = serializers.IntegerField(source="parts")
    regular = Amount()
    last = Amount()


class FirstTermOut(serializers.Serializer[Any]):
    """A first term that ends with everything else of its customer: `days` are charged of the `of_days` of a price."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    days = serializers.IntegerField()
    of_days = serializers.IntegerField(source="whole_days")


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
    first_term = FirstTermOut(
        source="coterm",
        allow_null=True,
        help_text="Where it is shorter than the unit; null for a whole one from its delivery.",
    )
    state = serializers.ChoiceField(choices=LineState.choices)
    problem = serializers.SerializerMethodField()
    amounts = serializers.SerializerMethodField()

    def get_payment_plan(self, line: OrderLine) -> str | None:
        return line.plan.code if line.plan else None

    @extend_schema_field(InstallmentsOut(allow_null=True))
    def get_installments(self, line: OrderLine) -> dict[str, Any] | None:
        actor, payer_id = self.context["actor"], self.context["payer_id"]
        amounts = selectors.amounts_of(line, actor, payer_id=payer_id)
        parts = selectors.split_of(line, amounts.total)
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
    payer_terms = serializers.SerializerMethodField(
        help_text="What a reseller accepted when it approved it; null for an end customer's token."
    )
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

    def get_payer_terms(self, order: Order) -> str | None:
        track = selectors.track_for(self.context["actor"], order.account_id)
        return order.payer_terms.version if order.payer_terms and track == "price" else None

    def get_amounts(self, order: Order) -> dict[str, Any]:
        return amounts_out(order, self.context["actor"], order.account_id)


class PreviewLineOut(serializers.Serializer[Any]):
    """One amount on a document, net."""

    text = serializers.CharField()
    quantity = serializers.IntegerField()
    net = Amount(source="net.amount")
    number = serializers.IntegerField(help_text="Which installment it is,")
    count = serializers.IntegerField(help_text="of how many.")


class PreviewDocumentOut(serializers.Serializer[Any]):
    """What an order puts on one invoice or credit note, of its own or of a billing day."""

    bills_on = serializers.DateField()
    is_at_once = serializers.BooleanField()
    is_credit_note = serializers.BooleanField()
    net = Amount(source="net.amount")
    tax = Amount(source="tax.amount", default=None, allow_null=True)
    total = Amount(source="total.amount")
    lines = PreviewLineOut(many=True)


class OrderWithLines(OrderOut):
    """An order with its lines, products before their add-ons, and what it puts on which invoice."""

    lines = OrderLineOut(many=True)
    invoices = PreviewDocumentOut(
        many=True,
        help_text="At the token's own level, as of its confirmation; a draft's as if it were delivered now.",
    )


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
        help_text="What the service asks, by field code; numbers as JSON numbers. An account's token is refused what "
        "nobody asks it.",
    )
    payment_plan = serializers.CharField(
        max_length=40,
        required=False,
        default="",
        help_text="Such as monthly-12, where it is offered; left out, it is paid at once.",
    )
    add_ons = OrderAddOnIn(many=True, required=False, default=list)

    def validate_parameters(self, given: dict[str, Any]) -> dict[str, Any]:
        """What an organization's token writes is kept as it is, as far as it can be kept."""
        if has_null(given):
            raise serializers.ValidationError(
                _("This holds a character that cannot be kept: U+0000."), code="null_character"
            )
        return given


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
