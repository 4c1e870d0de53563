"""The wiring: settings, URL configurations, Celery and WSGI. Nothing else lives here."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
