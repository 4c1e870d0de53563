"""The API's manners: every refusal in one shape, every write once per Idempotency-Key."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.db import OperationalError, connection, transaction
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from bss.core.api import IdempotentView, exception_handler, purge_answers
from bss.core.errors import Busy, Conflict, Invalid, NotFound, PermissionDenied, StaleState
from bss.core.models import Counter, IdempotencyRecord
from bss.core.numbers import next_number

# Refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (NotFound(), 404, {"code": "NOT_FOUND"}),
        (Http404(), 404, {"code": "NOT_FOUND"}),
        (PermissionDenied(extra={"permission": "order.view"}), 403,
         {"code": "PERMISSION_DENIED", "extra": {"permission": "order.view"}}),
        (DjangoPermissionDenied(), 403, {"code": "PERMISSION_DENIED"}),
        (StaleState(), 409, {"code": "STALE_STATE"}),
        (Conflict("Two of them", code="TWICE", remedy="Take one away."), 409,
         {"code": "TWICE", "detail": "Two of them", "remedy": "Take one away."}),
        (Busy(), 503, {"code": "BUSY"}),
        (Invalid("Too long", field="name", code="TOO_LONG"), 400,
         {"code": "TOO_LONG", "field": "name", "errors": {"name": ["Too long"]}}),
        (Invalid(errors={"": ["Whole"], "name": ["Part"]}), 400,
         {"code": "INVALID", "errors": {"": ["Whole"], "name": ["Part"]}}),
        (exceptions.ValidationError({"name": ["Missing"]}), 400,
         {"code": "INVALID", "errors": {"name": ["Missing"]}}),
        (exceptions.ValidationError({"non_field_errors": ["Both"]}), 400, {"errors": {"": ["Both"]}}),
        (exceptions.ValidationError(["Bad"]), 400, {"errors": {"": ["Bad"]}}),
        (exceptions.ValidationError({"lines": [{}, {"sku": ["Unknown"]}]}), 400,
         {"errors": {"lines": [{}, {"sku": ["Unknown"]}]}}),
        (exceptions.NotAuthenticated(), 401, {"code": "NOT_AUTHENTICATED"}),
        (exceptions.AuthenticationFailed("Expired"), 401,
         {"code": "AUTHENTICATION_FAILED", "detail": "Expired"}),
        (exceptions.PermissionDenied(), 403, {"code": "PERMISSION_DENIED"}),
        (exceptions.MethodNotAllowed("PUT"), 405, {"code": "METHOD_NOT_ALLOWED"}),
        (exceptions.ParseError(), 400, {"code": "PARSE_ERROR"}),
        (exceptions.Throttled(wait=3), 429, {"code": "THROTTLED"}),
    ],
)  # fmt: skip
def test_every_refusal_has_one_shape(error, status, body):
    response = exception_handler(error, {})

    assert response.status_code == status
    assert {"code", "detail"} <= response.data.keys()
    assert response.data.keys() <= {"code", "detail", "field", "errors", "remedy", "extra"}
    assert isinstance(response.data["detail"], str)
    assert response.data["detail"]
    for name, value in body.items():
        assert response.data[name] == value


def test_whoever_is_asked_to_wait_is_told_how_long():
    assert exception_handler(Busy(), {})["Retry-After"] == "5"
    assert exception_handler(exceptions.Throttled(wait=3), {})["Retry-After"] == "3"


def test_a_fault_is_not_dressed_up_as_a_refusal():
    assert exception_handler(RuntimeError("secret"), {}) is None


# Writing once -----------------------------------------------------------------------------------------


class Caller(BaseAuthentication):
    """Whoever the test says."""

    def authenticate(self, request):
        return SimpleNamespace(), SimpleNamespace(pk=request.headers.get("X-Caller", "1"))


class Input(serializers.Serializer):
    seats = serializers.IntegerField()


class Orders(IdempotentView):
    """Gives out a number for each order; `refuse` in the query answers or raises something else."""

    authentication_classes = [Caller]
    permission_classes = []
    throttle_classes = []

    def post(self, request):
        data = Input(data=request.data)
        data.is_valid(raise_exception=True)
        return self.write(request, lambda: self.order(request))

    def order(self, request):
        number = next_number("T", 1)
        match request.query_params.get("refuse"):
            case "raise":
                raise Conflict(code="SOLD_OUT")
            case "fault":
                raise RuntimeError
            case None:
                body = {
                    "number": number,
                    "total": Decimal("10.50"),
                    "at": datetime(2026, 1, 1, tzinfo=UTC),
                }
                return Response(body, status=201)
            case status:
                return Response({"code": "X"}, status=int(status))


def post(body=None, *, key="k1", path="/orders/", caller="1", raw=None):
    factory, headers = APIRequestFactory(), {"X-Caller": caller}
    if key:
        headers["Idempotency-Key"] = key
    if raw is None:
        request = factory.post(path, body or {"seats": 1}, format="json", headers=headers)
    else:
        request = factory.post(path, raw, content_type="application/json", headers=headers)
    return Orders.as_view()(request).render()


def given_out():
    return Counter.objects.filter(kind="T").values_list("value", flat=True).first() or 0


def test_the_same_call_again_gets_the_same_answer_and_does_nothing(db):
    first, again = post(), post()

    assert (first.status_code, again.status_code) == (201, 201)
    assert json.loads(first.content) == json.loads(again.content)
    assert "Idempotent-Replay" not in first
    assert again["Idempotent-Replay"] == "true"
    assert given_out() == 1


def test_without_a_key_each_call_is_a_call(db):
    post(key="")
    post(key="")

    assert given_out() == 2
    assert IdempotencyRecord.objects.count() == 0


def test_a_key_belongs_to_its_caller(db):
    post(caller="1")
    post(caller="2")

    assert given_out() == 2


@pytest.mark.parametrize("change", [{"body": {"seats": 2}}, {"path": "/other/"}])
def test_a_key_used_for_something_else_is_refused(db, change):
    post()

    answer = post(**change)

    assert (answer.status_code, answer.data["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert given_out() == 1


@pytest.mark.parametrize("refusal", ["409", "429", "503", "500"])
def test_an_answer_that_may_change_leaves_the_key_free(db, refusal):
    assert post(path=f"/orders/?refuse={refusal}").status_code == int(refusal)

    assert IdempotencyRecord.objects.count() == 0


def test_a_refusal_that_stays_is_kept(db):
    post(path="/orders/?refuse=400")
    post(path="/orders/?refuse=400")

    assert IdempotencyRecord.objects.get().status == 400
    assert given_out() == 1


def test_a_refusal_raised_undoes_the_work_and_leaves_the_key_free(db):
    answer = post(path="/orders/?refuse=raise")

    assert (answer.status_code, answer.data["code"]) == (409, "SOLD_OUT")
    assert (given_out(), IdempotencyRecord.objects.count()) == (0, 0)
    assert post().status_code == 201


def test_a_fault_undoes_the_work_and_leaves_the_key_free(db):
    with pytest.raises(RuntimeError):
        post(path="/orders/?refuse=fault")

    assert (given_out(), IdempotencyRecord.objects.count()) == (0, 0)


def test_bad_input_uses_up_no_key(db):
    assert post({"seats": "many"}).status_code == 400
    assert post(raw="{not json").status_code == 400

    assert IdempotencyRecord.objects.count() == 0
    assert post().status_code == 201


def test_a_key_that_would_be_cut_is_refused(db):
    answer = post(key="k" * 256)

    assert (answer.status_code, answer.data["code"]) == (400, "IDEMPOTENCY_KEY_TOO_LONG")
    assert given_out() == 0


@pytest.mark.django_db(transaction=True)
def test_five_at_the_same_moment_are_one_write_and_five_equal_answers():
    barrier = threading.Barrier(5)
    answers = []

    def call():
        barrier.wait()
        answers.append(json.loads(post().content)["number"])
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 5
    assert len(set(answers)) == 1
    assert given_out() == 1


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_too_long_for_the_first_call_is_told_to_come_again():
    ready, done = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            IdempotencyRecord.objects.create(
                actor="1", key="k1", method="POST", path="/orders/", body_sha256="x"
            )
            ready.set()
            done.wait(20)
            transaction.set_rollback(True)
        connection.close()

    first = threading.Thread(target=slow)
    first.start()
    ready.wait(10)
    answer = post()
    done.set()
    first.join()

    assert (answer.status_code, answer.data["code"]) == (503, "BUSY")
    assert answer["Retry-After"] == "5"
    assert given_out() == 0


def test_another_trouble_of_the_database_is_not_called_busy(db, monkeypatch):
    def broken(self, request):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(Orders, "order", broken)

    with pytest.raises(OperationalError):
        post()


def test_answers_are_kept_for_a_week(db, travel):
    post()
    travel(timedelta(days=6))
    assert purge_answers() == 0
    assert post()["Idempotent-Replay"] == "true"

    travel(timedelta(days=2))
    assert purge_answers() == 1
    assert post().status_code == 201
    assert given_out() == 2
