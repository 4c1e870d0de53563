"""Starts the sandbox services as processes and drives their switches: for scenario tests too.

with running_mailbox() as mailbox, running_echo() as echo:
    ...
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30
STOP_SECONDS = 10


@dataclass(frozen=True)
class Service:
    """A running service: where it answers, its process, and a client bound to its address."""

    url: str
    http: httpx2.Client
    process: "subprocess.Popen[bytes]"
    clock_file: Path

    def move_clock(self, seconds: float) -> None:
        """Move the service's clock to so many seconds from the machine's; 0 puts it right."""
        new = self.clock_file.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(self.clock_file)

    def stop(self) -> int:
        """Stop it as an operator would (SIGTERM) and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)


@dataclass(frozen=True)
class Mailbox(Service):
    """The mailbox, with where it takes mail."""

    smtp_host: str
    smtp_port: int

    def messages(self, *, to: str = "", subject: str = "", after: str = "") -> list[dict[str, Any]]:
        """Return the messages received, newest first, each with its texts and links.

        `to` is a whole address, `subject` a part, `after` an instant.
        """
        query = {"to": to, "subject": subject, "after": after}
        found = self.http.get("/api/messages", params=query).raise_for_status().json()
        return [self.message(message["id"]) for message in found["messages"]]

    def message(self, key: int) -> dict[str, Any]:
        """Return one message with its texts, links, attachments, receipts and raw form."""
        body: dict[str, Any] = self.http.get(f"/api/messages/{key}").raise_for_status().json()
        return body

    def fault(self, mode: str, *, recipients: Sequence[str] = (), seconds: float = 3) -> None:
        """Switch a fault on: down, refuse (named recipients for good) or slow; none ends it."""
        body = {"mode": mode, "recipients": list(recipients), "seconds": seconds}
        self.http.put("/api/faults", json=body).raise_for_status()

    def reset(self) -> None:
        """Delete all messages, end the fault and put the clock right."""
        self.move_clock(0)
        self.fault("none")
        self.http.delete("/api/messages").raise_for_status()


@dataclass(frozen=True)
class Echo(Service):
    """The vendor, with the key that opens its API."""

    key: str

    def behave(
        self, mode: str, *, seconds: float = 3, times: int | None = None, match: str = ""
    ) -> None:
        """Switch a behaviour on; see docs/sandbox.md for the modes."""
        body = {"mode": mode, "seconds": seconds, "times": times, "match": match}
        self.http.put("/admin/behaviour", json=body).raise_for_status()

    def log(self, *, method: str = "", path: str = "") -> list[dict[str, Any]]:
        """Return the requests received, oldest first, of a method and with a part of a path."""
        query = {"method": method, "path": path}
        found: list[dict[str, Any]] = self.http.get("/admin/log", params=query).json()["requests"]
        return found

    def effects(self, path: str = "") -> list[str]:
        """Return what the writes did, oldest first; refusals and failures did nothing."""
        return [r["effect"] for r in self.log(method="PUT", path=path) if r["effect"]]

    def state(self) -> dict[str, list[dict[str, Any]]]:
        """Return all accounts and subscriptions, the latest first."""
        found: dict[str, list[dict[str, Any]]] = self.http.get("/admin/state").json()
        return found

    def reset(self) -> None:
        """Forget everything, behave well, put the clock right."""
        self.move_clock(0)
        self.http.delete("/admin/state").raise_for_status()


@dataclass(frozen=True)
class Cards(Service):
    """The provider of card payments, with the key that opens its API."""

    key: str

    def behave(self, mode: str, *, seconds: float = 3) -> None:
        """Switch a behaviour of the whole provider on; see docs/sandbox.md for the modes."""
        self.http.put(
            "/admin/behaviour", json={"mode": mode, "seconds": seconds}
        ).raise_for_status()

    def token(self, number: str) -> dict[str, Any]:
        """Leave a test card without a browser; return its token."""
        made = self.http.post("/admin/tokens", json={"number": number}).raise_for_status()
        body: dict[str, Any] = made.json()
        return body

    def payments(self) -> list[dict[str, Any]]:
        """Return all payments, the latest first."""
        found: list[dict[str, Any]] = self.http.get("/admin/payments").json()["payments"]
        return found

    def log(self, *, method: str = "", path: str = "") -> list[dict[str, Any]]:
        """Return the requests received, oldest first, of a method and with a part of a path."""
        found = self.http.get("/admin/log").json()["requests"]
        return [r for r in found if method in {"", r["method"]} and path in r["path"]]

    def reset(self) -> None:
        """Forget everything, behave well, put the clock right."""
        self.move_clock(0)
        self.http.delete("/admin/state").raise_for_status()


