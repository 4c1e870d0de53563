"""The physical limit of a page: Django, one view, the page's heaviest query, its rows as JSON. No middleware.

Served by the same gunicorn settings as the product. BENCH_SQL names a JSON file with the queries by number.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import environ
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="bench",  # noqa: S106
    DATABASES={"default": environ.Env().db("DATABASE_URL") | {"CONN_MAX_AGE": 60}},
    USE_TZ=True,
)
QUERIES = json.loads(Path(os.environ["BENCH_SQL"]).read_text())


def rows(_request: HttpRequest, number: int) -> JsonResponse:
    with connection.cursor() as cursor:
        cursor.execute(QUERIES[number])
        return JsonResponse({"rows": [[str(value) for value in row] for row in cursor.fetchall()]})


urlpatterns = [path("<int:number>/", rows)]
application = get_wsgi_application()
