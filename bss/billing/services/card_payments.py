"""Money on cards: held before an order is placed, captured with its invoice, charged for what recurs.

Each call to the provider is made outside transactions, for a row that is committed before it, under a key that makes
it happen once. What brought no answer is asked for by that key; nothing is sent twice in the hope that it was lost.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from bss.accounts.models import Account
from bss.billing import selectors
from bss.billing.choices import CardPurpose, CardState, InvoiceState, PaymentSource
from bss.billing.errors import CardChargeOpen, NothingToSettle
from bss.billing.events import InvoiceChargeDeclined
from bss.billing.locks import card_payment_locked, invoice_locked, payer_locked
from bss.billing.models import CardPayment, Invoice
from bss.billing.ports import PAYMENT_GATEWAY, CardAnswer, Charge
from bss.billing.services.later import again_at, invoice_collect_later
from bss.billing.services.payments import payment_record
from bss.billing.states import CARD_PAYMENT
from bss.core import clock, events, history
from bss.core.actor import Actor
from bss.core.db import new_public_id
from bss.core.errors import StaleState
from bss.core.http import require_no_transaction
from bss.orders.errors import CardDeclined, CardNeedsStep, CardUnavailable, CardUnknown

_UNANSWERED = (CardState.REQUESTED, CardState.UNKNOWN)
# Why something is let go of that asks for another amount, or another card, than would be asked for now.
_OUTDATED = "outdated"


# Holding --------------------------------------------------------------------------------------------------------


def card_hold(
    *,
    account: Account,
    amount: Decimal,
    currency: str,
    reference: str,
    actor: Actor,
    return_url: str = "",
) -> CardPayment:
    """Hold `amount` on the account's card for what `reference` names, once, outside transactions.

    Asked again it gives what is held; another amount, or an unanswered one of another card, it lets go of first. Raises
    CardUnavailable (no provider, or no card left there), CardDeclined, CardNeedsStep, CardUnknown.
    """
    require_no_transaction()
    held = selectors.latest_hold(account, reference)
    if held is not None and _needs_asking(held):
        held = card_payment_resolve(card_payment=held, actor=actor)
    if held is not None and held.state in selectors.OPEN:
        # What an order was placed with is its own, whatever is asked for in another tab.
        if held.order_id is not None or _asks_for(held, amount, currency):
            return _held_or_refused(_sent_again(held, return_url, actor))
        card_payment_release(card_payment=held, actor=actor, reason=_OUTDATED)
    row = _begun_once(account, reference, amount, currency)
    return _held_or_refused(_sent(row, return_url, actor))


def card_hold_let_go(*, public_id: str, actor: Actor) -> None:
    """Let go of what was held for what is not ordered after all. Without an answer the sweep does it later."""
    row = CardPayment.objects.filter(public_id=public_id, order=None).first()
    if row is None or row.state not in selectors.OPEN:
        return
    try:
        card_payment_release(card_payment=row, actor=actor, reason="refused")
    except CardUnknown:
        return


def card_hold_attach(*, public_id: str, order_id: int, account_id: int) -> CardPayment:
    """Tie what is held to the order that is being placed, in its transaction. Raises StaleState when it is gone."""
    rows = CardPayment.objects.filter(public_id=public_id, state=CardState.AUTHORISED)
    row = rows.select_for_update(of=("self",), no_key=True).first()
    if row is None or row.account_id != account_id or row.order_id not in {None, order_id}:
        raise StaleState(extra={"entity": "card"})
    CardPayment.objects.filter(pk=row.pk).update(order_id=order_id)
    row.order_id = order_id
    return row


# Invoices -------------------------------------------------------------------------------------------------------


def invoice_collect(*, invoice: Invoice, actor: Actor, attempt: int = 1) -> None:
    """Capture what is held for the invoice's order, and charge the rest to the card of a payer who pays so.

    Nothing is left to do for an invoice that is settled. A card that cannot pay leaves it open: its payer is told, and
    whatever card is in use then is tried again after some days. Raises CardUnknown when the provider does not answer.
    """
    held = selectors.hold_for(invoice)
    if held is not None:
        card_payment_capture(card_payment=held, invoice=invoice, actor=actor)
    invoice.refresh_from_db()
    if invoice.state == InvoiceState.ISSUED and selectors.pays_by_card(invoice.payer):
        try:
            invoice_charge(invoice=invoice, actor=actor)
        except (CardDeclined, CardNeedsStep, CardUnavailable) as refusal:
            _try_again(invoice, attempt, actor, str(refusal.extra.get("reason", refusal.code)))


def _try_again(invoice: Invoice, attempt: int, actor: Actor, reason: str) -> None:
    """Tell that a card could not be charged, with the day on which it is tried again."""
    at = again_at(attempt)
    zone = ZoneInfo(invoice.organization.time_zone)
    again_on = at.astimezone(zone).date().isoformat() if at else ""
    with transaction.atomic():
        history.record(invoice, actor=actor, action="invoice.charge_declined", reason=reason)
        event = InvoiceChargeDeclined(invoice.pk, attempt, again_on)
        events.emit(event, subject=invoice, actor=actor)
        if at is not None:
            invoice_collect_later(invoice=invoice, attempt=attempt + 1, due_at=at)


def invoice_charge(*, invoice: Invoice, actor: Actor, return_url: str = "") -> CardPayment:
    """Take what is open of an invoice from the payer's card. With a `return_url` its owner is there to confirm.

    A charge under way is asked about first, so that nobody pays twice. One that never arrived, or waits for its owner,
    is gone on with only while it asks for what is open of the card in use; else it is let go of for a new one. Raises
    NothingToSettle, CardUnavailable, CardDeclined, CardNeedsStep, CardUnknown, CardChargeOpen.
    """
    require_no_transaction()
    charge = selectors.charge_under_way(invoice)
    if charge is not None:
        charge = card_payment_resolve(card_payment=charge, actor=actor)
        if charge.state in _UNANSWERED and not _asks_for_what_is_open(charge, invoice):
            charge = card_payment_release(card_payment=charge, actor=actor, reason=_OUTDATED)
        if charge.state in {*_UNANSWERED, CardState.CAPTURED}:
            return _held_or_refused(_sent_again(charge, return_url, actor))
    return _held_or_refused(_sent(_begun_for(invoice), return_url, actor))


def card_payment_capture(*, card_payment: CardPayment, invoice: Invoice, actor: Actor) -> None:
    """Take what is held, at most what is open of `invoice`; the rest is let go. Captured already is recorded once."""
    require_no_transaction()
    row = card_payment_resolve(card_payment=card_payment, actor=actor, invoice=invoice)
    if row.state != CardState.AUTHORISED:
        if row.state in _UNANSWERED:
            raise CardUnknown
        return
    invoice.refresh_from_db()
    amount = min(row.amount, invoice.open_amount)
    is_payable = invoice.state == InvoiceState.ISSUED and invoice.currency == row.currency
    if not is_payable or amount <= 0:
        card_payment_release(card_payment=row, actor=actor, reason="nothing to pay")
        return
    answer = PAYMENT_GATEWAY.get().capture(
        external_id=row.external_id,
        amount=amount,
        currency=row.currency,
        # Something of the invoice may be paid before it is asked again: that asks for something else.
        key=f"{row.key}-capture-{amount:f}",
    )
    if answer.outcome == "unknown":
        raise CardUnknown
    card_payment_apply(card_payment=row, answer=answer, actor=actor, invoice=invoice)


# What became of one ---------------------------------------------------------------------------------------------


def card_payment_resolve(
    *, card_payment: CardPayment, actor: Actor, invoice: Invoice | None = None
) -> CardPayment:
    """Ask the provider by the key how one stands, and write that down. Nothing is written when it does not answer."""
    require_no_transaction()
    answer = PAYMENT_GATEWAY.get().find(card_payment.key)
    if answer.outcome == "unknown":
        card_payment.refresh_from_db()
        return card_payment
    return card_payment_apply(
        card_payment=card_payment, answer=answer, actor=actor, invoice=invoice
    )


def card_payment_release(
    *, card_payment: CardPayment, actor: Actor, reason: str = ""
) -> CardPayment:
    """Let go of what is held. Gone already is fine. Raises CardUnknown when the provider does not answer."""
    require_no_transaction()
    if card_payment.external_id:
        answer = PAYMENT_GATEWAY.get().release(
            external_id=card_payment.external_id, key=f"{card_payment.key}-release"
        )
    else:
        answer = PAYMENT_GATEWAY.get().find(card_payment.key)
        if answer.outcome == "absent":
            answer = CardAnswer("released")
    if answer.outcome == "unknown":
        raise CardUnknown
    return card_payment_apply(card_payment=card_payment, answer=answer, actor=actor, reason=reason)


def card_payment_tend(*, card_payment: CardPayment, actor: Actor) -> CardPayment:
    """Whatever is to be done about one now: ask for its end, let go of it, or nothing. May run at any time.

    Raises CardUnknown when the provider does not answer.
    """
    row = card_payment
    if _needs_asking(row):
        row = card_payment_resolve(card_payment=row, actor=actor)
    if row.state in selectors.OPEN and _is_for_nobody(row):
        return card_payment_release(card_payment=row, actor=actor, reason="for nobody")
    return row


def card_payment_apply(
    *,
    card_payment: CardPayment,
    answer: CardAnswer,
    actor: Actor,
    reason: str = "",
    invoice: Invoice | None = None,
) -> CardPayment:
    """Write down what the provider said, in one transaction; what was written already stays. Money that was taken
    becomes a payment, also when somebody let go of the row while the provider was asked.
    """
    with transaction.atomic():
        payer_locked(card_payment.account_id)
        row = card_payment_locked(card_payment.pk)
        is_taken = answer.outcome == "captured" and CARD_PAYMENT.can(row, "capture")
        if row.state not in selectors.OPEN and not is_taken:
            return row
        values: dict[str, Any] = {
            "external_id": answer.external_id or row.external_id,
            "step_url": answer.step_url,
        }
        match answer.outcome:
            case "authorised" if row.state != CardState.AUTHORISED:
                values |= {"expires_at": answer.expires_at}
                CARD_PAYMENT.fire(row, "authorise", actor=actor, changes=values)
            case "captured":
                _captured(row, answer, values, invoice or row.invoice, actor)
            case "declined":
                values |= {"problem_code": answer.code[:60]}
                CARD_PAYMENT.fire(row, "decline", actor=actor, reason=answer.code, changes=values)
            case "released":
                CARD_PAYMENT.fire(row, "release", actor=actor, reason=reason, changes=values)
            case "expired":
                CARD_PAYMENT.fire(row, "expire", actor=actor, reason=reason, changes=values)
            case "needs_step":
                CardPayment.objects.filter(pk=row.pk).update(**values)
                row.step_url, row.external_id = answer.step_url, str(values["external_id"])
            case "unknown" if row.state == CardState.REQUESTED:
                CARD_PAYMENT.fire(row, "lose", actor=actor, reason=answer.code)
            case "absent" | "authorised" | "unknown":
                pass
    return row


def _captured(
    row: CardPayment,
    answer: CardAnswer,
    values: dict[str, Any],
    invoice: Invoice | None,
    actor: Actor,
) -> None:
    taken = answer.captured or row.amount
    if invoice is not None and invoice.currency != row.currency:
        # Taken all the same: it is the payer's credit, in its own currency.
        invoice = None
    still_open = invoice is not None and invoice_locked(invoice.pk).state == InvoiceState.ISSUED
    payment = payment_record(
        payer=row.account,
        amount=taken,
        currency=row.currency,
        received_on=clock.today(row.account.organization.time_zone),
        source=PaymentSource.CARD,
        reference=str(row.card),
        external_id=f"card:{row.public_id}",
        invoice=invoice if still_open else None,
        actor=actor,
    )
    changes = {**values, "captured": taken, "payment_id": payment.pk, "step_url": ""}
    if invoice is not None:
        changes["invoice_id"] = invoice.pk
    CARD_PAYMENT.fire(row, "capture", actor=actor, changes=changes)


# Parts ----------------------------------------------------------------------------------------------------------


def _begun(
    account: Account,
    purpose: str,
    reference: str,
    amount: Decimal,
    currency: str,
    invoice: Invoice | None = None,
) -> CardPayment:
    """The committed row of a new attempt, under a new key."""
    card = selectors.card_in_use(account)
    if card is None or not selectors.cards_configured():
        raise CardUnavailable
    public_id = new_public_id()
    return CardPayment.objects.create(
        public_id=public_id,
        organization_id=account.organization_id,
        scope=account.scope,
        account=account,
        card=card,
        purpose=purpose,
        reference=reference,
        invoice=invoice,
        currency=currency,
        amount=amount,
        key=f"{purpose}-{public_id}",
    )


def _begun_once(account: Account, reference: str, amount: Decimal, currency: str) -> CardPayment:
    """As `_begun`, for a basket or order. Of two at the same moment the second goes on with the first one's attempt,
    under its key. Raises StaleState when that is for another amount.
    """
    try:
        with transaction.atomic():
            return _begun(account, CardPurpose.ORDER, reference, amount, currency)
    except IntegrityError as error:
        if "card_payment_reference_once" not in str(error):
            raise
        row = selectors.latest_hold(account, reference)
        if row is None or (row.amount, row.currency) != (amount, currency):
            raise StaleState(extra={"entity": "card"}) from error
        return row


def _begun_for(invoice: Invoice) -> CardPayment:
    """As `_begun`, for what is open of an invoice now. One at a time: the second gets CardChargeOpen."""
    try:
        with transaction.atomic():
            # The payer first, as whoever records a payment: what is written below points to both.
            payer_locked(invoice.payer_id)
            held = invoice_locked(invoice.pk)
            if held.state != InvoiceState.ISSUED or held.open_amount <= 0:
                raise NothingToSettle
            return _begun(
                held.payer,
                CardPurpose.INVOICE,
                held.number,
                held.open_amount,
                held.currency,
                held,
            )
    except IntegrityError as error:
        if "card_payment_invoice_once" not in str(error):
            raise
        raise CardChargeOpen from error


def _sent(row: CardPayment, return_url: str, actor: Actor) -> CardPayment:
    """Ask the provider. Without an answer it is asked once by the key before anybody is told that it is unknown."""
    gateway = PAYMENT_GATEWAY.get()
    charge = Charge(
        token=row.card.token,
        amount=row.amount,
        currency=row.currency,
        key=row.key,
        reference=row.reference,
        return_url=return_url,
    )
    call = gateway.authorise if row.purpose == CardPurpose.ORDER else gateway.charge
    answer = call(charge)
    row = card_payment_apply(card_payment=row, answer=answer, actor=actor)
    if answer.outcome == "unknown":
        row = card_payment_resolve(card_payment=row, actor=actor)
    elif row.state == CardState.RELEASED and answer.outcome in {"authorised", "needs_step"}:
        # Somebody let go of the row while the provider was asked.
        gateway.release(external_id=answer.external_id, key=f"{row.key}-release")
    return row


def _asks_for(row: CardPayment, amount: Decimal, currency: str) -> bool:
    """Whether an open one is for this amount and, unless it is held by now, of the card in use."""
    if (row.amount, row.currency) != (amount, currency):
        return False
    return row.state == CardState.AUTHORISED or row.card == selectors.card_in_use(row.account)


def _asks_for_what_is_open(row: CardPayment, invoice: Invoice) -> bool:
    """Whether a charge is for what is open of its invoice at this moment, and of the card in use."""
    invoice.refresh_from_db(fields=["state", "settled", "total"])
    if invoice.state != InvoiceState.ISSUED:
        return False
    return _asks_for(row, invoice.open_amount, invoice.currency)


def _sent_again(row: CardPayment, return_url: str, actor: Actor) -> CardPayment:
    """One that was resolved and is still as it was requested never arrived, unless it waits for its owner."""
    if row.state not in _UNANSWERED or row.step_url:
        return row
    answer = PAYMENT_GATEWAY.get().find(row.key)
    if answer.outcome == "absent":
        return _sent(row, return_url, actor)
    if answer.outcome == "unknown":
        return row
    # Another tab's request arrived between the two questions: what came of it counts.
    return card_payment_apply(card_payment=row, answer=answer, actor=actor)


def _held_or_refused(row: CardPayment) -> CardPayment:
    if row.state in {CardState.AUTHORISED, CardState.CAPTURED}:
        return row
    if row.state in _UNANSWERED:
        if row.step_url:
            raise CardNeedsStep(extra={"url": row.step_url})
        raise CardUnknown
    raise CardDeclined(extra={"reason": row.problem_code})


def _needs_asking(row: CardPayment) -> bool:
    """No answer came yet, or what was held may have run out."""
    ran_out = row.expires_at is not None and row.expires_at <= clock.now()
    return row.state in _UNANSWERED or (row.state == CardState.AUTHORISED and ran_out)


def _is_for_nobody(row: CardPayment) -> bool:
    """Held for an order that was given up, for a basket that nobody placed, or asked of an owner who went away."""
    if row.order is not None:
        return row.order.state in selectors.GIVEN_UP
    return row.created_at <= clock.now() - selectors.HELD_FOR_NOBODY
