"""The Celery application. Celery is a doorbell here: the work itself is rows (see bss.core.jobs)."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tradewind")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def _imports_are_never_garbage(**_sent: Any) -> None:
    """As in config/gunicorn.conf.py: looking through what was imported takes longer than many a job."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
