"""Whether one process of a deployment lives: exit status 0 or 1, and one line that says why.

    python bin/healthcheck.py web       /healthz answers
    python bin/healthcheck.py worker    the worker on this host answers a ping through the broker
    python bin/healthcheck.py beat FILE the scheduler wrote its schedule file lately

Standard library only, for the container image's HEALTHCHECK and for any supervisor.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

# Beat writes its file at least every three minutes.
BEAT_SECONDS = 400


def web() -> str:
    """Ask as the proxy would, so that neither the host check nor the redirect to HTTPS answers."""
    public = urlsplit(os.environ.get("PUBLIC_BASE_URL", "http://localhost:8000"))
    request = urllib.request.Request(
        f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/healthz",
        headers={"Host": public.netloc, "X-Forwarded-Proto": public.scheme},
    )
    try:
        with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310 - our own loopback
            return "" if answer.status == 200 else f"/healthz answered {answer.status}"
    except OSError as error:
        return f"/healthz: {error}"


def worker() -> str:
    """The ping goes through the broker, so a worker that lost it is found too."""
    name = f"worker@{socket.gethostname()}"
    asked = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "config", "inspect", "ping", "-d", name, "-t", "5"],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if asked.returncode == 0 else f"{name} did not answer"


def beat(schedule: str) -> str:
    """The age of what the scheduler writes; the file's name may carry a suffix of its format."""
    path = Path(schedule)
    written = [found.stat().st_mtime for found in path.parent.glob(f"{path.name}*")]
    if not written:
        return f"{schedule} is not there"
    age = time.time() - max(written)
    return "" if age < BEAT_SECONDS else f"{schedule} was written {age:.0f} seconds ago"


CHECKS = {"web": web, "worker": worker, "beat": beat}


if __name__ == "__main__":
    fault = CHECKS[sys.argv[1]](*sys.argv[2:])
    print(fault or "healthy")
    sys.exit(bool(fault))
