"""What every sandbox service shares: command line, server, storage, pauses and safe pages.

A service is a Flask application made by `create_app`, with its state in one SQLite file under its
state folder, run by `serve` in one gunicorn worker with threads.
"""

import argparse
import math
import sqlite3
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask, Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from gunicorn.app.base import BaseApplication
from werkzeug.exceptions import HTTPException

PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
JSON_PATHS: Final = ("/api/", "/v1/", "/admin/")
THREADS: Final = 24
STOP_SECONDS: Final = 3
MAX_BODY_BYTES: Final = 1_000_000


# Command line ------------------------------------------------------------------------------------


def service_parser(name: str, *, about: str, port: int) -> argparse.ArgumentParser:
    """Return the parser of `python -m sandbox.<name>` with the options every service has."""
    parser = argparse.ArgumentParser(prog=f"python -m sandbox.{name}", description=about)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=port, help="port of HTTP (%(default)s)")
    parser.add_argument("--state", type=Path, required=True, help="folder that keeps the state")
    return parser


# Application -------------------------------------------------------------------------------------


class Problem(Exception):
    """A request that is answered with an error, in the words of the service."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.retryable = retryable
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """Return what goes over the wire: code, message, field and retryable."""
        return {
            "code": self.code,
            "message": self.message,
            "field": self.field,
            "retryable": self.retryable,
        }


def create_app(title: str, health: Callable[[], Mapping[str, Any]]) -> Flask:
    """Return an application with the shared templates, stylesheet, headers, errors and /healthz.

    `health` adds its keys to the answer of /healthz, which is 200 as long as the service answers.
    """
    app = Flask("sandbox")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["moment"] = moment_text
    app.context_processor(lambda: {"service": title})
    app.before_request(refuse_foreign_origin)
    app.after_request(add_safe_headers)
    app.register_error_handler(Problem, answer_problem)
    app.register_error_handler(HTTPException, answer_http_error)
    app.add_url_rule("/healthz", "healthz", lambda: jsonify({"status": "ok", **health()}))
    return app


def refuse_foreign_origin() -> None:
    """Refuse a write that another site's page sent through the visitor's browser."""
    origin = request.headers.get("Origin")
    if origin is None or request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    if urlsplit(origin).netloc != request.host:
        abort(403, "This request was sent by a page of another site.")


def add_safe_headers(response: Response) -> Response:
    """Add the strict policy to every answer; a view that needs another one sets it first."""
    response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def answer_problem(problem: Problem) -> ResponseReturnValue:
    """Answer JSON callers with the problem's body, people with a page."""
    headers: dict[str, str] = {}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(math.ceil(problem.retry_after))
    if request.path.startswith(JSON_PATHS):
        return jsonify(problem.body()), problem.status, headers
    return render_template("problem.html", problem=problem), problem.status, headers


def answer_http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer the framework's own errors (404, 405, 413, 500, ...) in the same shape."""
    status = error.code or 500
    code = error.name.lower().replace(" ", "_")
    return answer_problem(Problem(status, code, error.description or error.name))


def json_object() -> dict[str, Any]:
    """Return the request's JSON object; raises Problem 400 when the body is anything else."""
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise Problem(400, "malformed", "The body must be a JSON object.")
    return body


def moment_text(stored: str) -> str:
    """Write a stored instant for people: "1 Mar 2026, 09:30:00 UTC"."""
    moment = datetime.fromisoformat(stored)
    return f"{moment.day} {moment:%b %Y, %H:%M:%S} UTC"


# Storage -----------------------------------------------------------------------------------------


class Database:
    """One SQLite file. State of a stand-in is disposable: another schema starts empty."""

    def __init__(self, path: Path, schema: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._make(schema)
        # Never closed: when a file's last connection closes, SQLite writes its log back and waits for the disk, which
        # took each message and each call some 50 ms.
        self._held_open = sqlite3.connect(path, check_same_thread=False)
        self._held_open.execute("SELECT 1 FROM sqlite_schema").fetchall()

    def _make(self, schema: str) -> None:
        path, version = self.path, zlib.crc32(schema.encode()) & 0x7FFFFFFF
        with self._connected() as connection:
            found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found == version:
            return
        if found:
            print(f"{path}: made by another version, starting empty", file=sys.stderr)
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        with self._connected() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(schema)
            connection.execute(f"PRAGMA user_version = {version}")

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=20, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = NORMAL")
            yield connection
        finally:
            connection.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection whose statements see one consistent state."""
        with self._connected() as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection inside one write transaction: committed at the end, or nothing."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()


class Era:
    """The time between two resets. What arrived in one era must not act in the next."""

    def __init__(self) -> None:
        self._ended = threading.Event()

    @property
    def is_over(self) -> bool:
        """Return whether the service was reset since."""
        return self._ended.is_set()

    def wait(self, seconds: float) -> None:
        """Wait, but not beyond the end of the era."""
        self._ended.wait(seconds)

    def end(self) -> None:
        """End the era and every wait in it."""
        self._ended.set()


class Eras:
    """The era of now, which a reset ends and replaces."""

    def __init__(self) -> None:
        self.current = Era()

    def turn(self) -> None:
        """End the era; what arrives from now on belongs to the next."""
        ended, self.current = self.current, Era()
        ended.end()


# Server ------------------------------------------------------------------------------------------


def do_nothing() -> None:
    """Stand where a service has nothing to start or stop beside its pages."""


class Server(BaseApplication):
    """The application in gunicorn: one worker, threads, no files of its own."""

    def __init__(self, app: Flask, settings: Mapping[str, Any]) -> None:
        self.app = app
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Hand gunicorn its settings; its command line and environment are not read."""
        for name, value in self.settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application to serve."""
        return self.app


def serve(
    app: Flask,
    *,
    host: str,
    port: int,
    start: Callable[[], None] = do_nothing,
    stop: Callable[[], None] = do_nothing,
) -> None:
    """Serve until SIGTERM or SIGINT; `start` and `stop` run in the process that answers.

    Answers under way get STOP_SECONDS to finish.
    """
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    settings = {
        "bind": bind,
        "worker_class": "gthread",
        "workers": 1,
        "threads": THREADS,
        "timeout": 120,
        "graceful_timeout": STOP_SECONDS,
        "loglevel": "warning",
        "control_socket_disable": True,
        "post_worker_init": lambda worker: start(),
        "worker_exit": lambda server, worker: stop(),
    }
    Server(app, settings).run()
