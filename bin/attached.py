"""Servers of the caller's own, named by DATABASE_URL and REDIS_URL."""

import contextlib
import os
import urllib.parse
from collections.abc import Iterator
from typing import Any

import environ
import psycopg2
import redis
from console import Failure
from installs import OLDEST_POSTGRES
from psycopg2 import sql


def attached_check(database_url: str, redis_url: str) -> None:
    """Raises Failure when a URL that is given has nobody behind it, or too old a server."""
    if database_url:
        with contextlib.closing(_connect(database_url)) as connection:
            if connection.server_version < OLDEST_POSTGRES * 10000:
                raise Failure(
                    f"DATABASE_URL leads to PostgreSQL {connection.server_version // 10000}.",
                    f"Use PostgreSQL {OLDEST_POSTGRES} or newer, or unset DATABASE_URL.",
                )
    if redis_url:
        client = redis.Redis.from_url(redis_url.replace("redis+socket://", "unix://"))
        try:
            client.ping()
        except redis.RedisError as error:
            raise Failure(
                f"REDIS_URL is set, and nothing usable answers there: {error}.",
                "Start that server, correct the URL, or unset REDIS_URL for the embedded one.",
            ) from error
        finally:
            client.close()


@contextlib.contextmanager
def scratch_database(database_url: str, name: str = "") -> Iterator[str]:
    """The URL of a new, empty database on the same server; dropped when the block ends."""
    name = name or f"tradewind_check_{os.getpid()}"
    with contextlib.closing(_connect(database_url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        try:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except psycopg2.Error as error:
            raise Failure(
                f"DATABASE_URL's role cannot create a database for the check: {error}".strip(),
                "Let it (ALTER ROLE ... CREATEDB), or unset DATABASE_URL.",
            ) from error
    try:
        base, _, query = database_url.partition("?")
        yield f"{base.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    finally:
        with contextlib.closing(_connect(database_url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                cursor.execute(drop.format(sql.Identifier(name)))


def redis_for_check(redis_url: str) -> str:
    """The server's next logical database: a running demo's worker must not get our bells."""
    parts = urllib.parse.urlsplit(redis_url)
    if parts.scheme not in ("redis", "rediss"):
        return redis_url  # a socket, or nothing
    number = parts.path.strip("/") or "0"
    return parts._replace(path=f"/{int(number) + 1}").geturl() if number.isdigit() else redis_url


def _connect(database_url: str) -> Any:
    try:
        settings = environ.Env.db_url_config(database_url)
        return psycopg2.connect(
            dbname=settings["NAME"],
            user=settings["USER"],
            password=settings["PASSWORD"],
            host=settings["HOST"],
            port=settings["PORT"] or None,
            connect_timeout=10,
        )
    except (psycopg2.Error, environ.ImproperlyConfigured, KeyError, ValueError) as error:
        raise Failure(
            f"DATABASE_URL is set, and no database answers there: {error}".strip(),
            "Start that server, create the database, correct the URL, or unset DATABASE_URL for the"
            " embedded one.",
        ) from error
