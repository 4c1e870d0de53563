"""Cards, for payers that pay by one: what is held on them before an order is placed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bss.accounts.choices import PaymentKind
from bss.accounts.models import Account
from bss.core.money import Money
from bss.orders.contracts import NO_HOLD, CardHold
from bss.orders.errors import CreditExceeded, OnlyOne, OrderingDisabled
from bss.orders.models import Order
from bss.orders.ports import CARD_AUTHORISATION
from bss.orders.services.reviews import outside_transactions
from bss.pricing.contracts import Preview


def pays_by_card(payer: Account) -> bool:
    method = payer.payment_method
    return method is not None and method.kind == PaymentKind.CARD


def due_at_once(preview: Preview) -> Money:
    """What an order makes due with it, tax included where it is known: what a card is asked to hold.

    What is given back at the same time goes into that invoice, and is not asked for.
    """
    due = preview.first.total if preview.first else Money.zero(preview.currency)
    back = preview.credit_note
    if back is not None and back.is_at_once:
        due = due + back.total
    return max(due, Money.zero(preview.currency))


def card_authorise(payer: Account, due: Money, *, reference: str, return_url: str = "") -> CardHold:
    """Hold an amount on the payer's card; an empty hold for who pays otherwise or for nothing.

    It is held in the currency in which it will be invoiced, whatever the payer's is by now. `reference` names the
    basket or order: asked again with it, nothing more is held. `return_url` is where its bank sends the owner back to;
    without one nobody is asked. Outside transactions. Raises CardDeclined, CardNeedsStep, CardUnknown or
    CardUnavailable.
    """
    if not due.amount or not pays_by_card(payer):
        return NO_HOLD
    outside_transactions()
    authorisation = CARD_AUTHORISATION.get().authorise(
        account_id=payer.pk,
        amount=due.amount,
        currency=due.currency,
        reference=reference,
        return_url=return_url,
    )
    return CardHold(authorisation, due.amount)


def card_authorise_again(order: Order, due: Money) -> CardHold:
    """As `card_authorise`, for an order that is tried again. What is still held for it is let go of."""
    payer = order.account
    if not due.amount or not pays_by_card(payer):
        return NO_HOLD
    outside_transactions()
    authorisation = CARD_AUTHORISATION.get().authorise_again(
        account_id=payer.pk,
        amount=due.amount,
        currency=due.currency,
        order_id=order.pk,
        reference=order.public_id,
    )
    return CardHold(authorisation, due.amount)


def card_attach(hold: CardHold, order: Order) -> None:
    """Tie what is held to the order that it was held for, in the transaction that places it."""
    if hold:
        CARD_AUTHORISATION.get().attach(authorisation=hold.authorisation, order_id=order.pk)


@contextmanager
def let_go_when_refused(hold: CardHold) -> Iterator[None]:
    """Around the transaction that places an order: what is held for one that cannot be had is let go.

    What only has to be looked at again keeps its hold: it is placed with it in a moment.
    """
    try:
        yield
    except (CreditExceeded, OnlyOne, OrderingDisabled):
        if hold:
            CARD_AUTHORISATION.get().let_go(authorisation=hold.authorisation)
        raise
