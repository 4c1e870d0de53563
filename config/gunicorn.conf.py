"""How the web process runs: threads, because a request mostly waits for PostgreSQL."""

import gc
import os
from pathlib import Path
from typing import Any

from bss.core.garbage import imports_are_no_garbage

bind = f"{os.environ.get('BIND_HOST', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"  # noqa: S104
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))

# The code is imported once and shared by the workers; a fault in it ends the start at once.
preload_app = True
timeout = 60
graceful_timeout = 30
# A connection belongs to the worker that took it: kept, those of four browsers may all wait for one worker while the
# other has nothing to do. Closed after each answer, every request goes to whoever is free; the proxy in front keeps
# its own with the browsers.
keepalive = 0

# A slow leak is cut short; the jitter keeps the workers from restarting together.
max_requests = 5000
max_requests_jitter = 500

# Heartbeats go to memory: on a slow disk they would get a busy worker killed.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")


def when_ready(_server: Any) -> None:
    """Before the workers are forked."""
    gc.collect()
    imports_are_no_garbage()
