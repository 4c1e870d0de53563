"""What happened below, told by e-mail. Each handler calls one service."""

from __future__ import annotations

from bss.accounts.events import MembershipInvited, PasswordResetRequested
from bss.accounts.ports import SignInChange
from bss.billing.events import (
    CreditNoteIssued,
    InvoiceChargeDeclined,
    InvoiceIssued,
    InvoiceOverdue,
    ServicesResumed,
)
from bss.orders.events import (
    OrderApprovalAsked,
    OrderCancelled,
    OrderFailed,
    OrderLineFailed,
    OrderLineNeedsInput,
    OrderPlaced,
    OrderRejected,
    OrderWithdrawn,
)
from bss.subscriptions.events import (
    SubscriptionActivated,
    SubscriptionCancelled,
    SubscriptionCancelScheduled,
)
from notifications import services


def order_placed(event: OrderPlaced) -> None:
    services.order_placed_tell(event.order_id)


def order_approval_asked(event: OrderApprovalAsked) -> None:
    services.order_approval_asked_tell(event.order_id)


def order_rejected(event: OrderRejected) -> None:
    services.order_rejected_tell(event.order_id)


def order_withdrawn(event: OrderWithdrawn) -> None:
    services.order_withdrawn_tell(event.order_id)


def order_cancelled(event: OrderCancelled) -> None:
    services.order_cancelled_tell(event.order_id)


def order_failed(event: OrderFailed) -> None:
    services.order_failed_tell(event.order_id)


def order_line_needs_input(event: OrderLineNeedsInput) -> None:
    services.order_line_needs_input_tell(event.line_id)


def order_line_failed(event: OrderLineFailed) -> None:
    services.order_line_failed_tell(event.line_id)


def subscription_activated(event: SubscriptionActivated) -> None:
    services.subscription_activated_tell(event.subscription_id)


def subscription_cancel_scheduled(event: SubscriptionCancelScheduled) -> None:
    services.subscription_cancel_scheduled_tell(event.subscription_id)


def subscription_cancelled(event: SubscriptionCancelled) -> None:
    services.subscription_cancelled_tell(event.subscription_id)


def invoice_issued(event: InvoiceIssued) -> None:
    services.invoice_issued_tell(event.invoice_id)


def credit_note_issued(event: CreditNoteIssued) -> None:
    services.credit_note_issued_tell(event.credit_note_id)


def invoice_overdue(event: InvoiceOverdue) -> None:
    services.invoice_overdue_tell(event.invoice_id, step=event.step)


def services_resumed(event: ServicesResumed) -> None:
    services.services_resumed_tell(event.invoice_id)


def invoice_charge_declined(event: InvoiceChargeDeclined) -> None:
    services.card_declined_tell(event.invoice_id, attempt=event.attempt, again_on=event.again_on)


def membership_invited(event: MembershipInvited) -> None:
    services.membership_invited_tell(event.membership_id, invitation=event.invitation)


def password_reset_requested(event: PasswordResetRequested) -> None:
    services.password_reset_tell(event.membership_id, request=event.request)


class SignInMail:
    """Fills the port `mail` of accounts."""

    def security_notice(self, *, membership_id: int, change: SignInChange, notice: str) -> None:
        services.security_notice_tell(membership_id, change=change, notice=notice)
