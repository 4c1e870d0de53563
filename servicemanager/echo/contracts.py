"""Echo's wire format as typed values. What Echo sends beyond it is ignored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class AccountBody:
    name: str
    email: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class AddOnBody:
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class SubscriptionBody:
    """The whole target of a subscription. `account` is our id of the account."""

    account: str
    sku: str
    quantity: int
    unit: str
    status: Literal["active", "suspended", "cancelled"]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    addons: Sequence[AddOnBody] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """An account or a subscription as Echo has it. `operation_id` names work still going on."""

    external_id: str
    body: Mapping[str, Any]
    operation_id: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """202: Echo works on it."""

    operation_id: str
    retry_after: float


@dataclass(frozen=True, slots=True)
class Missing:
    """404: Echo does not know it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error answer. `retry_after` in seconds when Echo says so."""

    status: int
    code: str
    message: str
    field: str = ""
    retryable: bool = False
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    operation_id: str
    state: Literal["in_progress", "succeeded", "failed"]
    percent: int = 0
    retry_after: float = 5.0
    external_id: str = ""
    error: Problem | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An answer that is none of Echo's: a proxy's page, a truncated body."""

    status: int
    head: str
