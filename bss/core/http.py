"""The one way out: every call to a vendor, plug-in or webhook receiver goes through `client()`.

Time-outs always, no redirects, a size cap, and the address checked after DNS resolution at the moment of
connecting, so that a name cannot answer twice (OWASP SSRF cheat sheet, case 2). Private, link-local and other
special networks are refused unless the deployment lists them in OUTBOUND_ALLOW_NETWORKS.
"""

from __future__ import annotations

import ipaddress
import json as jsonlib
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Self

import httpcore2
import httpx2
from django.conf import settings
from django.db import connections

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
MAX_BYTES = 10 * 1024 * 1024
_CGNAT = ipaddress.ip_network("100.64.0.0/10")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Outcome = Literal["refused", "unreachable", "timeout", "too_large", "broken"]


class CalledInTransaction(RuntimeError):
    """A fault in the code: a slow vendor would hold locks, and a rollback would forget what it was told."""


def require_no_transaction() -> None:
    """Raises CalledInTransaction inside an open transaction of this thread (a test case's own excepted)."""
    for connection in connections.all(initialized_only=True):
        if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
            raise CalledInTransaction("nothing outside is called inside a transaction")


class OutboundError(Exception):
    """A call that brought no answer.

    `sent` tells whether the other side may have received the request: then its outcome is unknown and must be
    asked for, never repeated blindly.
    """

    def __init__(self, outcome: Outcome, detail: str, *, sent: bool) -> None:
        super().__init__(f"{outcome}: {detail}")
        self.outcome = outcome
        self.detail = detail
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer of any status, read whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        """The body as JSON. Raises OutboundError("broken") when it is something else."""

        try:
            return jsonlib.loads(self.body)
        except ValueError as error:
            head = self.body[:80].decode(errors="replace")
            raise OutboundError("broken", f"not JSON: {head!r}", sent=True) from error

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait, when the answer says so as a number."""
        value = self.headers.get("retry-after", "")
        return float(value) if value.replace(".", "", 1).isdigit() else None


class Client:
    """Calls one base URL. Use as a context manager or keep it for a series of calls.

    Raises OutboundError("refused") for an address that is none.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        connect: float = CONNECT_SECONDS,
        read: float = READ_SECONDS,
        max_bytes: int = MAX_BYTES,
        allow: Iterable[str] | None = None,
    ) -> None:
        self._max_bytes = max_bytes
        networks = settings.OUTBOUND_ALLOW_NETWORKS if allow is None else allow
        transport = httpx2.HTTPTransport(verify=_trusted(), trust_env=False)
        # httpx offers no seam for the connection itself; its pool does.
        transport._pool = httpcore2.ConnectionPool(
            ssl_context=_trusted(),
            network_backend=_GuardedBackend([ipaddress.ip_network(n) for n in networks]),
        )
        try:
            self._http = httpx2.Client(
                base_url=base_url,
                headers=dict(headers or {}),
                timeout=httpx2.Timeout(read, connect=connect),
                follow_redirects=False,
                trust_env=False,
                transport=transport,
            )
        except httpx2.InvalidURL as error:
            raise OutboundError("refused", str(error), sent=False) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        read: float | None = None,
    ) -> Answer:
        """One request, with `json` or `form` as its body; one answer of whatever status.

        Raises OutboundError when there is none, and CalledInTransaction before anything is sent when a transaction
        is open.
        """
        require_no_transaction()
        extra: dict[str, Any] = {"timeout": httpx2.Timeout(read)} if read else {}
        try:
            with self._http.stream(
                method, path, json=json, data=form, params=params, headers=headers, **extra
            ) as response:
                body = self._read(response)
                return Answer(
                    response.status_code,
                    {k.lower(): v for k, v in response.headers.items()},
                    body,
                    response.elapsed.total_seconds() if response.is_closed else 0.0,
                )
        except (_Refused, httpx2.InvalidURL) as refusal:
            raise OutboundError("refused", str(refusal), sent=False) from refusal
        except (httpx2.ConnectTimeout, httpx2.ConnectError, httpx2.PoolTimeout) as error:
            raise OutboundError("unreachable", str(error) or "no connection", sent=False) from error
        except httpx2.TimeoutException as error:
            raise OutboundError("timeout", "no answer in time", sent=True) from error
        except httpx2.HTTPError as error:
            raise OutboundError("broken", str(error), sent=True) from error

    def _read(self, response: httpx2.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in response.iter_bytes():
            size += len(part)
            if size > self._max_bytes:
                raise OutboundError("too_large", f"more than {self._max_bytes} bytes", sent=True)
            parts.append(part)
        return b"".join(parts)


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed; read once in a process, since it takes a twentieth of a second."""
    return ssl.create_default_context()


class _Refused(Exception):
    """The address lies in a network that may not be called."""


class _GuardedBackend(httpcore2.SyncBackend):
    """Resolves, checks every address, and connects to exactly the address it checked."""

    def __init__(self, allowed: list[Any]) -> None:
        super().__init__()
        self._allowed = allowed

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> Any:
        address = self._checked(host, port)
        return super().connect_tcp(address, port, timeout, local_address, socket_options)

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> Any:
        raise _Refused("unix sockets are never called")

    def _checked(self, host: str, port: int) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore2.ConnectError(f"{host} does not resolve") from error
        addresses = [str(entry[4][0]) for entry in found]
        for address in addresses:
            if not self._may_call(address):
                raise _Refused(f"{host} leads to {address}, which may not be called from here")
        return addresses[0]

    def _may_call(self, address: str) -> bool:
        ip = ipaddress.ip_address(address.split("%", 1)[0])
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        if any(ip.version == network.version and ip in network for network in self._allowed):
            return True
        special = ip in _CGNAT if ip.version == 4 else ip in _NAT64
        return ip.is_global and not ip.is_multicast and not special
