"""The cache may vanish: it is empty then, quickly, and nobody gets an error. It deletes its own keys only."""

from __future__ import annotations

import socket

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from bss.core.cache import QUIET_SECONDS, TolerantRedisCache
from tests.factories.accounts import StorefrontFactory

OPTIONS = settings.CACHES["default"]["OPTIONS"]


@pytest.fixture
def refused():
    """A cache at an address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return TolerantRedisCache(f"redis://127.0.0.1:{port}/0", {"OPTIONS": OPTIONS})


def test_a_redis_that_is_down_is_an_empty_cache(refused):
    refused.set("a", 1)

    assert refused.get("a") is None
    assert refused.get("a", "default") == "default"
    assert refused.get_many(["a"]) == {}
    assert refused.set_many({"a": 1}) == ["a"]
    assert refused.add("a", 1) is True
    assert refused.incr("a") == 1
    assert refused.touch("a") is False
    assert refused.has_key("a") is False
    assert refused.delete("a") is False
    assert refused.delete_many(["a"]) is None
    assert refused.get_or_set("a", lambda: 7) == 7
    assert refused.clear() is None


def test_a_redis_that_hangs_is_waited_for_once():
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(64)
        hung = TolerantRedisCache(
            f"redis://127.0.0.1:{deaf.getsockname()[1]}/0", {"OPTIONS": {"socket_timeout": 0.2}}
        )
        hung.get("a")
        deaf.close()
        for _ in range(100):
            assert hung.get("a") is None

    assert hung._quiet_until > 0


def test_after_its_silence_the_cache_is_asked_again(refused, monkeypatch):
    refused.get("a")
    now = refused._quiet_until
    monkeypatch.setattr("bss.core.cache.time.monotonic", lambda: now + 1)
    refused.get("a")

    assert refused._quiet_until == now + 1 + QUIET_SECONDS


def test_a_redis_that_is_up_is_a_cache():
    cache.set("a", {"n": 1})

    assert cache.get("a") == {"n": 1}
    assert cache.add("a", 2) is False
    assert cache.delete("a") is True
    assert cache.get("a") is None


def test_a_counter_that_does_not_exist_is_told_as_everywhere():
    with pytest.raises(ValueError, match="not found"):
        cache.incr("never-set")


def test_clearing_the_cache_leaves_the_queue_alone():
    server = redis.Redis.from_url(settings.REDIS_CLIENT_URL)
    server.set("tw:queue-of-a-test", "job", ex=60)
    cache.set("a", 1)

    cache.clear()

    assert cache.get("a") is None
    assert server.get("tw:queue-of-a-test") == b"job"
    server.delete("tw:queue-of-a-test")


def test_the_product_is_ready_without_a_cache(db, refused, monkeypatch):
    StorefrontFactory()
    monkeypatch.setattr("bss.core.views.cache", refused)

    answer = Client().get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["redis"] == "down"
