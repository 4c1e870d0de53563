"""The page of long work."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bss.core import clock
from bss.core.errors import Invalid, NotFound
from bss.core.models import Run, RunLine, RunState
from bss.core.scope import Scope, activate
from bss.ui.generic import RunView

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_scope")]


class RunPage(RunView):
    permission = "run.view"


view = RunPage.as_view()


@pytest.fixture
def running(runs) -> Run:
    run = runs(1, state=RunState.RUNNING, total=40, failures=1, cancellable=True, step="Storing")[0]
    Run.objects.filter(pk=run.pk).update(done=20, started_at=clock.now() - timedelta(seconds=10))
    RunLine.objects.create(run=run, text="Read the file")
    RunLine.objects.create(run=run, text="No country", row=7, level=RunLine.Level.ERROR)
    return run


def body(response) -> str:
    return response.content.decode()


def test_it_shows_counts_rate_and_log_and_refreshes_itself(running, clerk, request_by):
    html = body(view(request_by(clerk), public_id=running.public_id))
    for text in (
        "20 of 40",
        "1 failed",
        "2 a second",
        "Row 7:",
        "No country",
        "Read the file",
        "every 2s",
    ):
        assert text in html, text


def test_a_refresh_is_the_inside_alone(running, clerk, request_by):
    html = body(view(request_by(clerk, htmx=True), public_id=running.public_id))
    assert "<html" not in html
    assert "20 of 40" in html


def test_the_log_can_be_narrowed_to_problems(running, clerk, request_by):
    html = body(view(request_by(clerk, "/?log=problems"), public_id=running.public_id))
    assert "No country" in html
    assert "Read the file" not in html


def test_stopping_asks_the_run_once(running, clerk, request_by):
    assert (
        view(request_by(clerk, post={"do": "cancel"}), public_id=running.public_id).status_code
        == 302
    )
    assert Run.objects.get().cancel_requested
    html = body(view(request_by(clerk), public_id=running.public_id))
    assert "stops at the next safe point" in html
    assert 'value="cancel"' not in html


def test_a_finished_run_rests(running, clerk, request_by):
    Run.objects.update(state=RunState.SUCCEEDED, finished_at=clock.now())
    html = body(view(request_by(clerk), public_id=running.public_id))
    refresh = view(request_by(clerk, htmx=True), public_id=running.public_id)
    assert refresh["HX-Refresh"] == "true"
    assert "every 2s" not in html
    assert 'name="do"' not in html


def test_an_unknown_action_changes_nothing(running, clerk, request_by):
    with pytest.raises(Invalid):
        view(request_by(clerk, post={"do": "explode"}), public_id=running.public_id)
    assert not Run.objects.get().cancel_requested


def test_a_run_elsewhere_is_not_found(running, clerk, request_by):
    with activate(Scope.of_organization(99)), pytest.raises(NotFound):
        view(request_by(clerk), public_id=running.public_id)
