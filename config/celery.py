"""The Celery application. Celery is a doorbell here: the work itself is rows (see bss.core.jobs)."""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun, worker_process_init
from django.db import close_old_connections

from bss.core.garbage import imports_are_no_garbage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tradewind")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Celery would close the database's connection after each task: half of what most of them take is to connect, and to
# have PostgreSQL plan anew. It is kept as for requests instead: for CONN_MAX_AGE, and not once it is broken.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize


@task_prerun.connect
@task_postrun.connect
def _connections_are_kept(**_sent: Any) -> None:
    close_old_connections()


@worker_process_init.connect
def _imports_are_no_garbage(**_sent: Any) -> None:
    imports_are_no_garbage()
