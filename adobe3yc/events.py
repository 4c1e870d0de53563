"""What is told about customers at Adobe."""

from __future__ import annotations

from dataclasses import dataclass

from bss.core.events import event


@event("adobe_customer.changed")
@dataclass(frozen=True)
class AdobeCustomerChanged:
    """Adobe gave it another status, or another id."""

    adobe_customer_id: int


@event("commitment.changed")
@dataclass(frozen=True)
class CommitmentChanged:
    """A commitment, or the request for one, has another status at Adobe."""

    commitment_id: int


@event("commitment.ending")
@dataclass(frozen=True)
class CommitmentEnding:
    """A request waits, and its time is over soon: for the customer's answer, or for the purchase of the minimum."""

    commitment_id: int
