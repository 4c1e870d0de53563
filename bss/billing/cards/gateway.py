"""The card provider's meaning in our terms: one table of statuses, and what no answer means."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import structlog
from django.conf import settings

from bss.billing.cards import contracts as wire
from bss.billing.cards.client import CardsClient, Payment
from bss.billing.ports import CardAnswer, CardOutcome, Charge, HostedPage, LeftCard
from bss.core.http import Client, OutboundError
from bss.core.money import round_half_up

log = structlog.get_logger(__name__)

OUTCOMES: dict[str, CardOutcome] = {
    "requires_step": "needs_step",
    "authorised": "authorised",
    "captured": "captured",
    "declined": "declined",
    "released": "released",
    "expired": "expired",
}
# Statuses under which nothing was done and the same request will never be.
REFUSALS = frozenset({400, 402, 422})


class CardsGateway:
    """Fills the port with the provider at CARDS_URL. Without that address it is not configured."""

    @property
    def is_configured(self) -> bool:
        return bool(settings.CARDS_URL)

    def page(self, *, key: str, return_url: str, name: str) -> HostedPage | None:
        body = wire.SessionBody(return_url=return_url, customer=name)
        try:
            with _open() as client:
                seen = client.session_create(body, key=key)
        except OutboundError as error:
            log.warning("cards.no_answer", what="page", outcome=error.outcome)
            return None
        return HostedPage(seen.id, seen.url) if isinstance(seen, wire.SessionSeen) else None

    def left_card(self, external_id: str) -> LeftCard | None:
        try:
            with _open() as client:
                seen = client.session(external_id)
        except OutboundError as error:
            log.warning("cards.no_answer", what="left_card", outcome=error.outcome)
            return None
        if not isinstance(seen, wire.SessionSeen) or seen.token is None:
            return None
        token = seen.token
        return LeftCard(
            token=token.id,
            brand=token.brand[:30],
            last_digits=token.last4[-4:],
            expires_on=_last_day(token.exp_year, token.exp_month),
        )

    def authorise(self, charge: Charge) -> CardAnswer:
        return _asked_for(_body(charge), charge.key)

    def charge(self, charge: Charge) -> CardAnswer:
        return _asked_for(_body(charge, capture=True), charge.key)

    def capture(self, *, external_id: str, amount: Decimal, currency: str, key: str) -> CardAnswer:
        text = _text(amount, currency)
        return _answered(lambda client: client.payment_capture(external_id, text, key=key))

    def release(self, *, external_id: str, key: str) -> CardAnswer:
        return _answered(lambda client: client.payment_release(external_id, key=key))

    def find(self, key: str) -> CardAnswer:
        return _answered(lambda client: client.payment_by_key(key))


def _body(charge: Charge, *, capture: bool = False) -> wire.PaymentBody:
    return wire.PaymentBody(
        token=charge.token,
        amount=_text(charge.amount, charge.currency),
        currency=charge.currency,
        capture=capture,
        off_session=not charge.return_url,
        reference=charge.reference,
        return_url=charge.return_url,
    )


def _text(amount: Decimal, currency: str) -> str:
    return f"{round_half_up(amount, currency):f}"


@contextmanager
def _open() -> Iterator[CardsClient]:
    with Client(settings.CARDS_URL, read=settings.CARDS_TIMEOUT) as transport:
        yield CardsClient(transport, settings.CARDS_KEY)


def _asked_for(body: wire.PaymentBody, key: str) -> CardAnswer:
    """A new authorisation or charge. One that was never sent is absent; one without an answer is unknown."""
    try:
        with _open() as client:
            return _read(client.payment_create(body, key=key))
    except OutboundError as error:
        log.warning("cards.no_answer", what="payment", outcome=error.outcome)
        return CardAnswer("unknown" if error.sent else "absent", code=error.outcome)


def _answered(ask: Callable[[CardsClient], Payment]) -> CardAnswer:
    """About one that exists. Nobody answering says nothing about it."""
    try:
        with _open() as client:
            return _read(ask(client))
    except OutboundError as error:
        log.warning("cards.no_answer", what="payment", outcome=error.outcome)
        return CardAnswer("unknown", code=error.outcome)


def _read(seen: Payment) -> CardAnswer:
    if isinstance(seen, wire.PaymentSeen):
        return _meaning(seen)
    if isinstance(seen, wire.Missing):
        return CardAnswer("absent", code="missing")
    if isinstance(seen, wire.Problem):
        log.warning("cards.refused", code=seen.code, status=seen.status)
        if seen.status in REFUSALS:
            return CardAnswer("declined", code=seen.code)
    return CardAnswer("unknown", code="unreadable")


def _meaning(seen: wire.PaymentSeen) -> CardAnswer:
    return CardAnswer(
        outcome=OUTCOMES[seen.status],
        external_id=seen.id,
        captured=_amount(seen.captured),
        code=seen.decline_code,
        step_url=seen.step_url,
        expires_at=_instant(seen.expires_at),
    )


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal(0)


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
