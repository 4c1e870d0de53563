"""The provider's wire format as typed values. What it sends beyond that is ignored."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionBody:
    return_url: str
    customer: str


@dataclass(frozen=True, slots=True)
class PaymentBody:
    """`amount` as text with the currency's decimals; `capture` takes it at once."""

    token: str
    amount: str
    currency: str
    capture: bool
    off_session: bool
    reference: str
    return_url: str


@dataclass(frozen=True, slots=True)
class TokenSeen:
    id: str
    brand: str
    last4: str
    exp_year: int
    exp_month: int


@dataclass(frozen=True, slots=True)
class SessionSeen:
    id: str
    url: str
    token: TokenSeen | None


@dataclass(frozen=True, slots=True)
class PaymentSeen:
    """`status`: requires_step, authorised, captured, declined, released or expired."""

    id: str
    status: str
    captured: str
    decline_code: str
    step_url: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class Missing:
    """404: the provider does not know it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error answer."""

    status: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An answer that is none of the provider's: a proxy's page, a truncated body."""

    status: int
    head: str
