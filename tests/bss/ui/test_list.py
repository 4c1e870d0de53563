"""A list screen: its table, filters, search, saved views, bulk actions, columns and partial answers."""

from __future__ import annotations

import re

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bss.core.actor import Actor
from bss.core.errors import Invalid, PermissionDenied
from bss.core.models import Run, RunState
from bss.ui.tables import Column, Table
from tests.bss.ui.screens import RunList

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_scope")]

view = RunList.as_view()


def body(response) -> str:
    return response.content.decode()


def titles(response) -> list[str]:
    return re.findall(r"Import \d{4}(?=</a>)", body(response))


def test_the_list_shows_fifty_rows_and_leads_to_the_next(runs, clerk, request_by):
    runs(60)
    first = view(request_by(clerk, "/runs/?sort=title"))
    assert titles(first) == [f"Import {n:04d}" for n in range(50)]
    following = re.search(r'rel="next" href="([^"]+)"', body(first))
    rest = view(request_by(clerk, "/runs/" + following[1].replace("&amp;", "&")))
    assert titles(rest) == [f"Import {n:04d}" for n in range(50, 60)]
    assert 'rel="next"' not in body(rest)


def test_the_number_of_queries_does_not_grow_with_rows(runs, clerk, request_by):
    runs(3)
    with CaptureQueriesContext(connection) as few:
        view(request_by(clerk, "/runs/"))
    runs(400)
    with CaptureQueriesContext(connection) as many:
        view(request_by(clerk, "/runs/"))
    assert len(few) == 1
    assert len(many) == 2  # the page, and a count that stops at its cap


def test_text_in_rows_is_escaped(runs, clerk, request_by):
    runs(1)
    Run.objects.update(title="<i>A & B</i>", error="<script>")
    shown = body(
        view(request_by(clerk, "/runs/", session={RunList().columns_key(): ["title", "error"]}))
    )

    assert shown.count("&lt;i&gt;A &amp; B&lt;/i&gt;</a></td>") == 1
    assert 'aria-label="Select &lt;i&gt;A &amp; B&lt;/i&gt;"' in shown
    assert '<td role="cell" class="start" data-label="Error">&lt;script&gt;</td>' in shown


def test_a_number_stays_on_one_line(runs, clerk, request_by):
    class Numbered(Table):
        number = Column("title", "Number", kind="whole", link=True)
        error = Column("error", "Error")

    row = next(Numbered(request_by(clerk)).rows(runs(1)))

    assert row.cells.startswith('<td role="cell" class="start lead nowrap" data-label="Number">')
    assert row.cells.count("nowrap") == 1


def test_anonymous_people_are_sent_to_the_login(nobody, request_by):
    response = view(request_by(nobody, "/runs/?q=x"))
    assert response.status_code == 302
    assert response.url == "/account/login/?next=/runs/%3Fq%3Dx"


def test_an_actor_without_the_permission_is_refused(outsider, request_by):
    with pytest.raises(PermissionDenied) as refusal:
        view(request_by(outsider, "/runs/"))
    assert refusal.value.extra == {"permission": "run.view"}


def test_a_visitor_sees_what_its_actor_is_permitted(runs, request_by):
    runs(1)
    visitor = Actor(kind="anonymous", label="", permissions=frozenset({"run.view"}))
    assert view(request_by(visitor, "/runs/")).status_code == 200


def test_search_and_filters_narrow_and_become_chips(runs, clerk, request_by):
    runs(5)
    runs(2, state=RunState.FAILED)
    response = view(request_by(clerk, "/runs/?q=0001&state=failed"))
    assert titles(response) == ["Import 0001"]
    assert '<span class="chip-name">State</span> Failed' in body(response)
    assert 'href="?q=0001"' in body(response)


def test_a_saved_view_is_a_set_of_filters_that_a_chip_takes_away(runs, clerk, request_by):
    runs(2)
    runs(1, state=RunState.FAILED)
    response = view(request_by(clerk, "/runs/?view=failed"))
    assert len(titles(response)) == 1
    assert '<a href="?view=failed" aria-current="page">Failed</a>' in body(response)
    assert 'class="chip" href="?"' in body(response)


