"""Echo's HTTP API. Knows neither Django nor our domain: typed values in, typed values out.

Works over any transport with `send()`; bss.core.http.Client is one. Errors of the transport pass through.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Protocol

from servicemanager.echo.contracts import (
    Accepted,
    AccountBody,
    Missing,
    Operation,
    Problem,
    Resource,
    SubscriptionBody,
    Unreadable,
)

Put = Resource | Accepted | Problem | Unreadable
Get = Resource | Accepted | Missing | Problem | Unreadable


class Reply(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...
    @property
    def retry_after(self) -> float | None: ...


class Transport(Protocol):
    def send(
        self, method: str, path: str, *, json: Any = None, headers: Mapping[str, str] | None = None
    ) -> Reply: ...


class EchoClient:
    """One caller of Echo. `correlation_id` lets both sides find the same business action in their logs."""

    def __init__(self, transport: Transport, *, correlation_id: str = "") -> None:
        self._transport = transport
        self._correlation = {"X-Correlation-Id": correlation_id} if correlation_id else {}

    def account_put(self, public_id: str, body: AccountBody, *, key: str) -> Put:
        return self._put(f"/v1/accounts/{public_id}", asdict(body), key)

    def account(self, public_id: str) -> Get:
        return self._get(f"/v1/accounts/{public_id}")

    def subscription_put(self, public_id: str, body: SubscriptionBody, *, key: str) -> Put:
        return self._put(f"/v1/subscriptions/{public_id}", asdict(body), key)

    def subscription(self, public_id: str) -> Get:
        return self._get(f"/v1/subscriptions/{public_id}")

    def operation(self, operation_id: str) -> Operation | Missing | Problem | Unreadable:
        reply = self._send("GET", f"/v1/operations/{operation_id}")
        data = _data(reply)
        if reply.status == 404:
            return Missing()
        if reply.status != 200 or "state" not in data:
            return _failure(reply, data)
        error = data.get("error")
        return Operation(
            operation_id=operation_id,
            state=data["state"],
            percent=int(data.get("percent") or 0),
            retry_after=float(data.get("retry_after") or 5),
            external_id=str((data.get("result") or {}).get("external_id", "")),
            error=_problem(reply, error) if error else None,
        )

    def catalogue(self) -> Mapping[str, Any] | Problem | Unreadable:
        """The catalogue document as it stands."""
        reply = self._send("GET", "/v1/catalog")
        data = _data(reply)
        return data if reply.status == 200 and "types" in data else _failure(reply, data)

    def _put(self, path: str, body: Mapping[str, Any], key: str) -> Put:
        reply = self._send("PUT", path, body, headers={"Idempotency-Key": key})
        found = _found(reply, _data(reply))
        return _failure(reply, {}) if isinstance(found, Missing) else found

    def _get(self, path: str) -> Get:
        reply = self._send("GET", path)
        return _found(reply, _data(reply))

    def _send(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        return self._transport.send(
            method, path, json=body, headers={**self._correlation, **(headers or {})}
        )


def _found(reply: Reply, data: Mapping[str, Any]) -> Get:
    if reply.status in {200, 201} and data.get("external_id"):
        return Resource(str(data["external_id"]), data, str(data.get("operation_id") or ""))
    if reply.status == 202 and data.get("operation_id"):
        return Accepted(str(data["operation_id"]), float(data.get("retry_after") or 5))
    if reply.status == 404 and data.get("code"):
        return Missing()
    return _failure(reply, data)


def _failure(reply: Reply, data: Mapping[str, Any]) -> Problem | Unreadable:
    if reply.status >= 400 and data.get("code"):
        return _problem(reply, data)
    return Unreadable(reply.status, reply.body[:200].decode(errors="replace"))


def _problem(reply: Reply, data: Mapping[str, Any]) -> Problem:
    return Problem(
        status=reply.status,
        code=str(data["code"]),
        message=str(data.get("message", "")),
        field=str(data.get("field") or ""),
        retryable=bool(data.get("retryable")),
        retry_after=reply.retry_after,
    )


def _data(reply: Reply) -> Mapping[str, Any]:
    try:
        data = json.loads(reply.body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
