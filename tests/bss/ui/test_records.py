"""Record and form screens."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.contrib.messages import get_messages

from bss.core import history
from bss.core.actor import Actor
from bss.core.errors import NotFound, PermissionDenied
from bss.core.models import Run
from bss.ui import slots, timeline
from bss.ui.slots import Action, AttentionSource, Panel, TabItem
from tests.bss.ui.screens import Attention, Confirm, RunDetail, RunEdit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_scope")]

detail = RunDetail.as_view()
edit = RunEdit.as_view()


def body(response) -> str:
    return response.content.decode()


@pytest.fixture
def run(runs) -> Run:
    return runs(1)[0]


@pytest.fixture
def in_slot():
    """Put an item into a slot for one test."""
    placed = []

    def place(slot, item):
        slots.register(slot, item)
        placed.append((slot, item))

    yield place
    for slot, item in placed:
        slots.unregister(slot, item)


def test_a_record_shows_name_state_facts_attention_and_history(run, clerk, request_by):
    history.record(run, actor=clerk, action="run.edited", changes={"title": ["Old", "New"]})
    html = body(detail(request_by(clerk, "/"), public_id=run.public_id))
    for text in (
        "Import 0000",
        "Waiting",
        "It is late",
        'href="/jobs/"',
        "Run edited",
        "Ines Kamara",
        "<del>Old</del>",
    ):
        assert text in html
    assert "Inside" in html


def test_a_record_of_somebody_else_is_not_found(clerk, request_by):
    with pytest.raises(NotFound):
        detail(request_by(clerk, "/"), public_id="nothing")


def test_slots_bring_actions_panels_tabs_and_attention_without_naming_anybody(
    run, clerk, request_by, in_slot
):
    in_slot(
        "test.run.actions",
        Action(
            "Stop it",
            "run",
            permission="run.edit",
            kind="primary",
            method="post",
            confirm=lambda subject: Confirm(f"Stop {subject.title}?", "It cannot go on."),
        ),
    )
    in_slot("test.run.actions", Action("Never", "run", permission="run.never"))
    in_slot("test.run.actions", Action("Not now", "run", visible=lambda actor, subject: False))
    in_slot(
        "test.run.panels",
        Panel("ui/_empty.html", lambda request, subject: {"state": {"title": "A panel"}}),
    )
    in_slot("test.run.panels", Panel("ui/_empty.html", lambda request, subject: None))
    in_slot(
        "test.run.tabs",
        TabItem("more", "More", "ui/_empty.html", lambda r, s: {"state": {"title": "In the tab"}}),
    )
    in_slot(
        "test.run.attention",
        AttentionSource(lambda request, subject: [Attention("Brought by a slot")]),
    )
    html = body(detail(request_by(clerk, "/"), public_id=run.public_id))
    assert "Stop Import 0000?" in html
    assert f'action="/runs/{run.public_id}/"' in html
    assert "A panel" in html
    assert html.count('class="empty"') == 1
    assert "Brought by a slot" in html
    assert "Never" not in html
    assert "Not now" not in html
    assert "In the tab" not in html
    assert "In the tab" in body(detail(request_by(clerk, "/?tab=more"), public_id=run.public_id))


def test_the_timeline_is_filtered_by_kind_and_joined_by_sources(run, clerk, request_by, in_slot):
    history.record(run, actor=clerk, action="run.edited")
    history.record(run, actor=Actor(kind="system", label="Tradewind"), action="run.finished")
    in_slot(
        "test.run.timeline",
        timeline.TimelineSource(
            lambda request, subject: [
                timeline.Entry(subject.created_at, "Adobe", "Asked the vendor", kind="exchange")
            ]
        ),
    )
    everything = timeline.timeline(request_by(clerk), "test.run", run)
    assert [entry.title for entry in everything] == [
        "Run finished",
        "Run edited",
        "Asked the vendor",
    ]
    assert [
        e.title for e in timeline.timeline(request_by(clerk), "test.run", run, kind="staff")
    ] == ["Run edited"]


def test_an_action_can_be_named(run, clerk):
    timeline.describe("run.named_in_a_test", "Named", kind="order", tone="success")
    entry = timeline.entry_of(
        history.record(run, actor=clerk, action="run.named_in_a_test", reason="Because")
    )
    assert (entry.title, entry.kind, entry.tone, entry.detail) == (
        "Named",
        "order",
        "success",
        "Because",
    )


def test_an_action_can_say_of_what(run, clerk):
    timeline.describe("run.used_in_a_test", "Used for %(what)s", what=timeline.changed_field)
    changes = {"INV-2026-000123": [None, "24.00"]}
    entry = timeline.entry_of(
        history.record(run, actor=clerk, action="run.used_in_a_test", changes=changes)
    )
    assert entry.title == "Used for INV-2026-000123"
    # A number keeps its capitals.
    assert entry.changes == {"INV-2026-000123": (None, "24.00")}


def test_an_edit_page_holds_the_present_values(run, clerk, request_by):
    html = body(edit(request_by(clerk, "/"), public_id=run.public_id))
    assert 'value="Import 0000"' in html
    assert "data-guard" in html


def test_saving_calls_the_service_once_and_says_so(run, clerk, request_by):
    request = request_by(clerk, "/", post={"title": "Renamed", "step": "2"})
    response = edit(request, public_id=run.public_id)
    assert (response.status_code, response.url) == (302, f"/runs/{run.public_id}/")
    assert [str(message) for message in get_messages(request)] == ["Saved."]
    assert Run.objects.get().title == "Renamed"


def test_mistakes_keep_the_input_and_lead_to_the_field(run, clerk, request_by):
    response = edit(
        request_by(clerk, "/", post={"title": "", "step": "kept"}), public_id=run.public_id
    )
    html = body(response)
    assert response.status_code == 400
    assert 'value="kept"' in html
    assert '<a href="#id_title">Title</a>' in html
    tag = re.search(r'<input[^>]*name="title"[^>]*>', html)[0]
    assert 'aria-invalid="true"' in tag
    assert 'aria-describedby="id_title-error"' in tag
    assert Run.objects.get().title == "Import 0000"


def test_a_refusal_of_the_service_stands_on_its_field_with_the_remedy(run, clerk, request_by):
    response = edit(request_by(clerk, "/", post={"title": "taken"}), public_id=run.public_id)
    html = body(response)
    assert response.status_code == 400
    assert html.count("This title is taken.") == 2  # in the summary and at the field
    assert "Choose another one." in html


def test_a_record_changed_meanwhile_is_not_overwritten_silently(run, clerk, request_by):
    run.version = 3
    view = RunEdit()
    view.get_object = lambda: run
    view.setup(
        request_by(clerk, "/", post={"title": "Mine", "version": "2"}), public_id=run.public_id
    )
    response = view.dispatch(view.request)
    html = body(response)
    assert response.status_code == 400
    assert "Somebody changed this record" in html
    assert 'name="version" value="3"' in html
    assert Run.objects.get().title == "Import 0000"


def test_the_next_address_is_followed_only_within_this_host(run, clerk, request_by):
    inside = edit(
        request_by(clerk, "/", post={"title": "A", "next": "/runs/"}), public_id=run.public_id
    )
    outside = edit(
        request_by(clerk, "/", post={"title": "B", "next": "//evil.example/"}),
        public_id=run.public_id,
    )
    assert inside.url == "/runs/"
    assert outside.url == f"/runs/{run.public_id}/"


def test_without_the_permission_nothing_is_saved(run, outsider, request_by):
    with pytest.raises(PermissionDenied):
        edit(request_by(outsider, "/", post={"title": "Mine"}), public_id=run.public_id)
    assert Run.objects.get().title == "Import 0000"


def test_whoever_looks_through_a_customers_eyes_saves_nothing(run, clerk, request_by):
    viewing = replace(clerk, read_only=True, viewed_by="Ines")
    with pytest.raises(PermissionDenied) as refusal:
        edit(request_by(viewing, "/", post={"title": "Mine"}), public_id=run.public_id)
    assert refusal.value.code == "VIEW_ONLY"
    assert edit(request_by(viewing, "/"), public_id=run.public_id).status_code == 200
    assert Run.objects.get().title == "Import 0000"
