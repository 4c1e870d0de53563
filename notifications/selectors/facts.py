"""What e-mails say about orders and subscriptions: plain values, in the active language, at the reader's level.

A payer reads what it pays. An end customer reads what its reseller charges it, or no amount at all: never the price
between its reseller and the organization.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

from bss.billing.models import CreditNote, Invoice
from bss.catalog.choices import Unit
from bss.core.money import Money
from bss.orders.choices import LineState
from bss.orders.models import Order, OrderLine
from bss.orders.selectors import split_of
from bss.pricing.coterm import split_words
from bss.subscriptions.models import Subscription
from bss.ui import formats
from notifications.contracts import Recipient
from notifications.selectors.subjects import ended_by

# An e-mail names so many subscriptions; the invoice names all of them.
MOST_SERVICES = 20


def order_facts(order: Order, reader: Recipient) -> dict[str, Any]:
    """Number, customer, lines and total as `reader` may see them."""
    resale = _reads_resale(order, reader)
    total = order.total_resale if resale else order.total
    return {
        "number": order.number,
        "customer": _customer(order, reader),
        "purchase_order": order.purchase_order,
        "placed_on": day(order.placed_at, order.organization.time_zone),
        "lines": [
            _line(line, line.total_resale if resale else line.total) for line in order.lines.all()
        ],
        "total": _amount(total, order.currency),
    }


def _line(line: OrderLine, total: Decimal | None) -> dict[str, str]:
    """How many for which term, until when where that ends with everything else of its customer, and in which parts its
    total is paid.
    """
    parts = split_of(line, None if total is None else Money(total, line.currency))
    paid = split_words(line.payment, parts) if parts else ""
    detail = [quantity(line.quantity, line.unit), str(line.coterm or ""), paid]
    return {
        "name": line.friendly_name or line.product_name,
        "detail": " · ".join(part for part in detail if part),
        "total": _amount(total, line.currency),
    }


def approval_facts(order: Order, reader: Recipient) -> dict[str, Any]:
    """What a customer ordered at its reseller's expense: what the reseller pays, and what it charges."""
    return {
        **order_facts(order, reader),
        "by": order.placed_by_label,
        "charged": _amount(order.total_resale, order.currency),
    }


def waiting_facts(order: Order, reader: Recipient) -> dict[str, Any]:
    """An order that waits, and who decides on it."""
    return {**order_facts(order, reader), "approver": order.account.name}


def rejected_facts(order: Order, reader: Recipient) -> dict[str, Any]:
    """That an order does not pass, and the reason somebody gave."""
    entry = ended_by(order, "reject") or ended_by(order, "cancel")
    return {
        "number": order.number,
        "customer": _customer(order, reader),
        "reason": entry.reason if entry else "",
    }


def withdrawn_facts(order: Order, reader: Recipient) -> dict[str, Any]:
    """Who of which customer took an order back."""
    entry = ended_by(order, "withdraw")
    return {
        "number": order.number,
        "customer": _customer(order, reader),
        "by": entry.actor_label if entry else "",
    }


def failed_facts(order: Order, reader: Recipient) -> dict[str, Any]:
    """Which lines of an order failed, and why."""
    failed = order.lines.filter(state=LineState.FAILED, parent__isnull=True)
    return {
        "number": order.number,
        "customer": _customer(order, reader),
        "problems": [
            {"name": line.friendly_name or line.product_name, "problem": line.problem_text}
            for line in failed
        ],
    }


def line_facts(line: OrderLine, reader: Recipient) -> dict[str, Any]:
    """What is the matter with a line, in words."""
    order = line.order
    return {
        "number": order.number,
        "customer": _customer(order, reader),
        "name": line.friendly_name or line.product_name,
        "problem": line.problem_text,
    }


def subscription_facts(subscription: Subscription, reader: Recipient) -> dict[str, Any]:
    """What somebody has, without an amount."""
    is_own = subscription.customer_id == reader.account_id
    zone = subscription.organization.time_zone
    return {
        "number": subscription.number,
        "name": subscription.name,
        "customer": "" if is_own else subscription.customer.name,
        "detail": quantity(subscription.quantity, subscription.unit),
        "until": day(subscription.ends_at, zone),
        "renews": subscription.renews,
        "on": day(subscription.cancelled_at, zone),
    }


def document_facts(document: Invoice | CreditNote) -> dict[str, Any]:
    """Number, day and sums of what a payer is to pay or is given back; its lines are on the document."""
    facts = {
        "number": document.number,
        "issued_on": _full(document.issued_on),
        "total": _amount(document.total, document.currency),
    }
    if isinstance(document, Invoice):
        facts["net"] = _amount(document.net, document.currency)
        facts["due_on"] = _full(document.due_on)
        facts["open"] = _amount(document.open_amount, document.currency)
        facts["order"] = document.order.number if document.order else ""
        facts["purchase_order"] = document.order.purchase_order if document.order else ""
    return facts


def services_facts(subscriptions: Sequence[Subscription]) -> dict[str, Any]:
    """Some of the subscriptions by name, each with the customer who uses it where that is not the payer, and how many
    more there are.
    """
    return {
        "services": [
            {
                "name": each.name,
                "customer": each.customer.name if each.customer_id != each.payer_id else "",
            }
            for each in subscriptions[:MOST_SERVICES]
        ],
        "more": max(len(subscriptions) - MOST_SERVICES, 0),
    }


def again_facts(again_on: str) -> dict[str, Any]:
    """The local day in ISO 8601 on which a card is tried again, in words; "" when it is not."""
    return {"again_on": _full(date.fromisoformat(again_on)) if again_on else ""}


def quantity(count: int, unit: str) -> str:
    """How many, and for which term: "25, Monthly" in the active language."""
    label = str(Unit(unit).label) if unit in Unit.values else unit
    return f"{formats.number(count)}, {label}"


def day(at: datetime | None, time_zone: str) -> str:
    """An instant's date in full, where the seller is: an e-mail is read on another day than it was written."""
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(time_zone))
    return str(format_date(local.date(), format="long", locale=formats.current_locale()))


def _full(on: date | None) -> str:
    return (
        "" if on is None else str(format_date(on, format="long", locale=formats.current_locale()))
    )


def _customer(order: Order, reader: Recipient) -> str:
    """For whom it was ordered; "" when the reader is that customer."""
    return order.customer.name if order.customer_id != reader.account_id else ""


def _reads_resale(order: Order, reader: Recipient) -> bool:
    return reader.account_id is not None and reader.account_id != order.account_id


def _amount(value: Decimal | None, currency: str) -> str:
    return "" if value is None else formats.amount(value, currency)
