"""What every API view shares: errors in one shape, keyset pages, idempotent writes."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.pagination import CursorPagination as DrfCursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.views import exception_handler as drf_exception_handler

from bss.core.errors import Busy, Conflict, DomainError, Invalid, NotFound
from bss.core.models import IdempotencyRecord

IDEMPOTENCY_HEADER = "Idempotency-Key"
NEVER_STORED = {status.HTTP_409_CONFLICT, status.HTTP_429_TOO_MANY_REQUESTS}


class CursorPagination(DrfCursorPagination):
    """Pages that cost the same with 20 rows and with 20,000; order by primary key, newest first."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as {"code", "detail", "field"?, "errors"?, "remedy"?, "extra"?}."""
    if isinstance(error, Http404):
        error = NotFound()
    if isinstance(error, DomainError):
        headers = {"Retry-After": "5"} if isinstance(error, Busy) else None
        return Response(_body(error), status=error.status, headers=headers)
    if isinstance(error, exceptions.ValidationError):
        return Response(
            {"code": Invalid.code, "detail": str(Invalid.message), "errors": error.detail},
            status=400,
        )
    response = drf_exception_handler(error, context)
    if response is not None and isinstance(error, exceptions.APIException):
        response.data = {
            "code": str(error.default_code).upper(),
            "detail": str(getattr(error, "detail", "")),
        }
    return response


def _body(error: DomainError) -> dict[str, Any]:
    body: dict[str, Any] = {"code": error.code, "detail": str(error.message)}
    if error.field:
        body["field"] = error.field
    if isinstance(error, Invalid) and error.errors:
        body["errors"] = {k: [str(m) for m in v] for k, v in error.errors.items()}
    if error.remedy:
        body["remedy"] = str(error.remedy)
    if error.extra:
        body["extra"] = error.extra
    return body


class IdempotentView(APIView):
    """An API view whose writes may be repeated safely under an Idempotency-Key (kept seven days).

    The record and the business change commit in one transaction; a second call with the same key waits for the
    first, then gets its answer. Another body under the same key is refused with 422.
    """

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(IDEMPOTENCY_HEADER, "")
        if not key or request.method in {"GET", "HEAD", "OPTIONS"}:
            return super().dispatch(request, *args, **kwargs)
        self.idempotency_key = key[:255]
        return super().dispatch(request, *args, **kwargs)

    def write(self, request: Request, work: Any) -> Response:
        """Run `work() -> Response` once per Idempotency-Key."""
        key = getattr(self, "idempotency_key", "")
        if not key:
            return work()
        record = self._identity(request, key)
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '5s'")
                record.save(force_insert=True)
                response = work()
                record.status = response.status_code
                record.answer = response.data
                record.save(update_fields=["status", "answer"])
                return response
        except IntegrityError as error:
            if "idempotency_once" not in str(error):
                raise
            return self._replay(record)
        except OperationalError as error:
            raise Busy() from error

    def _identity(self, request: Request, key: str) -> IdempotencyRecord:
        raw = request._request.body
        return IdempotencyRecord(
            actor=f"{request.auth.pk if request.auth else 'anonymous'}",
            key=key,
            method=str(request.method),
            path=request.path,
            body_sha256=hashlib.sha256(raw).hexdigest(),
        )

    def _replay(self, wanted: IdempotencyRecord) -> Response:
        first = IdempotencyRecord.objects.filter(actor=wanted.actor, key=wanted.key).first()
        if first is None or first.status is None:
            raise Conflict(
                "The first call with this key has not finished.", code="IDEMPOTENCY_IN_PROGRESS"
            )
        same = (first.method, first.path, first.body_sha256) == (
            wanted.method,
            wanted.path,
            wanted.body_sha256,
        )
        if not same:
            return Response(
                {
                    "code": "IDEMPOTENCY_KEY_REUSED",
                    "detail": "This key was used for another request.",
                },
                status=status.HTTP_422_UNPROCESSABLE_ENTITY,
            )
        return Response(first.answer, status=first.status, headers={"Idempotent-Replay": "true"})
