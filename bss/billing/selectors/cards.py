"""Reads of cards and of the money on them."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet

from bss.accounts.choices import PaymentKind
from bss.accounts.models import Account
from bss.billing.choices import CardState
from bss.billing.models import CardPayment, CardToken, Invoice
from bss.billing.ports import PAYMENT_GATEWAY
from bss.core import clock
from bss.orders.choices import OrderState

OPEN = (CardState.REQUESTED, CardState.UNKNOWN, CardState.AUTHORISED)
# Orders of which nothing will be invoiced any more.
GIVEN_UP = (OrderState.FAILED, OrderState.CANCELLED, OrderState.REJECTED)
# How long money is held for a basket that nobody places, and how long an answer may take before it is asked for.
HELD_FOR_NOBODY = timedelta(hours=1)
ANSWER_WITHIN = timedelta(minutes=2)


def cards_configured() -> bool:
    """Whether this deployment has a provider of card payments."""
    return PAYMENT_GATEWAY.get().is_configured


def pays_by_card(payer: Account) -> bool:
    """Whether this payer's invoices are taken from a card."""
    method = payer.payment_method
    return method is not None and method.kind == PaymentKind.CARD and cards_configured()


def cards_of(account: Account) -> QuerySet[CardToken]:
    """The cards an account left and did not remove, the one that is used first first."""
    return CardToken.objects.filter(account=account, removed_at=None).order_by("-is_default", "pk")


def card_in_use(account: Account) -> CardToken | None:
    """The card that is charged; None without one that is still valid."""
    today = clock.today(account.organization.time_zone)
    return cards_of(account).filter(is_default=True, expires_on__gte=today).first()


def latest_hold(account: Account, reference: str) -> CardPayment | None:
    """The newest attempt to hold money for a basket or order."""
    return CardPayment.objects.filter(account=account, reference=reference).order_by("-pk").first()


def hold_for(invoice: Invoice) -> CardPayment | None:
    """What is held for the order that an invoice bills."""
    if invoice.order_id is None:
        return None
    return CardPayment.objects.filter(order_id=invoice.order_id, state__in=OPEN).first()


def hold_of_order(order_id: int) -> CardPayment | None:
    """What is held for an order. Its payer may stand above the order's scope: by the order's key."""
    return CardPayment.everywhere.filter(order_id=order_id, state__in=OPEN).first()


def charge_under_way(invoice: Invoice) -> CardPayment | None:
    """A charge for an invoice whose end is not known yet."""
    return (
        CardPayment.objects.filter(
            invoice=invoice, state__in=(CardState.REQUESTED, CardState.UNKNOWN)
        )
        .order_by("-pk")
        .first()
    )


def card_payments_to_tend() -> QuerySet[CardPayment]:
    """In all tenants: what no answer came for, what is held for nobody, what ran out."""
    now = clock.now()
    unanswered = Q(
        state__in=(CardState.REQUESTED, CardState.UNKNOWN), created_at__lte=now - ANSWER_WITHIN
    )
    for_nobody = Q(
        state=CardState.AUTHORISED, order__isnull=True, created_at__lte=now - HELD_FOR_NOBODY
    )
    # The job that lets go when the order is given up may have died meanwhile.
    for_nobody |= Q(state=CardState.AUTHORISED, order__state__in=GIVEN_UP)
    run_out = Q(state=CardState.AUTHORISED, expires_at__lte=now)
    return CardPayment.everywhere.filter(unanswered | for_nobody | run_out).order_by("pk")


def card_payments_for(invoice: Invoice) -> QuerySet[CardPayment]:
    """What was asked of cards for an invoice or its order, newest first."""
    where = Q(invoice=invoice)
    if invoice.order_id is not None:
        where |= Q(order_id=invoice.order_id)
    return CardPayment.objects.filter(where).select_related("card").order_by("-pk")
