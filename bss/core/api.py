"""What every API view shares: errors in one shape, keyset pages, idempotent writes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.db import IntegrityError, OperationalError, connection, transaction
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.pagination import CursorPagination as DrfCursorPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.views import exception_handler as drf_exception_handler

from bss.core import clock
from bss.core.db import pg_code
from bss.core.errors import Busy, Conflict, DomainError, Invalid, NotFound, PermissionDenied
from bss.core.models import IdempotencyRecord

IDEMPOTENCY_HEADER = "Idempotency-Key"
MAX_KEY_LENGTH = 255
LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL: lock_timeout was reached
KEEP_ANSWERS = timedelta(days=7)
# Answers that a later try may get differently: the key stays free.
NEVER_STORED = frozenset({status.HTTP_409_CONFLICT, status.HTTP_429_TOO_MANY_REQUESTS})


class CursorPagination(DrfCursorPagination):
    """Pages that cost the same with 20 rows and with 20,000; order by primary key, newest first."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as {"code", "detail", "field"?, "errors"?, "remedy"?, "extra"?}.

    `errors` maps a field to its messages; "" is the whole.
    """
    if isinstance(error, Http404):
        error = NotFound()
    if isinstance(error, DjangoPermissionDenied):
        error = PermissionDenied()
    if isinstance(error, DomainError):
        headers = {"Retry-After": "5"} if isinstance(error, Busy) else None
        return Response(_body(error), status=error.status, headers=headers)
    response = drf_exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    if isinstance(error, exceptions.ValidationError):
        response.data = {
            "code": Invalid.code,
            "detail": str(Invalid.message),
            "errors": _by_field(error.detail),
        }
    else:
        response.data = {"code": str(error.default_code).upper(), "detail": str(error.detail)}
    return response


def _by_field(detail: Any) -> dict[str, Any]:
    """What a serializer found, always by field; nested serializers stay nested."""
    if not isinstance(detail, dict):
        return {"": detail if isinstance(detail, list) else [detail]}
    return {"" if name == "non_field_errors" else name: found for name, found in detail.items()}


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

    def write(self, request: Request, work: Callable[[], Response]) -> Response:
        """Run `work` once per Idempotency-Key; without a key, just run it."""
        key = request.headers.get(IDEMPOTENCY_HEADER, "")
        if not key:
            return work()
        if len(key) > MAX_KEY_LENGTH:
            raise Invalid(
                _("An Idempotency-Key has at most %(count)s characters.")
                % {"count": MAX_KEY_LENGTH},
                code="IDEMPOTENCY_KEY_TOO_LONG",
            )
        record = self._identity(request, key)
        try:
            return _once(record, work)
        except IntegrityError as error:
            if "idempotency_once" not in str(error):
                raise
            return self._replay(record)
        except OperationalError as error:
            if pg_code(error) != LOCK_NOT_AVAILABLE:
                raise
            raise Busy() from error

    def is_repeated(self, request: Request) -> bool:
        """Whether a call with this key was answered before: `write` gives that answer and does nothing."""
        key = request.headers.get(IDEMPOTENCY_HEADER, "")
        actor = self._identity(request, key).actor
        return bool(key) and IdempotencyRecord.objects.filter(actor=actor, key=key).exists()

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
                _("The first call with this key has not finished."), code="IDEMPOTENCY_IN_PROGRESS"
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
                    "detail": _("This key was used for another request."),
                },
                status=status.HTTP_422_UNPROCESSABLE_ENTITY,
            )
        return Response(first.answer, status=first.status, headers={"Idempotent-Replay": "true"})


def purge_answers() -> int:
    """Delete the answers kept longer than KEEP_ANSWERS; their keys may be used again."""
    deleted, _by_model = IdempotencyRecord.objects.filter(
        created_at__lt=clock.now() - KEEP_ANSWERS
    ).delete()
    return deleted


def _once(record: IdempotencyRecord, work: Callable[[], Response]) -> Response:
    """The record, the work and the answer in one transaction: a refusal leaves no trace of either."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            # A second call with this key waits here for the first.
            cursor.execute("SET LOCAL lock_timeout = '5s'")
        record.save(force_insert=True)
        response = work()
        if response.status_code in NEVER_STORED or response.status_code >= 500:
            record.delete()
            return response
        record.status = response.status_code
        # Through the renderer, so that amounts and instants are kept as they were sent.
        record.answer = json.loads(JSONRenderer().render(response.data) or b"null")
        record.save(update_fields=["status", "answer"])
        return response
