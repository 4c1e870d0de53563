"""Payments: recorded by hand, out of a bank's file or from a card, and put into invoices at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from bss.accounts.models import Account
from bss.accounts.services.inputs import Faults
from bss.billing.choices import PaymentSource
from bss.billing.errors import AnotherCurrency, PaymentInUse, PaymentNotByHand
from bss.billing.locks import payer_locked, payment_locked
from bss.billing.models import Invoice, Payment
from bss.billing.services.allocation import payment_allocate
from bss.core import clock, history
from bss.core.actor import Actor
from bss.core.errors import Invalid
from bss.core.money import known_currencies, round_half_up
from bss.core.numbers import next_number

# Money of earlier years was booked elsewhere: such a year is a slip of the finger.
OLDEST_YEARS = 10


def payment_record(
    *,
    payer: Account,
    amount: Decimal,
    actor: Actor,
    received_on: date,
    currency: str = "",
    source: str = PaymentSource.MANUAL,
    reference: str = "",
    external_id: str = "",
    invoice: Invoice | None = None,
) -> Payment:
    """Money that came in from a payer, `amount` in `currency` (the payer's by default), and put where it belongs.

    It goes into `invoice` first, then into the payer's open invoices, the one due first first; the rest is its credit.
    One with an `external_id` (a bank's, a card provider's) that is there already is returned as it is. Raises Invalid
    by field, AnotherCurrency.
    """
    payment_check(
        payer=payer, currency=currency, amount=amount, received_on=received_on, invoice=invoice
    )
    with transaction.atomic():
        payer_locked(payer.pk)
        found = _known(external_id)
        if found is not None:
            return found
        payment = Payment.objects.create(
            organization_id=payer.organization_id,
            scope=payer.scope,
            number=next_number("PAY", payer.organization_id, yearly=True),
            payer=payer,
            source=source,
            currency=currency or payer.currency,
            amount=amount,
            received_on=received_on,
            reference=reference[:200],
            external_id=external_id,
            recorded_by_label=actor.label[:200],
        )
        history.record(payment, actor=actor, action="payment.recorded")
        if invoice is not None:
            payment_allocate(payment=payment, invoice=invoice, actor=actor)
        payment_allocate(payment=payment, actor=actor)
    return payment


def payment_delete(*, payment: Payment, actor: Actor, reason: str) -> None:
    """Take back a payment that was recorded by hand by mistake. Raises PaymentInUse, PaymentNotByHand."""
    with transaction.atomic():
        payer = payer_locked(payment.payer_id)
        held = payment_locked(payment.pk)
        if held.source != PaymentSource.MANUAL:
            raise PaymentNotByHand
        if held.allocated:
            raise PaymentInUse
        history.record(
            payer,
            actor=actor,
            action="payment.deleted",
            reason=reason,
            changes={held.number: [f"{held.amount} {held.currency}", None]},
        )
        held.delete()


def _known(external_id: str) -> Payment | None:
    return Payment.objects.filter(external_id=external_id).first() if external_id else None


def payment_check(
    *,
    payer: Account,
    currency: str = "",
    amount: Decimal | None = None,
    received_on: date | None = None,
    invoice: Invoice | None = None,
) -> None:
    """Raises Invalid with every field at fault, AnotherCurrency if it is that alone. None is not looked at."""
    currency, faults = currency or payer.currency, Faults()
    with faults:
        _checked(payer, amount, currency, received_on)
    if invoice is not None and invoice.currency != currency:
        with faults:
            raise AnotherCurrency(AnotherCurrency.message, field="currency")
    faults.settle()


def _checked(
    payer: Account, amount: Decimal | None, currency: str, received_on: date | None
) -> None:
    errors = {}
    if payer.is_end_customer:
        errors["payer"] = [_("An end customer pays its reseller, not you.")]
    if currency not in known_currencies():
        errors["currency"] = [_("There is no currency %(code)s.") % {"code": currency}]
    if amount is not None and amount <= 0:
        errors["amount"] = [_("The amount must be more than 0.")]
    elif amount is not None and amount != round_half_up(amount, currency):
        errors["amount"] = [_("%(currency)s has fewer decimals.") % {"currency": currency}]
    today = clock.today(payer.organization.time_zone)
    if received_on is not None and received_on > today:
        errors["received_on"] = [_("This day is still to come.")]
    elif received_on is not None and received_on.year < today.year - OLDEST_YEARS:
        words = _("This day is more than %(count)s years ago: look at its year.")
        errors["received_on"] = [words % {"count": OLDEST_YEARS}]
    if errors:
        raise Invalid(errors=errors)
