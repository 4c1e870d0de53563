"""Cards, for payers that pay by one: what is held on them before an order is placed."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from bss.accounts.choices import PaymentKind
from bss.accounts.models import Account
from bss.installments.splitting import split
from bss.orders.contracts import Bought
from bss.orders.ports import CARD_AUTHORISATION
from bss.orders.services.reviews import outside_transactions


def pays_by_card(payer: Account) -> bool:
    method = payer.payment_method
    return method is not None and method.kind == PaymentKind.CARD


def first_due(lines: Iterable[tuple[int, Bought]]) -> Decimal:
    """What (quantity, bought) pairs make due at once, net: first installments, and what is paid at once."""
    return sum((_first(quantity, bought) for quantity, bought in lines), Decimal(0))


def card_authorise(payer: Account, amount: Decimal, *, reference: str) -> str:
    """Hold an amount on the payer's card; the authorisation's id, "" for who pays otherwise or for nothing.

    `reference` names the basket or order: asked again with it, nothing more is held. Outside transactions. Raises
    CardDeclined, CardNeedsStep, CardUnknown or CardUnavailable.
    """
    if not amount or not pays_by_card(payer):
        return ""
    outside_transactions()
    return CARD_AUTHORISATION.get().authorise(
        account_id=payer.pk, amount=amount, currency=payer.currency, reference=reference
    )


def _first(quantity: int, bought: Bought) -> Decimal:
    total = bought.price.line(quantity).total
    if bought.plan is None:
        return total
    return next(iter(split(total, bought.plan.count, bought.price.currency)))
