"""The way to a vendor: the kernel's HTTP client, with every exchange noted and every secret masked."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any, Self
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from bss.core.http import Answer, Client, OutboundError
from bss.core.logs import mask
from bss.core.secrets import MASK
from servicemanager.contracts import (
    ExchangeNote,
    InstanceContext,
    OutcomeUnknown,
    Recorder,
    Refused,
    TryLater,
)
from servicemanager.errors import Code

# Shorter values are too common to look for everywhere.
SHORTEST_SECRET = 4
KEPT_TEXT = 20_000


class Transport:
    """Sends to one base URL and notes each exchange. Use as a context manager."""

    def __init__(self, client: Client, record: Recorder, secrets: Iterable[str] = ()) -> None:
        self._client = client
        self._record = record
        self._secrets = [s for s in secrets if len(s) >= SHORTEST_SECRET]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, one answer of any status. Raises OutboundError when there is none."""
        sent, started = json if form is None else dict(form), time.monotonic()
        try:
            answer = self._client.send(
                method, path, json=json, params=params, form=form, headers=headers
            )
        except OutboundError as error:
            self._note(method, path, sent, started, None, None, error.outcome)
            raise
        self._note(method, path, sent, started, answer.status, _body(answer), "answered")
        return answer

    def _note(
        self,
        method: str,
        path: str,
        request: Any,
        started: float,
        status: int | None,
        answer: Any,
        outcome: str,
    ) -> None:
        milliseconds = int((time.monotonic() - started) * 1000)
        self._record(
            ExchangeNote(
                method,
                str(masked(path, self._secrets))[:500],
                masked(request, self._secrets),
                status,
                masked(answer, self._secrets),
                outcome,
                milliseconds,
            )
        )


def transport(
    instance: InstanceContext,
    base_url: str,
    *,
    headers: Mapping[str, str],
    secrets: Iterable[str] = (),
) -> Transport:
    """A Transport for one instance; `secrets` are the values that must never be kept."""
    client = Client(base_url, headers=headers, read=instance.timeout)
    return Transport(client, instance.record, secrets)


def masked(value: Any, secrets: Iterable[str] = ()) -> Any:
    """JSON-like data without whatever is called like a secret and without the secrets themselves."""
    return _without(mask(value), list(secrets))


def lost(error: OutboundError) -> TryLater | Refused | OutcomeUnknown:
    """What a call without an answer means: not sent, it may be repeated; sent, nobody knows."""
    if error.outcome == "refused":
        words = _("The vendor's address lies in a network that may not be called from here.")
        return Refused(Code.ADDRESS_REFUSED, words, vendor_text=error.detail)
    if not error.sent:
        return TryLater(30.0, Code.VENDOR_UNREACHABLE, _("No connection to the vendor came about."))
    if error.outcome == "timeout":
        words = _("The vendor did not answer in time; whether it did what was asked is not known.")
        return OutcomeUnknown(Code.OUTCOME_UNKNOWN, words, vendor_text=error.detail)
    words = _("The vendor's answer cannot be read; whether it did what was asked is not known.")
    return OutcomeUnknown(Code.VENDOR_GARBLED, words, vendor_text=error.detail)


def origin(url: str) -> str:
    """Scheme and host of an address, for people."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else url


def _body(answer: Answer) -> Any:
    try:
        return answer.json()
    except OutboundError:
        return answer.body[:KEPT_TEXT].decode(errors="replace") or None


def _without(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, dict):
        return {k: _without(v, secrets) for k, v in value.items()}
    if isinstance(value, list):
        return [_without(v, secrets) for v in value]
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
    return value
