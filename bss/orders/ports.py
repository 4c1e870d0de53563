"""What upper apps tell orders. Checkout asks service managers through here, and never a vendor."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Protocol

from bss.core.actor import Actor
from bss.core.ports import Port
from bss.orders.contracts import (
    LineFields,
    Proceed,
    Prospect,
    ReviewStep,
    ReviewSubject,
    Verdict,
)
from bss.orders.errors import CardUnavailable
from bss.pricing.contracts import QuotedPrice


class CheckoutReview(Protocol):
    """The adapter servicemanager registers: groups lines by instance and merges the verdicts, strongest first."""

    def fields(self, subject: ReviewSubject) -> Sequence[LineFields]:
        """What Service Details must ask; a service manager that does not say so is a `problem` of its lines.

        Reads only, five seconds in all.
        """
        ...

    def asking(self, subject: ReviewSubject) -> Collection[str]:
        """The keys of the lines whose service manager may ask more than their product types do. Nobody is asked."""
        ...

    def prospects(self, subject: ReviewSubject) -> Sequence[Prospect]:
        """What other answers would save. Told from what is kept here, without a call."""
        ...

    def known(self, subject: ReviewSubject) -> Sequence[QuotedPrice]:
        """What is known of the lines before anybody is asked: when first terms end. From what is kept here, no call."""
        ...

    def review(self, subject: ReviewSubject, step: ReviewStep) -> Verdict:
        """One merged verdict. Reads only, outside transactions, five seconds in all."""
        ...


class CreditExposure(Protocol):
    """What an account owes and has ordered. Filled by billing."""

    def exposure(self, account_id: int, currency: str) -> Decimal:
        """Unpaid invoices plus orders not yet invoiced minus credit, in `currency`."""
        ...


class Ownership(Protocol):
    """What customers already have. Filled by subscriptions."""

    def owned_types(self, customer_id: int, product_type_ids: Collection[int]) -> frozenset[int]:
        """Those of the product types of which the customer has a subscription that has not ended."""
        ...


class Actions(Protocol):
    """What orders ask of subscriptions. Filled by subscriptions."""

    def withdraw(self, *, order_id: int, actor: Actor, reason: str) -> None:
        """Take back what an order asks of a subscription, with the order, in the transaction of whoever gives it up.

        Raises PermissionDenied for who may not let the subscription go on as it is, Conflict when it is under way.
        """
        ...


class CardAuthorisation(Protocol):
    """Cards, for payers that pay by one. Filled by billing; without a provider nobody can pay by card."""

    def authorise(
        self,
        *,
        account_id: int,
        amount: Decimal,
        currency: str,
        reference: str,
        return_url: str = "",
    ) -> str:
        """Hold `amount` (net of nothing: what will be captured) on the account's card, outside transactions.

        `reference` names the basket or order and makes it happen once. `return_url` is where the bank sends its owner
        back to; without one nobody is asked to confirm, and a card that needs that is declined. Returns the
        authorisation's id. Raises CardDeclined, CardNeedsStep (its `extra["url"]` leads to the bank) or CardUnknown;
        then nothing is held.
        """
        ...

    def authorise_again(
        self, *, account_id: int, amount: Decimal, currency: str, order_id: int, reference: str
    ) -> str:
        """As `authorise`, for an order that is tried again after it failed, nobody being asked to confirm.

        What is still held for it is let go of first. Raises CardUnknown, too, while what is held for the rest of the
        order waits to be taken.
        """
        ...

    def attach(self, *, authorisation: str, order_id: int) -> None:
        """Tie an authorisation to the order it was made for, in the transaction that places it."""
        ...

    def let_go(self, *, authorisation: str) -> None:
        """Let go of what was held for what is not ordered after all, outside transactions. Never raises."""
        ...

    def held(self, account_id: int, currency: str) -> Decimal:
        """What is authorised for orders and not yet captured: it counts as credit."""
        ...


class _NoCards:
    def authorise(
        self,
        *,
        account_id: int,
        amount: Decimal,
        currency: str,
        reference: str,
        return_url: str = "",
    ) -> str:
        raise CardUnavailable

    def authorise_again(
        self, *, account_id: int, amount: Decimal, currency: str, order_id: int, reference: str
    ) -> str:
        raise CardUnavailable

    def attach(self, *, authorisation: str, order_id: int) -> None:
        raise CardUnavailable

    def let_go(self, *, authorisation: str) -> None:
        raise CardUnavailable

    def held(self, account_id: int, currency: str) -> Decimal:
        return Decimal(0)


class _NoReview:
    def fields(self, subject: ReviewSubject) -> Sequence[LineFields]:
        return ()

    def asking(self, subject: ReviewSubject) -> Collection[str]:
        return ()

    def prospects(self, subject: ReviewSubject) -> Sequence[Prospect]:
        return ()

    def known(self, subject: ReviewSubject) -> Sequence[QuotedPrice]:
        return ()

    def review(self, subject: ReviewSubject, step: ReviewStep) -> Verdict:
        return Proceed()


class _NothingOwed:
    def exposure(self, account_id: int, currency: str) -> Decimal:
        return Decimal(0)


class _NothingOwned:
    def owned_types(self, customer_id: int, product_type_ids: Collection[int]) -> frozenset[int]:
        return frozenset()


class _NoActions:
    def withdraw(self, *, order_id: int, actor: Actor, reason: str) -> None:
        return None


ACTIONS: Port[Actions] = Port("actions", _NoActions())
CHECKOUT_REVIEW: Port[CheckoutReview] = Port("checkout review", _NoReview())
CREDIT_EXPOSURE: Port[CreditExposure] = Port("credit exposure", _NothingOwed())
CARD_AUTHORISATION: Port[CardAuthorisation] = Port("card authorisation", _NoCards())
OWNERSHIP: Port[Ownership] = Port("ownership", _NothingOwned())
