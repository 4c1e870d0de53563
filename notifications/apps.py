from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """E-mail: kinds, templates, and deliveries that survive a mail server that is down."""

    name = "notifications"

    def ready(self) -> None:
        from bss.accounts import events as accounts  # noqa: PLC0415
        from bss.accounts.ports import MAIL  # noqa: PLC0415
        from bss.billing import events as billing  # noqa: PLC0415
        from bss.core import secrets  # noqa: PLC0415
        from bss.core.events import subscribe  # noqa: PLC0415
        from bss.orders import events as orders  # noqa: PLC0415
        from bss.subscriptions import events as subscriptions  # noqa: PLC0415
        from notifications import handlers, slots, states, tasks  # noqa: F401, PLC0415
        from notifications.models import Delivery  # noqa: PLC0415

        subscribe(orders.OrderPlaced, handlers.order_placed)
        subscribe(orders.OrderApprovalAsked, handlers.order_approval_asked)
        subscribe(orders.OrderRejected, handlers.order_rejected)
        subscribe(orders.OrderWithdrawn, handlers.order_withdrawn)
        subscribe(orders.OrderCancelled, handlers.order_cancelled)
        subscribe(orders.OrderFailed, handlers.order_failed)
        subscribe(orders.OrderLineNeedsInput, handlers.order_line_needs_input)
        subscribe(orders.OrderLineFailed, handlers.order_line_failed)
        subscribe(subscriptions.SubscriptionActivated, handlers.subscription_activated)
        subscribe(subscriptions.SubscriptionCancelScheduled, handlers.subscription_cancel_scheduled)
        subscribe(subscriptions.SubscriptionCancelled, handlers.subscription_cancelled)
        subscribe(billing.InvoiceIssued, handlers.invoice_issued, lane="mail")
        subscribe(billing.CreditNoteIssued, handlers.credit_note_issued, lane="mail")
        subscribe(billing.InvoiceOverdue, handlers.invoice_overdue, lane="mail")
        subscribe(billing.ServicesResumed, handlers.services_resumed, lane="mail")
        subscribe(billing.InvoiceChargeDeclined, handlers.invoice_charge_declined, lane="mail")
        subscribe(accounts.MembershipInvited, handlers.membership_invited)
        subscribe(accounts.PasswordResetRequested, handlers.password_reset_requested)
        MAIL.register(handlers.SignInMail())
        secrets.register(Delivery, "sealed", lambda row: row.sealed_context)
        slots.register_all()
