"""What the pages of an order say of how far it is, to who pays for it and to a reseller's customer."""

from __future__ import annotations

from typing import Literal

from django.utils.translation import gettext as _

from bss.orders.choices import OrderState
from bss.orders.models import Order

Outcome = Literal[
    "under_way", "needs_input", "waiting", "later", "done", "partly", "failed", "ended"
]


def payer_words(outcome: Outcome, order: Order) -> tuple[str, str]:
    """The title, and what comes next, for who pays for it."""
    words: dict[Outcome, tuple[str, str]] = {
        "under_way": (
            _("Thank you. Your order is under way"),
            _("This page follows it by itself. You may leave it: the work goes on."),
        ),
        "needs_input": (
            _("Your order needs an answer"),
            _("Correct what is named below, and it goes on at once."),
        ),
        "waiting": (
            _("Thank you. Your order is placed"),
            _("Your seller's staff look at it next. You get an e-mail when it goes on."),
        ),
        "later": (
            _("This is planned"),
            _("Nothing happens before its time. Until then it can be withdrawn."),
        ),
        "done": (_("Your order is done"), _("Everything in it is ready.")),
        "partly": (
            _("A part of your order is done"),
            _("Something could not be set up. Your seller knows and decides what to do."),
        ),
        "failed": (
            _("Your order could not be carried out"),
            _("Nothing is charged for it. Your seller knows and decides what to do."),
        ),
        "ended": (_("This order was given up"), _("Nothing is charged for it.")),
    }
    if order.state == OrderState.PENDING_APPROVAL:
        return (
            _("Thank you. Your order waits for approval"),
            _("Your supplier looks at it first. You get an e-mail when it is approved."),
        )
    if order.state == OrderState.REJECTED:
        return _("This order was not approved"), _("Nothing of it is delivered or charged.")
    return words[outcome]


def customer_words(outcome: Outcome, order: Order) -> tuple[str, str]:
    """The same for a reseller's customer, in the words of its badge."""
    in_progress = _("Thank you. Your order is in progress")
    executed = _("Your order is executed")
    cancelled = _("This order is cancelled")
    words: dict[Outcome, tuple[str, str]] = {
        "under_way": (in_progress, payer_words(outcome, order)[1]),
        "waiting": (
            in_progress,
            _("Your supplier looks at it next. You get an e-mail when it goes on."),
        ),
        "done": (executed, _("Everything in it is ready.")),
        "partly": (
            executed,
            _("Something could not be set up. Your supplier knows and decides what to do."),
        ),
        "ended": (cancelled, _("Nothing is charged for it.")),
    }
    if order.state == OrderState.REJECTED:
        return cancelled, _("Your supplier did not approve it. Nothing is delivered or charged.")
    if order.state == OrderState.PENDING_APPROVAL:
        return payer_words(outcome, order)
    return words.get(outcome) or payer_words(outcome, order)
