"""Gives each test process a Redis database of its own, so that emptying one cache empties no other.

Loaded with `-p tests.plugins.redis_databases`, before the settings are read. Without parallel test
processes it does nothing.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from urllib.parse import urlsplit


def redis_database_choose(env: MutableMapping[str, str]) -> None:
    """Point REDIS_URL and CELERY_BROKER_URL at database 1 for gw0, 2 for gw1 and so on."""
    worker, url = env.get("PYTEST_XDIST_WORKER", ""), env.get("REDIS_URL", "")
    if not worker or not url:
        return
    number = int(worker.removeprefix("gw")) + 1
    parts = urlsplit(url)._replace(query="")
    if parts.scheme in ("redis", "rediss"):
        env["REDIS_URL"] = env["CELERY_BROKER_URL"] = parts._replace(path=f"/{number}").geturl()
        return
    # A socket: the two libraries spell the scheme and the database differently.
    env["REDIS_URL"] = f"unix://{parts.path}?db={number}"
    env["CELERY_BROKER_URL"] = f"redis+socket://{parts.path}?virtual_host={number}"


redis_database_choose(os.environ)
