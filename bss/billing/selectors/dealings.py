"""What a payer has that is in its currency, and keeps it there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from bss.billing.choices import CreditNoteState, CreditState, InstallmentState, InvoiceState
from bss.billing.models import CardPayment, Credit, CreditNote, Installment, Invoice, Payment
from bss.billing.selectors.cards import OPEN
from bss.orders.choices import OrderState
from bss.orders.models import Order
from bss.subscriptions.choices import NOT_ENDED
from bss.subscriptions.models import Subscription

# A draft takes its payer's currency when it is executed.
_UNDER_WAY = (OrderState.PENDING_APPROVAL, OrderState.PLACED, OrderState.EXECUTING)
_OPEN_INVOICES = (InvoiceState.DRAFT, InvoiceState.ISSUED)


class BillingDealings:
    """Fills the port of accounts."""

    def under_way(self, account_id: int) -> Sequence[str]:
        pays, owes = {"payer_id": account_id}, {"account_id": account_id}
        scheduled = Installment.everywhere.filter(**pays, state=InstallmentState.SCHEDULED)
        credits_due = Credit.everywhere.filter(**pays, state=CreditState.SCHEDULED)
        credit_notes = CreditNote.everywhere.filter(**pays, state=CreditNoteState.ISSUED)
        payments = Payment.everywhere.filter(**pays, allocated__lt=F("amount"))
        found: dict[str, list[QuerySet[Any, Any]]] = {
            _("subscriptions"): [Subscription.everywhere.filter(**pays, state__in=NOT_ENDED)],
            _("orders"): [Order.everywhere.filter(**owes, state__in=_UNDER_WAY)],
            _("amounts to be invoiced"): [scheduled, credits_due],
            _("open invoices"): [Invoice.everywhere.filter(**pays, state__in=_OPEN_INVOICES)],
            _("unused credit"): [credit_notes, payments],
            _("money held on cards"): [CardPayment.everywhere.filter(**owes, state__in=OPEN)],
        }
        return [words for words, rows in found.items() if any(each.exists() for each in rows)]
