"""The product as this folder starts it: its settings, its processes and its one-shot commands."""

import base64
import os
import secrets
import shlex
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from console import Failure, log_tail
from processes import Process, pause, process_lower, process_start, wait_until

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / ".venv" / "bin"
READY_SECONDS = 90.0
ONE_SHOT_SECONDS = 600.0

# What settings read and we do not set is taken out, so that a demo never inherits half a
# deployment.
INHERITED = (
    "CLOCK_FILE",
    "CARDS_KEY",
    "CARDS_URL",
    "ECHO_URL",
    "VIP_MARKETPLACE_URL",
    "MAILBOX_URL",
    "MEDIA_ROOT",
    "STATIC_ROOT",
    "ALLOWED_HOSTS",
    "CELERY_BROKER_URL",
    "CONN_MAX_AGE",
    "DATABASE_PREPARES",
    "CSRF_TRUSTED_ORIGINS",
    "DEBUG",
    "DEFAULT_FROM_EMAIL",
    "DJANGO_ALLOW_ASYNC_UNSAFE",
    "FORWARDED_ALLOW_IPS",
    "GUNICORN_CMD_ARGS",
    "HTTPS",
    "OPS_ENABLED",
    "PUBLIC_BASE_URL",
    # Without what an earlier process compiled each of them compiles the whole product again, and its tests.
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPATH",
    "SECRETS_KEYS",
    "SECRET_KEY",
    "SECURE_SSL_REDIRECT",
    "TRADEWIND_DEMO",
)

WEB = ["gunicorn", "--config", "config/gunicorn.conf.py", "config.wsgi"]
WORKER = "celery -A config worker --loglevel INFO --concurrency 2 --without-gossip --without-mingle"
# Where there are fewer cores than work, pages come first and what follows from them catches up.
WORKER_NICENESS = 19
BEAT = "celery -A config beat --loglevel INFO --pidfile= --schedule"


@dataclass(frozen=True)
class Ports:
    """Loopback ports: the product, the mailbox's page and its SMTP side, echo, the card provider, VIP Marketplace."""

    web: int
    mailbox: int
    smtp: int
    echo: int
    cards: int
    vip_marketplace: int

    @property
    def base_url(self) -> str:
        return f"http://localhost:{self.web}"

    @property
    def mailbox_url(self) -> str:
        return f"http://localhost:{self.mailbox}"

    @property
    def echo_url(self) -> str:
        return f"http://127.0.0.1:{self.echo}"

    @property
    def cards_url(self) -> str:
        return f"http://127.0.0.1:{self.cards}"

    @property
    def vip_marketplace_url(self) -> str:
        return f"http://127.0.0.1:{self.vip_marketplace}"


def ports_from(first: int) -> Ports:
    """The ports of a demo: the one asked for and the five after it, the same at every start."""
    return Ports(*range(first, first + 6))


def secrets_load(path: Path) -> dict[str, str]:
    """SECRET_KEY and SECRETS_KEYS of one data directory: drawn once, for its owner's eyes only."""
    if not path.exists():
        ring = base64.b64encode(secrets.token_bytes(32)).decode()
        text = f"SECRET_KEY={secrets.token_urlsafe(50)}\nSECRETS_KEYS=demo:{ring}\n"
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(text)
        part.rename(path)
    pairs = (line.partition("=") for line in path.read_text().splitlines())
    return {name: value for name, _, value in pairs}


def product_environment(
    directory: Path, ports: Ports, urls: Mapping[str, str], keys: Mapping[str, str]
) -> dict[str, str]:
    """The whole environment of the product's processes in a demo whose data is in `directory`.

    `urls` holds DATABASE_URL and REDIS_URL, `keys` what `secrets_load` returns.
    """
    kept = {name: value for name, value in os.environ.items() if name not in INHERITED}
    return kept | {
        **urls,
        **keys,
        "PATH": f"{SCRIPTS}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TRADEWIND_DEMO": "1",
        "DEBUG": "0",
        "HTTPS": "0",
        "SECURE_SSL_REDIRECT": "0",
        "PUBLIC_BASE_URL": ports.base_url,
        "ALLOWED_HOSTS": "localhost,.localhost,127.0.0.1,[::1]",
        "BIND_HOST": "127.0.0.1",
        "PORT": str(ports.web),
        "WEB_WORKERS": "2",
        "WEB_THREADS": "4",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(ports.smtp),
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        "EMAIL_USE_TLS": "0",
        "MAILBOX_URL": ports.mailbox_url,
        "ECHO_URL": ports.echo_url,
        "VIP_MARKETPLACE_URL": ports.vip_marketplace_url,
        "CARDS_URL": ports.cards_url,
        "CARDS_KEY": "cards-key",
        "OUTBOUND_ALLOW_NETWORKS": "127.0.0.0/8",
        "CLOCK_FILE": str(directory / "clock"),
        "MEDIA_ROOT": str(directory / "media"),
        "STATIC_ROOT": str(directory / "static"),
        "STATICFILES_BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        "LOG_LEVEL": "INFO",
        "PYTHONUNBUFFERED": "1",
    }


