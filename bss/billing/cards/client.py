"""The card provider's HTTP API. Knows neither Django nor our domain: typed values in, typed values out.

Works over any transport with `send()`; bss.core.http.Client is one. Errors of the transport pass through.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Protocol

from bss.billing.cards.contracts import (
    Missing,
    PaymentBody,
    PaymentSeen,
    Problem,
    SessionBody,
    SessionSeen,
    TokenSeen,
    Unreadable,
)

Session = SessionSeen | Missing | Problem | Unreadable
Payment = PaymentSeen | Missing | Problem | Unreadable
_STATUSES = {"requires_step", "authorised", "captured", "declined", "released", "expired"}


class Reply(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...


class Transport(Protocol):
    def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply: ...


class CardsClient:
    """One caller of the provider; `key` is the deployment's secret there."""

    def __init__(self, transport: Transport, key: str) -> None:
        self._transport = transport
        self._authorization = {"Authorization": f"Bearer {key}"}

    def session_create(self, body: SessionBody, *, key: str) -> Session:
        return _session(self._send("POST", "/v1/sessions", asdict(body), key))

    def session(self, session_id: str) -> Session:
        return _session(self._send("GET", f"/v1/sessions/{session_id}"))

    def payment_create(self, body: PaymentBody, *, key: str) -> Payment:
        return _payment(self._send("POST", "/v1/payments", asdict(body), key))

    def payment_by_key(self, key: str) -> Payment:
        return _payment(self._send("GET", "/v1/payments", params={"key": key}))

    def payment_capture(self, payment_id: str, amount: str, *, key: str) -> Payment:
        path = f"/v1/payments/{payment_id}/capture"
        return _payment(self._send("POST", path, {"amount": amount}, key))

    def payment_release(self, payment_id: str, *, key: str) -> Payment:
        return _payment(self._send("POST", f"/v1/payments/{payment_id}/release", {}, key))

    def _send(
        self,
        method: str,
        path: str,
        body: Any = None,
        key: str = "",
        params: Mapping[str, str] | None = None,
    ) -> Reply:
        headers = {**self._authorization, **({"Idempotency-Key": key} if key else {})}
        return self._transport.send(method, path, json=body, params=params, headers=headers)


def _session(reply: Reply) -> Session:
    data = _data(reply)
    if reply.status not in {200, 201} or not data.get("id"):
        return _failure(reply, data)
    token = data.get("token")
    return SessionSeen(
        id=str(data["id"]),
        url=str(data.get("url") or ""),
        token=_token(token) if isinstance(token, dict) else None,
    )


def _token(data: Mapping[str, Any]) -> TokenSeen:
    return TokenSeen(
        id=str(data.get("id") or ""),
        brand=str(data.get("brand") or ""),
        last4=str(data.get("last4") or ""),
        exp_year=int(data.get("exp_year") or 0),
        exp_month=int(data.get("exp_month") or 0),
    )


def _payment(reply: Reply) -> Payment:
    data = _data(reply)
    # A declined one is answered with 402 and the whole payment.
    if reply.status not in {200, 201, 402} or data.get("status") not in _STATUSES:
        return _failure(reply, data)
    return PaymentSeen(
        id=str(data.get("id") or ""),
        status=str(data["status"]),
        captured=str(data.get("captured") or "0"),
        decline_code=str(data.get("decline_code") or ""),
        step_url=str(data.get("step_url") or ""),
        expires_at=str(data.get("expires_at") or ""),
    )


def _failure(reply: Reply, data: Mapping[str, Any]) -> Missing | Problem | Unreadable:
    if reply.status == 404 and data.get("code"):
        return Missing()
    if reply.status >= 400 and data.get("code"):
        return Problem(reply.status, str(data["code"]), str(data.get("message") or ""))
    return Unreadable(reply.status, reply.body[:200].decode(errors="replace"))


def _data(reply: Reply) -> Mapping[str, Any]:
    try:
        data = json.loads(reply.body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
