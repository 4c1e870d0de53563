"""What happens to baskets, orders and their lines."""

from __future__ import annotations

from dataclasses import dataclass

from bss.core.events import event


@event("basket.waiting")
@dataclass(frozen=True)
class BasketWaiting:
    """A review needs a vendor's or a customer's answer first."""

    basket_id: int


@event("order.waiting")
@dataclass(frozen=True)
class OrderWaiting:
    """A review of a draft needs a vendor's or a customer's answer first."""

    order_id: int


@event("order.placed")
@dataclass(frozen=True)
class OrderPlaced:
    order_id: int


@event("order.approval_asked")
@dataclass(frozen=True)
class OrderApprovalAsked:
    """A reseller's customer ordered at the reseller's expense: the reseller decides."""

    order_id: int


@event("order.rejected")
@dataclass(frozen=True)
class OrderRejected:
    """The reseller did not let its customer's order pass."""

    order_id: int


@event("order.withdrawn")
@dataclass(frozen=True)
class OrderWithdrawn:
    """A reseller's customer took back what it had asked for, before its reseller answered."""

    order_id: int


@event("order.executing")
@dataclass(frozen=True)
class OrderExecuting:
    order_id: int


@event("order.executed")
@dataclass(frozen=True)
class OrderExecuted:
    order_id: int


@event("order.failed")
@dataclass(frozen=True)
class OrderFailed:
    order_id: int


@event("order.cancelled")
@dataclass(frozen=True)
class OrderCancelled:
    order_id: int


@event("order_line.released")
@dataclass(frozen=True)
class OrderLineReleased:
    """The line may be provisioned: subscriptions takes it from here."""

    line_id: int


@event("order_line.needs_input")
@dataclass(frozen=True)
class OrderLineNeedsInput:
    line_id: int


@event("order_line.corrected")
@dataclass(frozen=True)
class OrderLineCorrected:
    """The missing input was given, or a failed line is tried again."""

    line_id: int


@event("order_line.delivered")
@dataclass(frozen=True)
class OrderLineDelivered:
    line_id: int


@event("order_line.failed")
@dataclass(frozen=True)
class OrderLineFailed:
    line_id: int


@event("order_line.cancelled")
@dataclass(frozen=True)
class OrderLineCancelled:
    line_id: int
