"""What the demo tells the product: settings of its own, secrets drawn once, nothing half inherited."""

from __future__ import annotations

import base64
import stat
import subprocess
from pathlib import Path

import pytest
from attached import redis_for_check
from product import (
    checks_environment,
    environment_write,
    ports_from,
    product_environment,
    secrets_load,
)

from tests.plugins.redis_databases import redis_database_choose

URLS = {"DATABASE_URL": "postgres://app@//run/x/tradewind", "REDIS_URL": "unix:///run/x/redis.sock"}


def test_secrets_are_drawn_once_and_are_their_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "secrets"
    drawn = secrets_load(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secrets_load(path) == drawn
    assert secrets_load(tmp_path / "others") != drawn


def test_the_key_ring_has_the_form_that_settings_take(tmp_path: Path) -> None:
    drawn = secrets_load(tmp_path / "secrets")
    key_id, _, key = drawn["SECRETS_KEYS"].partition(":")
    assert key_id == "demo"
    assert len(base64.b64decode(key)) == 32
    assert len(drawn["SECRET_KEY"]) >= 50


def test_the_demo_inherits_no_setting_of_another_deployment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", "amqp://elsewhere")
    monkeypatch.setenv("EMAIL_HOST", "smtp.example.com")
    monkeypatch.setenv("HTTPS", "1")
    env = product_environment(tmp_path, ports_from(8000), URLS, {})
    assert "CELERY_BROKER_URL" not in env
    assert (env["EMAIL_HOST"], env["EMAIL_PORT"]) == ("127.0.0.1", "8002")
    assert (env["HTTPS"], env["TRADEWIND_DEMO"]) == ("0", "1")
    assert env["CLOCK_FILE"] == str(tmp_path / "clock")


def test_the_checks_inherit_neither_a_demo_nor_its_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TRADEWIND_DEMO", "CLOCK_FILE", "SECRET_KEY", "MEDIA_ROOT"):
        monkeypatch.setenv(name, "1")
    env = checks_environment(URLS, "/usr/bin/chromium")
    assert not {"TRADEWIND_DEMO", "CLOCK_FILE", "SECRET_KEY", "MEDIA_ROOT"} & set(env)
    assert env["CHROMIUM"] == "/usr/bin/chromium"


def test_the_settings_of_a_running_demo_can_be_sourced(tmp_path: Path) -> None:
    path = tmp_path / "env.sh"
    environment_write(path, {"GREETING": "it's $5; ok"})
    said = subprocess.run(
        ["/bin/sh", "-c", f'. {path}; printf %s "$GREETING"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "it's $5; ok"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("url", "next_one"),
    [
        ("redis://host:6379/0", "redis://host:6379/1"),
        ("rediss://:pw@host/3", "rediss://:pw@host/4"),
        ("redis://host", "redis://host/1"),
        ("", ""),
    ],
)
def test_a_check_rings_in_another_redis_database_than_the_demo(url: str, next_one: str) -> None:
    assert redis_for_check(url) == next_one


def test_each_test_process_has_a_redis_database_of_its_own() -> None:
    env = {"PYTEST_XDIST_WORKER": "gw1", "REDIS_URL": "unix:///run/x/redis.sock"}
    redis_database_choose(env)
    assert env["REDIS_URL"] == "unix:///run/x/redis.sock?db=2"
    assert env["CELERY_BROKER_URL"] == "redis+socket:///run/x/redis.sock?virtual_host=2"
    over_tcp = {"PYTEST_XDIST_WORKER": "gw0", "REDIS_URL": "redis://host:6379/0"}
    redis_database_choose(over_tcp)
    assert over_tcp["REDIS_URL"] == over_tcp["CELERY_BROKER_URL"] == "redis://host:6379/1"


def test_a_test_process_that_is_alone_keeps_its_database() -> None:
    env = {"REDIS_URL": "redis://host:6379/0"}
    redis_database_choose(env)
    assert env == {"REDIS_URL": "redis://host:6379/0"}