def checks_environment(urls: Mapping[str, str], browser: str) -> dict[str, str]:
    """The environment of the checks; `browser` is a Chromium's path or empty."""
    kept = {name: value for name, value in os.environ.items() if name not in INHERITED}
    return kept | {
        **urls,
        "PATH": f"{SCRIPTS}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        # Playwright keeps an event loop in the thread of the tests.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
        # The live server finds files by their plain names.
        "STATICFILES_BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
        "LOG_LEVEL": "WARNING",
        "PYTHONUNBUFFERED": "1",
        "CHROMIUM": browser,
    }


def environment_write(path: Path, env: Mapping[str, str]) -> None:
    """Keep the settings where `source` finds them, to run manage.py beside a running demo."""
    changed = {name: value for name, value in env.items() if os.environ.get(name) != value}
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        for name in sorted(changed):
            out.write(f"export {name}={shlex.quote(changed[name])}\n")


@dataclass(frozen=True)
class Product:
    """Starts the product's processes with one environment; their logs are in `directory/logs`.

    Web, worker, beat and seed do nothing but import until they are let go: started early, they begin at once.
    """

    directory: Path
    ports: Ports
    env: Mapping[str, str]

    def web(self) -> Process:
        return self._start_held("web", SCRIPTS / WEB[0], *WEB[1:])

    def worker(self) -> Process:
        program, *arguments = shlex.split(WORKER)
        process = self._start_held("worker", SCRIPTS / program, *arguments)
        process_lower(process, WORKER_NICENESS)
        return process

    def beat(self) -> Process:
        program, *arguments = shlex.split(BEAT)
        schedule = self.directory / "beat-schedule"
        return self._start_held("beat", SCRIPTS / program, *arguments, schedule)

    def seed(self) -> Process:
        return self._start_held("seed", ROOT / "manage.py", "seed_demo")

    def mailbox(self) -> Process:
        return self._sandbox("mailbox", self.ports.mailbox, "--smtp-port", str(self.ports.smtp))

    def echo(self) -> Process:
        return self._sandbox("echo", self.ports.echo)

    def cards(self) -> Process:
        return self._sandbox("cards", self.ports.cards)

    def vip_marketplace(self) -> Process:
        return self._sandbox("vip_marketplace", self.ports.vip_marketplace)

    def manage(self, name: str, *arguments: str) -> Process:
        """Start a management command; `finish` waits for it."""
        return self._start(name, ["python", "manage.py", *arguments])

    def ask(self, name: str, *arguments: str) -> tuple[Process, Path]:
        """Start a management command whose standard output matters, and the file it goes to."""
        answer = self.directory / f"{name}.out"
        answer.unlink(missing_ok=True)
        return self._start(name, ["python", "manage.py", *arguments], answer), answer

    def _sandbox(self, name: str, port: int, *more: str) -> Process:
        state = self.directory / name
        state.mkdir(mode=0o700, exist_ok=True)
        command = ["python", "-m", f"sandbox.{name}", "--port", str(port), "--state", str(state)]
        return self._start(name, [*command, *more])

    def _start_held(self, name: str, program: Path, *arguments: str | Path) -> Process:
        return process_start(
            name,
            [SCRIPTS / "python", ROOT / "bin" / "held.py", program, *arguments],
            self.directory,
            env=self.env,
            cwd=ROOT,
            stdin=subprocess.PIPE,
        )

    def _start(self, name: str, command: list[str], answer: Path | None = None) -> Process:
        return process_start(
            name,
            [SCRIPTS / command[0], *command[1:]],
            self.directory,
            env=self.env,
            cwd=ROOT,
            answer=answer,
        )


def finish(process: Process, what: str, seconds: float = ONE_SHOT_SECONDS) -> None:
    """Wait for a one-shot command. Raises Failure when it did not succeed in `seconds`, naming `what`."""
    try:
        left = seconds
        while process.running and left > 0:
            pause()
            left -= 0.05
        if process.popen.poll() != 0:
            raise command_failure(process, what)
    finally:
        process.stop()


def command_failure(process: Process, what: str) -> Failure:
    """Why a one-shot command failed, as far as its log tells."""
    tail = log_tail(process.log)
    if "No space left on device" in tail:
        return Failure("The disk is full.", "Free some space, then try again.", tail)
    if "OperationalError" in tail:
        return Failure(
            f"{what} failed: the database did not answer or refused.",
            "Read the lines above; bin/demo --reset starts over with empty servers.",
            tail,
        )
    return Failure(
        f"{what} failed: the command {process.death()}.",
        f"Read the lines above (whole log: {process.log}); if the kept data is at fault,"
        " bin/demo --reset starts over.",
        tail,
    )


def web_wait(process: Process, url: str) -> None:
    """Wait until a URL answers 200; a Failure carries what it last said."""
    said = ["nothing"]

    def answers() -> bool:
        said[0], good = url_ask(url)
        return good

    try:
        wait_until(answers, process, READY_SECONDS, what=f"The {process.name} process")
    except Failure as failure:
        failure.details += f"\n{url} answered: {said[0]}"
        raise


def url_ask(url: str) -> tuple[str, bool]:
    """What a URL answers, cut short, and whether the status was 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own loopback
            return f"{answer.status}", answer.status == 200
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read(500).decode(errors='replace')}", False
    except OSError as error:
        return str(error), False


def log_wait(process: Process, words: str) -> None:
    """Wait until a process wrote these words into its log."""
    wait_until(
        lambda: words in process.log.read_text(errors="replace"),
        process,
        READY_SECONDS,
        what=f"The {process.name} process",
    )
