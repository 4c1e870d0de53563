from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "bss.billing"
    label = "billing"

    def ready(self) -> None:
        from bss.accounts.ports import CARDS, DEALINGS  # noqa: PLC0415 -- models are loaded now
        from bss.billing import events, handlers, selectors, services, slots, tasks  # noqa: F401, PLC0415 -- jobs
        from bss.billing.cards.gateway import CardsGateway  # noqa: PLC0415
        from bss.billing.ports import PAYMENT_GATEWAY  # noqa: PLC0415
        from bss.core.events import subscribe  # noqa: PLC0415
        from bss.orders import events as orders  # noqa: PLC0415
        from bss.orders.ports import CARD_AUTHORISATION, CREDIT_EXPOSURE  # noqa: PLC0415
        from bss.pricing.ports import CHARGES_DUE  # noqa: PLC0415
        from bss.subscriptions import events as subscriptions  # noqa: PLC0415
        from bss.subscriptions.ports import LOT_CHARGES  # noqa: PLC0415

        PAYMENT_GATEWAY.register(CardsGateway())
        CARDS.register(PAYMENT_GATEWAY.get())
        DEALINGS.register(selectors.BillingDealings())
        CHARGES_DUE.register(selectors.BillingChargesDue())
        LOT_CHARGES.register(selectors.BillingLotCharges())
        CREDIT_EXPOSURE.register(selectors.BillingExposure())
        CARD_AUTHORISATION.register(services.CardDesk())
        subscribe(subscriptions.SeatLotCreated, handlers.seat_lot_created_schedule)
        subscribe(subscriptions.SeatLotReduced, handlers.seat_lot_reduced_credit)
        subscribe(subscriptions.ScheduledChangeApplied, handlers.change_applied_lift)
        subscribe(subscriptions.ScheduledChangeFailed, handlers.change_failed_lift)
        subscribe(orders.OrderExecuted, handlers.order_executed_bill)
        subscribe(events.InvoiceIssued, handlers.invoice_issued_settle)
        subscribe(events.CreditNoteIssued, handlers.credit_note_issued_use)
        subscribe(events.InvoiceSettled, handlers.invoice_settled_resume)
        subscribe(orders.OrderFailed, handlers.order_failed_release)
        subscribe(orders.OrderCancelled, handlers.order_cancelled_release)
        slots.register()