def test_nothing_matching_differs_from_nothing_there(runs, clerk, request_by):
    empty = body(view(request_by(clerk, "/runs/")))
    assert "No runs yet" in empty
    assert 'href="/import/"' in empty
    runs(1)
    assert "Nothing matches" in body(view(request_by(clerk, "/runs/?q=zzz")))


def test_a_partial_request_gets_the_results_alone(runs, clerk, request_by):
    runs(1)
    response = view(request_by(clerk, "/runs/", htmx=True))
    assert "<html" not in body(response)
    assert titles(response) == ["Import 0000"]
    assert "HX-Request" in response["Vary"]


def test_sorting_marks_the_column_and_offers_the_other_way(runs, clerk, request_by):
    runs(3)
    html = body(view(request_by(clerk, "/runs/?sort=-title")))
    assert 'aria-sort="descending"' in html
    assert 'href="?sort=title"' in html
    assert titles(view(request_by(clerk, "/runs/?sort=-title"))) == [
        "Import 0002",
        "Import 0001",
        "Import 0000",
    ]


def test_an_unknown_sort_is_the_default(runs, clerk, request_by):
    runs(2)
    assert len(titles(view(request_by(clerk, "/runs/?sort=password")))) == 2


def test_columns_are_chosen_and_remembered(runs, clerk, request_by):
    runs(1)
    asked = request_by(
        clerk, "/runs/", post={"columns_set": "1", "columns": ["title", "error", "nonsense"]}
    )
    assert view(asked).status_code == 302
    html = body(view(request_by(clerk, "/runs/", session=asked.session)))
    assert 'data-label="Error"' in html
    assert 'data-label="State"' not in html


def test_totals_are_of_the_rows_shown(runs, clerk, request_by):
    runs(7)
    html = body(view(request_by(clerk, "/runs/")))
    assert re.search(r'<td role="cell" class="end">.*?<div>21</div>', html)


def test_a_bulk_action_asks_first_and_changes_nothing_yet(runs, clerk, request_by):
    made = runs(3)
    request = request_by(
        clerk, "/runs/", post={"bulk": "stop", "ids": [made[0].public_id, made[1].public_id]}
    )
    html = body(view(request))
    assert "Stop 2 runs?" in html
    assert html.count('name="ids"') == 2
    assert Run.objects.filter(cancel_requested=True).count() == 0


def test_a_confirmed_bulk_action_reports_the_refused(runs, clerk, request_by):
    queued, done = runs(1)[0], runs(1, state=RunState.SUCCEEDED)[0]
    runs(1)
    request = request_by(
        clerk,
        "/runs/",
        post={"bulk": "stop", "confirmed": "1", "ids": [queued.public_id, done.public_id]},
    )
    assert view(request).status_code == 302
    assert [str(m) for m in get_messages(request)] == [
        "Stop: 1 row done.",
        "Import 0000: not waiting",
    ]
    assert Run.objects.filter(cancel_requested=True).count() == 1


def test_everything_that_matches_keeps_the_filter(runs, clerk, request_by):
    runs(4)
    runs(2, state=RunState.FAILED)
    request = request_by(
        clerk, "/runs/?state=queued", post={"bulk": "stop", "confirmed": "1", "everything": "on"}
    )
    view(request)
    assert Run.objects.filter(cancel_requested=True).count() == 4


@pytest.mark.parametrize("action", ["hidden", "unknown"])
def test_a_bulk_action_without_permission_does_not_exist(runs, clerk, request_by, action):
    made = runs(1)
    with pytest.raises(Invalid):
        view(
            request_by(
                clerk, "/runs/", post={"bulk": action, "confirmed": "1", "ids": [made[0].public_id]}
            )
        )
    assert Run.objects.filter(cancel_requested=True).count() == 0
