"""The Celery application. Celery is a doorbell here: the work itself is rows (see bss.core.jobs)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tradewind")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