@dataclass(frozen=True)
class VipMarketplace(Service):
    """Adobe's partner API, with the credentials that open it."""

    client_id: str
    client_secret: str
    distributor: str

    def token(self) -> str:
        """Return a token, good for a day of the service's clock."""
        body = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "scope": "openid,AdobeID,read_organizations",
        }
        found = self.http.post("/ims/token/v3", data=body).raise_for_status()
        return str(found.json()["access_token"])

    def behave(
        self,
        mode: str,
        *,
        code: str = "",
        seconds: float = 3,
        times: int | None = None,
        match: str = "",
    ) -> None:
        """Switch a behaviour on; see docs/sandbox.md for the modes."""
        body = {"mode": mode, "code": code, "seconds": seconds, "times": times, "match": match}
        self.http.put("/admin/behaviour", json=body).raise_for_status()

    def rules(self, **switches: Any) -> None:
        """Move some of Adobe's rules; see docs/sandbox.md for the switches."""
        self.http.put("/admin/rules", json=switches).raise_for_status()

    def act(self, customer_id: str, action: str, **values: Any) -> dict[str, Any]:
        """Do one thing in a person's place (accept, decline, enrol, ...); return the customer."""
        done = self.http.post(f"/admin/customers/{customer_id}/{action}", json=values)
        body: dict[str, Any] = done.raise_for_status().json()
        return body

    def log(self, *, method: str = "", path: str = "") -> list[dict[str, Any]]:
        """Return the requests received, oldest first, of a method and with a part of a path."""
        query = {"method": method, "path": path}
        found: list[dict[str, Any]] = self.http.get("/admin/log", params=query).json()["requests"]
        return found

    def effects(self, path: str = "") -> list[str]:
        """Return what the calls did, oldest first; refusals, previews and failures did nothing."""
        return [r["effect"] for r in self.log(path=path) if r["effect"]]

    def state(self) -> dict[str, list[dict[str, Any]]]:
        """Return all resellers, customers, orders and subscriptions, the latest first."""
        found: dict[str, list[dict[str, Any]]] = self.http.get("/admin/state").json()
        return found

    def reset(self) -> None:
        """Forget everything, behave well, put the clock right."""
        self.move_clock(0)
        self.http.delete("/admin/state").raise_for_status()


@contextmanager
def running_vip_marketplace(
    *, state: Path | None = None, clock_file: Path | None = None
) -> Iterator[VipMarketplace]:
    """Run Adobe's partner API. `state` is a folder to keep; without one it starts empty."""
    client_id, secret, distributor = "vip-client", "vip-secret", "1000000001"
    options = ["--client-id", client_id, "--client-secret", secret, "--distributor", distributor]
    with _running("vip_marketplace", state, clock_file, options) as service:
        yield VipMarketplace(
            **vars(service), client_id=client_id, client_secret=secret, distributor=distributor
        )


@contextmanager
def running_cards(
    *, state: Path | None = None, clock_file: Path | None = None, key: str = "cards-key"
) -> Iterator[Cards]:
    """Run the provider. `state` is a folder to keep; without one it starts empty."""
    with _running("cards", state, clock_file, ["--key", key]) as service:
        yield Cards(**vars(service), key=key)


@contextmanager
def running_mailbox(
    *, state: Path | None = None, clock_file: Path | None = None
) -> Iterator[Mailbox]:
    """Run the mailbox. `state` is a folder to keep; without one it starts empty."""
    smtp_port = free_port()
    with _running("mailbox", state, clock_file, ["--smtp-port", str(smtp_port)]) as service:
        yield Mailbox(**vars(service), smtp_host="127.0.0.1", smtp_port=smtp_port)


@contextmanager
def running_echo(
    *, state: Path | None = None, clock_file: Path | None = None, key: str = "echo-key"
) -> Iterator[Echo]:
    """Run the vendor. `state` is a folder to keep; without one it starts empty."""
    with _running("echo", state, clock_file, ["--key", key]) as service:
        yield Echo(**vars(service), key=key)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(
    name: str, state: Path | None, clock_file: Path | None, options: Sequence[str]
) -> Iterator[Service]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"{name}-")))
        clock = clock_file or folder / "clock"
        url = f"http://127.0.0.1:{free_port()}"
        process = _start(name, url, state or folder / "state", clock, options)
        stack.callback(_end, process)
        http = stack.enter_context(httpx2.Client(base_url=url, timeout=15, trust_env=False))
        _wait_until_healthy(name, http, process)
        yield Service(url=url, http=http, process=process, clock_file=clock)


def _start(
    name: str, url: str, state: Path, clock: Path, options: Sequence[str]
) -> "subprocess.Popen[bytes]":
    port = url.rpartition(":")[2]
    return subprocess.Popen(  # noqa: S603 - our own module
        [
            *(sys.executable, "-m", f"sandbox.{name}"),
            *("--host", "127.0.0.1", "--port", port, "--state", str(state)),
            *options,
        ],
        cwd=ROOT,
        env={**os.environ, "CLOCK_FILE": str(clock)},
        start_new_session=True,
    )


def _wait_until_healthy(name: str, http: httpx2.Client, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if http.get("/healthz").is_success:
                return
        except httpx2.TransportError:
            pass
        try:
            code = process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue
        raise RuntimeError(f"sandbox.{name} ended with code {code} instead of starting")
    raise RuntimeError(f"sandbox.{name} did not answer within {START_SECONDS} seconds")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Stop the service and, were it stuck, everything it started."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
