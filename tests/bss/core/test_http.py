"""The one way out: what it refuses to call, how it ends a call, and never inside a transaction."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import transaction

from bss.core import http
from bss.core.http import CalledInTransaction, Client, OutboundError

HERE = ["127.0.0.0/8"]
Respond = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(respond: Respond) -> Iterator[str]:
    """A server on this machine that answers as told; gives its base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            respond(self)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def answering(status: int = 200, body: bytes = b"{}", **headers: str) -> Respond:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return respond


def refusal(base_url: str, allow: list[str] | None = None, **options) -> OutboundError:
    with (
        pytest.raises(OutboundError) as e,
        Client(base_url, allow=allow or [], **options) as client,
    ):
        client.send("GET", "/")
    return e.value


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.1.2.3",
        "172.16.0.9",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 -- refused, never bound
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.7",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fc00::1]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]",
    ],
)
def test_addresses_inside_are_refused_before_anything_is_sent(address):
    error = refusal(f"http://{address}:9")
    assert (error.outcome, error.sent) == ("refused", False)


@pytest.mark.parametrize("spelling", ["2130706433", "0x7f.0.0.1", "0177.0.0.1", "127.1"])
def test_odd_spellings_of_inside_addresses_are_refused(spelling):
    error = refusal(f"http://{spelling}:9")
    assert error.outcome in {"refused", "unreachable"}
    assert not error.sent


def test_a_name_that_leads_inside_is_refused(monkeypatch):
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.5", 80))]
    monkeypatch.setattr(http.socket, "getaddrinfo", lambda *a, **k: answer)
    error = refusal("http://vendor.example")
    assert error.outcome == "refused"
    assert "10.0.0.5" in error.detail


def test_one_inside_address_among_several_refuses_the_name(monkeypatch):
    answer = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))
        for address in ("93.184.216.34", "127.0.0.1")
    ]
    monkeypatch.setattr(http.socket, "getaddrinfo", lambda *a, **k: answer)
    assert refusal("http://vendor.example").outcome == "refused"


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    """A name that answers differently the second time gains nothing: it is asked once."""
    asked = []

    def lookup(host, port, *args, **kwargs):
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with serving(answering()) as base_url:
        port = base_url.rsplit(":", 1)[1]
        real = socket.getaddrinfo
        monkeypatch.setattr(
            http.socket,
            "getaddrinfo",
            lambda host, *a, **k: lookup(host, *a, **k) if host == "vendor.example" else real(host, *a, **k),
        )  # fmt: skip
        with Client(f"http://vendor.example:{port}", allow=HERE) as client:
            assert client.send("GET", "/").status == 200
    assert asked == ["vendor.example"]


def test_a_network_the_deployment_lists_may_be_called():
    with serving(answering(body=b'{"a": 1}')) as base_url, Client(base_url, allow=HERE) as client:
        answer = client.send("GET", "/")
    assert (answer.status, answer.json()) == (200, {"a": 1})


def test_the_list_is_the_settings_one(settings):
    with serving(answering()) as base_url:
        settings.OUTBOUND_ALLOW_NETWORKS = []
        assert refusal(base_url).outcome == "refused"
        settings.OUTBOUND_ALLOW_NETWORKS = HERE
        with Client(base_url) as client:
            assert client.send("GET", "/").status == 200


def test_a_redirect_is_an_answer_and_is_not_followed():
    inside = answering(302, b"", Location="http://169.254.169.254/latest/meta-data")
    with serving(inside) as base_url, Client(base_url, allow=HERE) as client:
        answer = client.send("GET", "/")
    assert answer.status == 302


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with serving(answering()) as base_url, Client(base_url, allow=HERE) as client:
        assert client.send("GET", "/").status == 200


def test_an_answer_that_takes_too_long_may_have_been_done():
    release = threading.Event()

    def hang(handler: BaseHTTPRequestHandler) -> None:
        release.wait(10)

    with serving(hang) as base_url:
        error = refusal(base_url, HERE, read=0.2)
        release.set()
    assert (error.outcome, error.sent) == ("timeout", True)


def test_nobody_there_was_not_sent():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    error = refusal(f"http://127.0.0.1:{port}", HERE)
    assert (error.outcome, error.sent) == ("unreachable", False)


def test_a_connection_that_breaks_may_have_been_done():
    def vanish(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.shutdown(socket.SHUT_RDWR)

    with serving(vanish) as base_url:
        error = refusal(base_url, HERE)
    assert (error.outcome, error.sent) == ("broken", True)


def test_an_answer_larger_than_the_cap_is_not_read():
    with serving(answering(body=b"x" * 5000)) as base_url:
        error = refusal(base_url, HERE, max_bytes=1000)
    assert (error.outcome, error.sent) == ("too_large", True)


def test_what_is_not_json_says_so():
    with serving(answering(body=b"<html>")) as base_url, Client(base_url, allow=HERE) as client:
        answer = client.send("GET", "/")
    with pytest.raises(OutboundError) as error:
        answer.json()
    assert error.value.outcome == "broken"


def test_retry_after_is_read_where_it_is_a_number():
    with serving(answering(429, Retry_After="17")) as url, Client(url, allow=HERE) as client:
        assert client.send("GET", "/").retry_after == 17.0
    with serving(answering(503, Retry_After="soon")) as url, Client(url, allow=HERE) as client:
        assert client.send("GET", "/").retry_after is None


def test_unix_sockets_are_never_called():
    backend = http._GuardedBackend([])
    with pytest.raises(http._Refused):
        backend.connect_unix_socket("/var/run/docker.sock")


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_inside_a_transaction():
    heard = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        heard.append(handler.path)
        answering()(handler)

    with serving(respond) as base_url, Client(base_url, allow=HERE) as client:
        with transaction.atomic(), pytest.raises(CalledInTransaction):
            client.send("POST", "/v1/orders")
        assert heard == []
        assert client.send("POST", "/v1/orders").status == 200


@pytest.mark.django_db
def test_the_transaction_of_a_test_itself_does_not_count():
    http.require_no_transaction()
    with transaction.atomic(), pytest.raises(CalledInTransaction):
        http.require_no_transaction()
