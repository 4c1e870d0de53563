"""What the API of subscriptions takes and gives."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from bss.accounts.api import Strict
from bss.catalog.choices import Unit
from bss.orders.api.shapes import Amount, PreviewDocumentOut
from bss.orders.selectors import track_for
from bss.subscriptions import selectors
from bss.subscriptions.choices import ChangeKind, ChangeState, SubscriptionState, SyncStatus
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


class Confirmed(Strict):
    """What every request may say besides what it wishes."""

    reason = serializers.CharField(max_length=200, required=False, default="")
    preview = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        help_text="The token of a preview: it is done as it was told there, or refused with PRICE_CHANGED.",
    )


class QuantityWish(Strict):
    quantity = serializers.IntegerField(min_value=1, help_text="The new whole quantity.")
    when = serializers.ChoiceField(choices=_WHEN, required=False, default="now")


class AddOnsWish(Strict):
    """One add-on: `add_on` names one that the subscription has, `product` one that is new to it."""

    add_on = serializers.CharField(required=False, default="")
    product = serializers.CharField(required=False, default="")
    quantity = serializers.IntegerField(
        min_value=0, help_text="How many there are to be; 0 takes it away."
    )


class RenewalWish(Strict):
    """What the next term begins with; what is left out stays as it is."""

    renews = serializers.BooleanField(required=False)
    quantity = serializers.IntegerField(min_value=1, required=False)
    payment_plan = serializers.CharField(
        required=False, allow_blank=True, help_text="A payment plan's id; empty for at once."
    )


class ProductWish(Strict):
    product = serializers.CharField(help_text="A product of the same type.")


class CancelWish(Strict):
    when = serializers.ChoiceField(choices=_WHEN)


class SubscriptionQuantityIn(QuantityWish, Confirmed):
    pass


class SubscriptionAddOnsIn(AddOnsWish, Confirmed):
    pass


class SubscriptionRenewalIn(RenewalWish, Confirmed):
    pass


class SubscriptionProductIn(ProductWish, Confirmed):
    pass


class SubscriptionCancelIn(CancelWish, Confirmed):
    pass


class ConsequenceOut(serializers.Serializer[Any]):
    """One thing that will happen, in the language of the request."""

    text = serializers.CharField()
    tone = serializers.ChoiceField(choices=["info", "warning", "danger"])


class RefusalOut(serializers.Serializer[Any]):
    """Why it could not be confirmed as things stand."""

    code = serializers.CharField()
    detail = serializers.CharField(source="message")
    remedy = serializers.CharField()
    extra = serializers.DictField(help_text="The amounts; empty for an end customer's token.")


class ChangePreviewOut(serializers.Serializer[Any]):
    """What a change will mean, worked out by what will bill it. Net amounts at the token's own level."""

    preview = serializers.CharField(
        source="token",
        help_text="Given back with the request within half an hour, it holds the amounts.",
    )
    quantity = serializers.IntegerField()
    previous_quantity = serializers.IntegerField()
    product_name = serializers.CharField(source="product")
    currency = serializers.CharField(source="charged.currency")
    unit_price = Amount(source="unit_price.amount")
    before = Amount(source="before.amount", help_text="What a whole term costs.")
    after = Amount(source="after.amount", help_text="What a whole term will cost.")
    charged = Amount(
        source="charged.amount",
        help_text="What it adds to the present term, or to the next one where it is about that.",
    )
    due_at = serializers.DateTimeField(allow_null=True, help_text="Null for at once.")
    counts_from = serializers.DateTimeField(
        allow_null=True, help_text="When another amount is paid; null for at once."
    )
    needs_staff = serializers.BooleanField(help_text="The seller's staff carry it out.")
    needs_approval = serializers.BooleanField(help_text="Its payer has to let it pass first.")
    consequences = ConsequenceOut(many=True)
    refusal = RefusalOut(allow_null=True)
    invoices = PreviewDocumentOut(source="invoices.documents", many=True)
