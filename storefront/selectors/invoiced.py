"""What an order makes due at once, as its buyer is told before placing it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from bss.accounts.models import Account
from bss.billing.services.issuing import due_on
from bss.core.money import Money
from bss.orders.services import pays_by_card
from bss.pricing.contracts import Preview
from bss.ui.formats import day


@dataclass(frozen=True, slots=True)
class InvoicedNow:
    """What an order puts on an invoice at once, tax included, and how or until when that is paid."""

    total: Money
    words: str


def invoiced_now(preview: Preview | None, payer: Account) -> InvoicedNow | None:
    """None where nothing is due at once, where no tax is known, and for who is billed by a reseller outside of here."""
    first = preview.first if preview else None
    if first is None or first.tax is None:
        return None
    if pays_by_card(payer):
        return InvoicedNow(first.total, _("With tax, charged to the card with the order."))
    last = day(due_on(payer, first.bills_on))
    return InvoicedNow(first.total, _("With tax, payable by %(day)s.") % {"day": last})
