"""What Echo does with a request: accounts, subscriptions, operations, and answers kept by key."""

import json
import math
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sandbox import clock
from sandbox.echo.behaviour import Behaviour
from sandbox.echo.catalogue import check_change, check_sale
from sandbox.echo.store import read_catalogue
from sandbox.echo.targets import TARGETS
from sandbox.serving import Database, Era, Problem

MAX_RETRY_AFTER_SECONDS: Final = 5
OPERATION_ERROR: Final = {
    "code": "provisioning_failed",
    "message": "Echo could not finish the work. Nothing was changed.",
    "field": None,
    "retryable": True,
}


@dataclass(frozen=True)
class Answer:
    """An HTTP status and body; `effect` says what the request did.

    The effects: created, updated, unchanged, accepted (202), replayed (a kept answer), or none.
    """

    status: int
    body: dict[str, Any]
    effect: str | None = None


class Vendor:
    """Echo's books. Operations that are due are finished before anything is read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self,
        kind: str,
        platform_id: str,
        key: str,
        body: Mapping[str, Any],
        behaviour: Behaviour,
        era: Era,
    ) -> Answer:
        """Move a resource to its target state, now or (202) in an operation.

        The answer of what was done or accepted is kept under the key; a refusal is not, so that
        the same request may be tried again. Raises Problem 400, 409 or 422, and 503 when Echo was
        reset since the request arrived in `era`.
        """
        request = json.dumps([kind, platform_id, body], sort_keys=True)
        with self._database.writing() as connection:
            if era.is_over:
                raise Problem(503, "reset", "Echo was reset meanwhile.", retryable=True)
            _finish_due(connection)
            kept = connection.execute("SELECT * FROM answer WHERE key = ?", [key]).fetchone()
            if kept is not None:
                return _replay(kept, request)
            target = TARGETS[kind](body)
            _check(connection, kind, platform_id, target)
            if behaviour.mode == "refuse":
                raise Problem(422, "refused", "Echo refuses this on purpose.")
            if behaviour.mode in {"async", "async_fail"}:
                answer = _begin(connection, kind, platform_id, target, behaviour)
            else:
                answer = _apply(connection, kind, platform_id, target)
            connection.execute(
                "INSERT INTO answer VALUES (?, ?, ?, ?)",
                [key, request, answer.status, json.dumps(answer.body)],
            )
        return answer

    def resource(self, kind: str, platform_id: str) -> Answer:
        """Return a resource (200), or the operation that is creating it (202).

        Raises Problem 404.
        """
        with self._database.writing() as connection:
            _finish_due(connection)
            row = _find(connection, kind, platform_id)
            if row is not None:
                return Answer(200, _resource_body(connection, row))
            running = _running(connection, kind, platform_id)
            if running is not None:
                return Answer(202, _accepted_body(running))
        raise Problem(404, "not_found", f"There is no {kind} {platform_id}.")

    def operation(self, operation_id: str) -> Answer:
        """Return an operation with its result or error; raises Problem 404."""
        number = operation_id.removeprefix("OP-")
        with self._database.writing() as connection:
            _finish_due(connection)
            row = None
            if number.isdecimal():
                row = connection.execute(
                    "SELECT * FROM operation WHERE number = ?", [int(number)]
                ).fetchone()
            if row is None:
                raise Problem(404, "not_found", f"There is no operation {operation_id}.")
            return Answer(200, _operation_body(connection, row))

    def resources(self, kind: str) -> list[dict[str, Any]]:
        """Return all resources of a kind, the latest first."""
        with self._database.writing() as connection:
            _finish_due(connection)
            rows = connection.execute(
                "SELECT * FROM resource WHERE kind = ? ORDER BY number DESC", [kind]
            ).fetchall()
            return [_resource_body(connection, row) for row in rows]


def external_id(number: int) -> str:
    """Return the identity Echo gives the resource with this number: "ECH-000123"."""
    return f"ECH-{number:06d}"


def _replay(kept: sqlite3.Row, request: str) -> Answer:
    if kept["request"] != request:
        cause = "This Idempotency-Key was used for another request."
        raise Problem(409, "idempotency_key_reused", cause)
    return Answer(kept["status"], json.loads(kept["body"]), "replayed")


def _check(
    connection: sqlite3.Connection, kind: str, platform_id: str, target: Mapping[str, Any]
) -> None:
    running = _running(connection, kind, platform_id)
    if running is not None:
        cause = f"{_operation_id(running)} is still changing this {kind}."
        wait = _retry_after(running)
        raise Problem(409, "operation_in_progress", cause, retryable=True, retry_after=wait)
    if kind != "subscription":
        return
    if _find(connection, "account", target["account"]) is None:
        cause = f"There is no account {target['account']}."
        raise Problem(422, "account_unknown", cause, field="account")
    row = _find(connection, kind, platform_id)
    if row is None and target["status"] == "cancelled":
        cause = "There is no such subscription to cancel."
        raise Problem(422, "subscription_unknown", cause, field="status")
    current = json.loads(row["state"]) if row else None
    if current == target:
        return
    catalogue = read_catalogue(connection)
    if current is not None:
        check_change(catalogue, current, target)
    if target["status"] != "cancelled":
        check_sale(catalogue, target)


def _apply(
    connection: sqlite3.Connection, kind: str, platform_id: str, target: Mapping[str, Any]
) -> Answer:
    row, at = _find(connection, kind, platform_id), clock.instant(clock.now())
    state = json.dumps(target)
    if row is None:
        connection.execute(
            "INSERT INTO resource (kind, platform_id, state, version, created_at, updated_at)"
            " VALUES (?, ?, ?, 1, ?, ?)",
            [kind, platform_id, state, at, at],
        )
        effect = "created"
    elif json.loads(row["state"]) == target:
        effect = "unchanged"
    else:
        connection.execute(
            "UPDATE resource SET state = ?, version = version + 1, updated_at = ? WHERE number = ?",
            [state, at, row["number"]],
        )
        effect = "updated"
    row = _find(connection, kind, platform_id)
    return Answer(201 if effect == "created" else 200, _resource_body(connection, row), effect)


def _begin(
    connection: sqlite3.Connection,
    kind: str,
    platform_id: str,
    target: Mapping[str, Any],
    behaviour: Behaviour,
) -> Answer:
    started = clock.now()
    number = connection.execute(
        "INSERT INTO operation (kind, platform_id, target, fails, state, started_at, due_at)"
        " VALUES (?, ?, ?, ?, 'in_progress', ?, ?)",
        [
            kind,
            platform_id,
            json.dumps(target),
            behaviour.mode == "async_fail",
            clock.instant(started),
            clock.instant(started + timedelta(seconds=behaviour.seconds)),
        ],
    ).lastrowid
    row = connection.execute("SELECT * FROM operation WHERE number = ?", [number]).fetchone()
    return Answer(202, _accepted_body(row), "accepted")


def _finish_due(connection: sqlite3.Connection) -> None:
    due = connection.execute(
        "SELECT * FROM operation WHERE state = 'in_progress' AND due_at <= ? ORDER BY number",
        [clock.instant(clock.now())],
    ).fetchall()
    for row in due:
        if not row["fails"]:
            _apply(connection, row["kind"], row["platform_id"], json.loads(row["target"]))
        connection.execute(
            "UPDATE operation SET state = ? WHERE number = ?",
            ["failed" if row["fails"] else "succeeded", row["number"]],
        )


def _find(connection: sqlite3.Connection, kind: str, platform_id: str) -> Any:
    return connection.execute(
        "SELECT * FROM resource WHERE kind = ? AND platform_id = ?", [kind, platform_id]
    ).fetchone()


def _running(connection: sqlite3.Connection, kind: str, platform_id: str) -> Any:
    return connection.execute(
        "SELECT * FROM operation WHERE kind = ? AND platform_id = ? AND state = 'in_progress'",
        [kind, platform_id],
    ).fetchone()


def _resource_body(connection: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    running = _running(connection, row["kind"], row["platform_id"])
    return {
        "external_id": external_id(row["number"]),
        "platform_id": row["platform_id"],
        **json.loads(row["state"]),
        "version": row["version"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "operation_id": _operation_id(running) if running else None,
    }


def _operation_body(connection: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    resource = _find(connection, row["kind"], row["platform_id"])
    return {
        "operation_id": _operation_id(row),
        "kind": row["kind"],
        "platform_id": row["platform_id"],
        "state": row["state"],
        "percent": _percent(row),
        "retry_after": _retry_after(row) if row["state"] == "in_progress" else None,
        "result": _resource_body(connection, resource) if row["state"] == "succeeded" else None,
        "error": OPERATION_ERROR if row["state"] == "failed" else None,
    }


def _accepted_body(row: sqlite3.Row) -> dict[str, Any]:
    return {"operation_id": _operation_id(row), "retry_after": _retry_after(row)}


def _operation_id(row: sqlite3.Row) -> str:
    return f"OP-{row['number']:06d}"


def _retry_after(row: sqlite3.Row) -> int:
    left = (datetime.fromisoformat(row["due_at"]) - clock.now()).total_seconds()
    return min(max(math.ceil(left), 1), MAX_RETRY_AFTER_SECONDS)


def _percent(row: sqlite3.Row) -> int:
    if row["state"] != "in_progress":
        return 100
    started, due = (datetime.fromisoformat(row[name]) for name in ("started_at", "due_at"))
    return max(0, min(99, int(100 * ((clock.now() - started) / (due - started)))))
