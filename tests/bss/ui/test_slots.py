"""Slots: what apps put on a surface, in order, for whom."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.urls import NoReverseMatch, clear_script_prefix, reverse, set_script_prefix

from bss.core.actor import Actor
from bss.ui import slots
from bss.ui.slots import Action, Figure, NavItem


@pytest.fixture
def slot():
    name = "test.slot"
    yield name
    slots._registry.pop(name, None)


def test_items_come_in_order_and_only_once(slot, clerk):
    late, early = Figure(lambda r: 2, order=200), Figure(lambda r: 1, order=10)
    slots.register(slot, late, early)
    slots.register(slot, late)
    assert slots.items(slot, clerk, Figure) == [early, late]


def test_an_item_without_the_permission_is_not_there(slot, clerk, nobody):
    item = Figure(lambda r: 1, permission="run.view")
    slots.register(slot, item)
    assert slots.items(slot, clerk, Figure) == [item]
    assert slots.items(slot, nobody, Figure) == []


def test_an_empty_slot_is_empty(clerk):
    assert slots.items("nobody.registered", clerk, Figure) == []


def test_an_action_leads_to_its_subject_by_public_id(slot, clerk, request_by):
    slots.register(
        slot, Action("Open", "run"), Action("Elsewhere", lambda subject: f"/x/{subject.pk}")
    )
    subject = SimpleNamespace(public_id="bcd", pk=5)
    assert [b.url for b in slots.buttons(slot, request_by(clerk), subject)] == [
        "/runs/bcd/",
        "/x/5",
    ]


def test_navigation_groups_by_section_and_marks_the_present_page(slot, clerk, request_by):
    slots.register(
        slot,
        NavItem("Runs", "runs", section="Work", count=lambda request: 3, matches=("run",)),
        NavItem("Design", "ui:gallery", section="Setup", order=200),
        NavItem("Hidden", "runs", permission="run.never"),
        NavItem("Invisible", "runs", visible=lambda actor: False),
    )
    request = request_by(clerk, "/runs/bcd/")
    request.resolver_match = SimpleNamespace(view_name="run")
    sections = slots.navigation(slot, request)
    assert [(s["section"], len(s["links"])) for s in sections] == [("Work", 1), ("Setup", 1)]
    first = sections[0]["links"][0]
    assert (first["url"], first["current"], first["count"]()) == ("/runs/", True, 3)
    assert sections[1]["links"][0]["current"] is False


def test_the_longest_address_is_current_when_no_name_says_so(slot, request_by):
    slots.register(slot, NavItem("Runs", "runs"), NavItem("Design", "ui:gallery"))
    everyone = Actor(kind="staff", label="x")
    links = slots.navigation(slot, request_by(everyone, "/design/list/"))[0]["links"]
    assert [link["current"] for link in links] == [False, True]

    request = request_by(everyone, "/design/list/")
    slots.stand_under(request, "/runs/")
    links = slots.navigation(slot, request)[0]["links"]
    assert [link["current"] for link in links] == [True, False]


def test_a_page_of_a_subject_is_that_of_its_surface():
    subject = SimpleNamespace(public_id="k7m2n9p4q8r3s6")
    found = [slots.url_of("run", subject)]
    set_script_prefix("/northwind/")
    found.append(slots.url_of("run", subject))
    clear_script_prefix()
    found.append(slots.url_of("run", subject))

    page = reverse("run", args=[subject.public_id])
    assert found == [page, f"/northwind{page}", page]
    odd = SimpleNamespace(public_id="a-b")
    assert slots.url_of("run", odd) == reverse("run", args=["a-b"])
    with pytest.raises(NoReverseMatch):
        slots.url_of("nowhere", subject)
