"""The cache may vanish at any time; the product must not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

# After a failure the cache counts as empty for a moment, so that a page with ten look-ups waits once, not ten times.
QUIET_SECONDS = 5.0


T = TypeVar("T")


def kept(
    key: str, seconds: int, read: Callable[[], T], *, worth: Callable[[T], bool] | None = None
) -> T:
    """What was read under `key` at most `seconds` ago, otherwise what `read` gives now (never None).

    `worth` says whether that is worth keeping; without it everything is. Whatever a scope or an organization decides
    belongs into the key.
    """
    found: T | None = cache.get(key)
    if found is None:
        found = read()
        if worth is None or worth(found):
            cache.set(key, found, seconds)
    return found


class TolerantRedisCache(RedisCache):
    """Redis that is down counts as an empty cache. Nothing that must survive is kept here."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._quiet_until = 0.0

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._or(default, super().get, key, default, version)

    def get_many(self, keys: Any, version: int | None = None) -> Any:
        return self._or({}, super().get_many, keys, version)

    def set(self, key: Any, value: Any, timeout: Any = 300, version: int | None = None) -> None:
        self._or(None, super().set, key, value, timeout, version)

    def set_many(self, data: Any, timeout: Any = 300, version: int | None = None) -> Any:
        return self._or(list(data), super().set_many, data, timeout, version)

    def add(self, key: Any, value: Any, timeout: Any = 300, version: int | None = None) -> bool:
        return bool(self._or(True, super().add, key, value, timeout, version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return int(self._or(delta, super().incr, key, delta, version))

    def touch(self, key: Any, timeout: Any = 300, version: int | None = None) -> bool:
        return bool(self._or(False, super().touch, key, timeout, version))

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return bool(self._or(False, super().has_key, key, version))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._or(False, super().delete, key, version))

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        self._or(None, super().delete_many, keys, version)

    def clear(self) -> None:
        """Delete this cache's own keys. Django's would flush the whole database, and with it Celery's queue."""
        self._or(None, self._clear_own)

    def _clear_own(self) -> None:
        redis = self._cache.get_client(None, write=True)
        own = list(redis.scan_iter(match=f"{self.key_prefix}:{self.version}:*", count=1000))
        if own:
            redis.unlink(*own)

    def _or(self, fallback: Any, call: Any, *args: Any) -> Any:
        if time.monotonic() < self._quiet_until:
            return fallback
        try:
            return call(*args)
        except (RedisError, OSError) as error:
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            log.warning("cache.unavailable", error=type(error).__name__)
            return fallback
