"""The mailbox's SMTP side: it takes what it is sent, or fails as it was told to."""

import asyncio
import threading
from typing import Final

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from sandbox.mailbox.store import Store

MAX_MESSAGE_BYTES: Final = 30_000_000


class Receiver:
    """Answers the commands of SMTP sessions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Accept a recipient, unless the fault refuses it: 550 for a named one, else 451."""
        fault = await asyncio.to_thread(self._store.fault)
        if fault.mode == "refuse" and not fault.recipients:
            return "451 4.3.0 The mailbox is set to refuse for now"
        if fault.mode == "refuse" and address.lower() in map(str.lower, fault.recipients):
            return "550 5.1.1 The mailbox is set to refuse this recipient"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient accepted"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the message first and answer second: who hung up meanwhile sends it again."""
        key = await asyncio.to_thread(
            self._store.receive,
            envelope.mail_from or "",
            list(envelope.rcpt_tos),
            bytes(envelope.original_content or b""),
        )
        fault = await asyncio.to_thread(self._store.fault)
        if fault.mode == "slow":
            await asyncio.sleep(fault.seconds)
        return f"250 2.0.0 Kept as message {key}"


class Listener:
    """The listening port, which the fault "down" closes and the others open."""

    def __init__(self, store: Store, host: str, port: int) -> None:
        self._store = store
        self._host = host
        self._port = port
        self._controller: Controller | None = None
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Return whether the port accepts connections."""
        return self._controller is not None

    def follow_fault(self) -> None:
        """Open or close the port as the stored fault says; raises OSError when it is taken."""
        if self._store.fault().mode == "down":
            self.close()
        else:
            self._open()

    def close(self) -> None:
        """Close the port and every session on it."""
        with self._lock:
            if self._controller is not None:
                self._controller.stop()
                self._controller = None

    def _open(self) -> None:
        with self._lock:
            if self._controller is not None:
                return
            controller = Controller(
                Receiver(self._store),
                hostname=self._host,
                port=self._port,
                server_hostname="mailbox.sandbox",
                ident="Tradewind sandbox mailbox",
                data_size_limit=MAX_MESSAGE_BYTES,
                authenticator=_accept_anybody,
                auth_require_tls=False,
            )
            controller.start()
            self._controller = controller


def _accept_anybody(*_: object) -> AuthResult:
    return AuthResult(success=True)
