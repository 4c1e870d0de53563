"""What billing needs from a provider of card payments. Card numbers never come here: people type them on its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol

from bss.core.ports import Port


@dataclass(frozen=True, slots=True)
class HostedPage:
    """The provider's page on which somebody leaves a card, and its id there."""

    external_id: str
    url: str


@dataclass(frozen=True, slots=True)
class LeftCard:
    """A card that was left on the provider's page. `expires_on` is its last day."""

    token: str
    brand: str
    last_digits: str
    expires_on: date


@dataclass(frozen=True, slots=True)
class Charge:
    """What to hold or to take. `key` makes it happen once; with a `return_url` the owner is there to be asked."""

    token: str
    amount: Decimal
    currency: str
    key: str
    reference: str = ""
    return_url: str = ""


CardOutcome = Literal[
    "authorised", "captured", "declined", "needs_step", "released", "expired", "absent", "unknown"
]


@dataclass(frozen=True, slots=True)
class CardAnswer:
    """How something stands with the provider. "absent": it never arrived; "unknown": nobody answered in time.

    `step_url` of "needs_step" leads to the bank; `code` of "declined" is the provider's.
    """

    outcome: CardOutcome
    external_id: str = ""
    captured: Decimal = Decimal(0)
    code: str = ""
    step_url: str = ""
    expires_at: datetime | None = None


class PaymentGateway(Protocol):
    """A provider. Its calls are made outside transactions and raise nothing for what a CardAnswer can say."""

    @property
    def is_configured(self) -> bool: ...

    def page(self, *, key: str, return_url: str, name: str) -> HostedPage | None:
        """A page for one card. None when the provider does not answer."""
        ...

    def left_card(self, external_id: str) -> LeftCard | None:
        """The card left on a page; None while none was."""
        ...

    def authorise(self, charge: Charge) -> CardAnswer:
        """Hold an amount."""
        ...

    def charge(self, charge: Charge) -> CardAnswer:
        """Take an amount at once; without a `return_url` off-session, the owner being elsewhere."""
        ...

    def capture(self, *, external_id: str, amount: Decimal, currency: str, key: str) -> CardAnswer:
        """Take at most what is held; the rest is let go."""
        ...

    def release(self, *, external_id: str, key: str) -> CardAnswer:
        """Let go of what is held."""
        ...

    def find(self, key: str) -> CardAnswer:
        """How an authorisation or charge stands that was asked for by this key."""
        ...


class _NoProvider:
    """Without a provider nobody can choose a card, so nothing else is ever asked."""

    is_configured = False

    def page(self, *, key: str, return_url: str, name: str) -> HostedPage | None:
        return None

    def left_card(self, external_id: str) -> LeftCard | None:
        return None

    def authorise(self, charge: Charge) -> CardAnswer:
        return CardAnswer("declined", code="no_provider")

    def charge(self, charge: Charge) -> CardAnswer:
        return CardAnswer("declined", code="no_provider")

    def capture(self, *, external_id: str, amount: Decimal, currency: str, key: str) -> CardAnswer:
        return CardAnswer("declined", code="no_provider")

    def release(self, *, external_id: str, key: str) -> CardAnswer:
        return CardAnswer("released")

    def find(self, key: str) -> CardAnswer:
        return CardAnswer("unknown")


PAYMENT_GATEWAY: Port[PaymentGateway] = Port("payment gateway", _NoProvider())
