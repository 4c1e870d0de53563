"""What docker-compose.yml and the Dockerfile promise, read from the files themselves."""

from __future__ import annotations

import re

import pytest
from product import ROOT

from tests.tooling.deployment import COMPOSE, SERVICES, VARIABLE, example_values, healthcheck_of

LASTING = ["beat", "postgres", "redis", "web", "worker"]
OURS = ["beat", "migrate", "web", "worker"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def seconds(span: str) -> int:
    return int(re.fullmatch(r"(\d+)s", span)[1])  # type: ignore[index]


def test_the_services_are_the_ones_of_the_documentation() -> None:
    assert sorted(SERVICES) == sorted([*LASTING, "migrate"])


def test_exactly_one_service_schedules_and_it_cannot_be_scaled() -> None:
    schedulers = [
        name
        for name, service in SERVICES.items()
        if {"beat", "-B", "--beat"} & set(service.get("command", []))
    ]
    assert schedulers == ["beat"]
    assert SERVICES["beat"]["container_name"] == "tradewind-beat"
    assert "deploy" not in SERVICES["beat"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_service_runs_as_root_or_may_become_it(name: str) -> None:
    service = SERVICES[name]
    assert service["user"].split(":")[0] not in ("", "0", "root")
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["cap_drop"] == ["ALL"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_service_writes_outside_its_volumes_and_memory(name: str) -> None:
    assert SERVICES[name]["read_only"] is True


@pytest.mark.parametrize("name", LASTING)
def test_each_lasting_service_has_a_health_check_and_time_to_stop(name: str) -> None:
    service = SERVICES[name]
    assert healthcheck_of(name)
    assert seconds(service["healthcheck"]["timeout"]) <= seconds(service["healthcheck"]["interval"])
    assert seconds(service["stop_grace_period"]) >= 20
    assert service["restart"] == "unless-stopped"


def test_the_migration_runs_once_and_everything_of_ours_waits_for_it() -> None:
    assert SERVICES["migrate"]["restart"] == "no"
    assert SERVICES["migrate"]["healthcheck"] == {"disable": True}
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in ("web", "worker", "beat"):
        waits = {other: rule["condition"] for other, rule in SERVICES[name]["depends_on"].items()}
        assert waits == {
            "migrate": "service_completed_successfully",
            "postgres": "service_healthy",
            "redis": "service_healthy",
        }


def test_a_running_task_is_let_finish_before_the_worker_is_killed(settings: object) -> None:
    hard_limit = settings.CELERY_TASK_TIME_LIMIT  # type: ignore[attr-defined]
    assert seconds(SERVICES["worker"]["stop_grace_period"]) > hard_limit


def test_redis_keeps_what_it_is_given() -> None:
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert "redis:/data" in SERVICES["redis"]["volumes"]


def test_only_the_web_service_is_reachable_and_only_from_this_host() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:${WEB_PORT:-8000}:8000"]}
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["postgres"]["networks"] == SERVICES["redis"]["networks"] == ["inside"]


def test_our_services_share_one_image_and_one_set_of_settings() -> None:
    assert {SERVICES[name]["image"] for name in OURS} == {"tradewind:${TRADEWIND_VERSION:-local}"}
    secrets = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SECRETS_KEYS")
    for secret in secrets:
        assert len({SERVICES[name]["environment"][secret] for name in OURS}) == 1


def test_the_documentation_names_volumes_that_exist() -> None:
    operations = (ROOT / "docs" / "operations.md").read_text()
    named = set(re.findall(r"--volume (\w+):", operations))
    assert named == {f"{COMPOSE['name']}_media"}
    assert "media" in COMPOSE["volumes"]


def test_each_variable_is_in_the_example_and_secrets_have_no_value_there() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    used = {name for name, _, _ in VARIABLE.findall(text)} - {"TRADEWIND_VERSION"}
    example = example_values()
    assert used <= set(example)
    secrets = ("SECRET_KEY", "SECRETS_KEYS", "POSTGRES_PASSWORD", "EMAIL_HOST_PASSWORD")
    assert [example[name] for name in secrets] == ["", "", "", ""]


def test_a_demo_is_never_switched_on_in_production() -> None:
    assert "TRADEWIND_DEMO" not in (ROOT / "docker-compose.yml").read_text() + DOCKERFILE
    assert "TRADEWIND_DEMO" not in example_values()


def test_the_image_runs_as_nobody_special_and_ends_with_its_process() -> None:
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001:10001$", final, re.MULTILINE)
    assert re.search(r"^STOPSIGNAL SIGTERM$", final, re.MULTILINE)
    assert re.search(r'^CMD \["gunicorn"', final, re.MULTILINE)
    assert re.search(r'HEALTHCHECK .*\\\n  CMD \["python", "bin/healthcheck.py", "web"\]', final)
    assert "ENTRYPOINT" not in final


def test_the_image_is_built_in_two_stages_from_hashes_and_names_no_host() -> None:
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["python:3.11-slim"] * 2
    assert "--require-hashes --only-binary :all: --requirement requirements.txt" in DOCKERFILE
    assert "collectstatic --noinput" in DOCKERFILE
    assert not re.search(r"https?://|--index-url|--trusted-host|PIP_INDEX", DOCKERFILE)


def test_neither_secrets_nor_the_demo_get_into_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".env", ".git", ".demo", ".venv", "tests", "sandbox"} <= set(ignored)
