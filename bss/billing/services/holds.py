"""The adapter behind orders' port of cards."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from bss.accounts.models import Account
from bss.billing import selectors
from bss.billing.services.card_payments import (
    card_hold,
    card_hold_attach,
    card_hold_let_go,
    card_payment_tend,
)
from bss.core.actor import SYSTEM
from bss.orders.errors import CardUnknown
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

    def authorise_again(
        self, *, account_id: int, amount: Decimal, currency: str, order_id: int, reference: str
    ) -> str:
        held = selectors.hold_of_order(order_id)
        if held is not None:
            # The job that lets go of what an order was placed with may not have run since it failed.
            held = card_payment_tend(card_payment=held, actor=SYSTEM)
        if held is not None and held.state in selectors.OPEN:
            raise CardUnknown(
                _("What the card holds for the rest of this order is being taken. Try again soon.")
            )
        return self.authorise(
            account_id=account_id, amount=amount, currency=currency, reference=reference
        )

    def attach(self, *, authorisation: str, order_id: int) -> None:
        payer_id = Order.objects.values_list("account_id", flat=True).get(pk=order_id)
        card_hold_attach(public_id=authorisation, order_id=order_id, account_id=payer_id)

    def let_go(self, *, authorisation: str) -> None:
        card_hold_let_go(public_id=authorisation, actor=SYSTEM)

    def held(self, account_id: int, currency: str) -> Decimal:
        return selectors.held_on_cards(account_id, currency)
