"""The adapter behind orders' port of cards."""

from __future__ import annotations

from decimal import Decimal

from bss.accounts.models import Account
from bss.billing import selectors
from bss.billing.services.card_payments import card_hold, card_hold_attach, card_hold_let_go
from bss.core.actor import SYSTEM
from bss.orders.models import Order


class CardDesk:
    """Fills CARD_AUTHORISATION: holds for checkout and approval, by the payer's id."""

    def authorise(
        self,
        *,
        account_id: int,
        amount: Decimal,
        currency: str,
        reference: str,
        return_url: str = "",
    ) -> str:
        account = Account.objects.select_related("organization").get(pk=account_id)
        held = card_hold(
            account=account,
            amount=amount,
            currency=currency,
            reference=reference,
            return_url=return_url,
            actor=SYSTEM,
        )
        return held.public_id

    def attach(self, *, authorisation: str, order_id: int) -> None:
        payer_id = Order.objects.values_list("account_id", flat=True).get(pk=order_id)
        card_hold_attach(public_id=authorisation, order_id=order_id, account_id=payer_id)

    def let_go(self, *, authorisation: str) -> None:
        card_hold_let_go(public_id=authorisation, actor=SYSTEM)

    def held(self, account_id: int, currency: str) -> Decimal:
        return selectors.held_on_cards(account_id, currency)
