"""Health: whether this process lives, and whether it can do its work."""

from __future__ import annotations

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from bss.core import clock
from bss.core.models import Job, JobState


def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers at all."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, else 503. Redis and the age of the oldest due job are told, not required."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        oldest = (
            Job.objects.filter(state=JobState.READY, due_at__lte=clock.now())
            .order_by("due_at")
            .values_list("due_at", flat=True)
            .first()
        )
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "down"}, status=503)
    cache.set("readyz", "1", 10)
    return JsonResponse(
        {
            "status": "ok",
            "database": "up",
            "redis": "up" if cache.get("readyz") else "down",
            "oldest_due_seconds": (clock.now() - oldest).total_seconds() if oldest else 0,
        }
    )
