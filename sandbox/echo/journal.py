"""Every request Echo received under /v1/ and what it answered, so that a test can count them."""

import json
import sqlite3
from typing import Any, Final

from sandbox import clock
from sandbox.serving import Database

KEPT_REQUESTS: Final = 20_000


class Journal:
    """The log of requests. A request stands in it from its arrival, answered or not."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def arrived(
        self, *, method: str, path: str, key: str | None, correlation_id: str | None, body: Any
    ) -> int:
        """Write a request down and return its number."""
        with self._database.writing() as connection:
            number = (
                connection.execute(
                    "INSERT INTO request (at, method, path, key, correlation_id, body)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        clock.instant(clock.now()),
                        method,
                        path,
                        key,
                        correlation_id,
                        json.dumps(body),
                    ],
                ).lastrowid
                or 0
            )
            connection.execute("DELETE FROM request WHERE id <= ?", [number - KEPT_REQUESTS])
        return number

    def answered(
        self, number: int, *, status: int, answer: Any, effect: str | None, behaviour: str
    ) -> None:
        """Add what a request was answered, what it did and which behaviour it met."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE request SET status = ?, answer = ?, effect = ?, behaviour = ? WHERE id = ?",
                [status, json.dumps(answer), effect, behaviour, number],
            )

    def requests(
        self, *, method: str = "", path: str = "", latest: int = -1
    ) -> list[dict[str, Any]]:
        """Return the requests, oldest first: of a method, with a part of a path, the latest n."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM request WHERE (:method = '' OR method = :method)"
                " AND instr(path, :path) > 0 ORDER BY id DESC LIMIT :latest",
                {"method": method.upper(), "path": path, "latest": latest},
            ).fetchall()
        return [_entry(row) for row in reversed(rows)]


def _entry(row: sqlite3.Row) -> dict[str, Any]:
    return {**dict(row), "body": json.loads(row["body"]), "answer": json.loads(row["answer"])}
