"""Seats that a service manager holds: asked before a change is shown or ordered, and told on its field."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bss.core.actor import SYSTEM
from bss.orders.models import Order
from bss.subscriptions.contracts import Bound
from bss.subscriptions.errors import SeatsBound
from bss.subscriptions.models import ScheduledChange
from bss.subscriptions.services import change_confirm, change_preview, change_request, term_renew

HELD = Bound(4, "The vendor holds 4 of these.")


def wished(active, kind, **values):
    return {"subscription": active, "kind": kind, **values}


@pytest.mark.parametrize(
    ("kind", "values", "asked", "field"),
    [
        ("quantity", {"quantity": 3}, (5, 3, False), "quantity"),
        ("quantity", {"quantity": 3, "when": "period_end"}, (5, 3, True), "quantity"),
        ("cancel", {}, (5, 0, False), "when"),
        ("cancel", {"when": "period_end"}, (5, 0, True), "when"),
        ("renewal", {"quantity": 3}, (5, 3, True), "quantity"),
        ("renewal", {"renews": False}, (5, 0, True), "renews"),
    ],
)
def test_what_takes_seats_away_is_refused_on_its_field_before_anything_is_written(
    active, scripted, staff, kind, values, asked, field
):
    scripted.script["bound"] = [HELD]
    before = Order.everywhere.count()

    for ask in (change_preview, change_request, change_confirm):
        more = {} if ask is change_preview else {"source": "portal"}
        with pytest.raises(SeatsBound) as refusal:
            ask(actor=staff.actor, **wished(active, kind, **values), **more)
        assert (refusal.value.errors, refusal.value.extra) == (
            {field: [HELD.message]},
            {"least": 4},
        )

    told = [reduction for _, reduction in scripted.asked("bound")]
    assert {(r.held, r.left, r.is_next_term) for r in told} == {asked}
    assert {(r.sku, r.customer_id) for r in told} == {("desk-1", active.customer_id)}
    assert (Order.everywhere.count(), ScheduledChange.everywhere.count()) == (before, 0)
    assert scripted.asked("provision") == []


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("quantity", {"quantity": 6}),
        ("renewal", {"quantity": 6}),
        ("suspend", {"reason": "Unpaid"}),
    ],
)
def test_what_takes_none_away_is_not_asked_about(active, scripted, staff, kind, values):
    scripted.script["bound"] = [HELD]

    change_request(actor=staff.actor, source="portal", **wished(active, kind, **values))

    assert scripted.asked("bound") == []


def test_less_than_was_asked_for_the_next_term_already_is_what_goes(active, scripted, staff):
    change_request(actor=staff.actor, source="portal", **wished(active, "renewal", quantity=8))
    active.refresh_from_db()

    change_request(actor=staff.actor, source="portal", **wished(active, "renewal", quantity=6))

    [(_, reduction)] = scripted.asked("bound")
    assert (reduction.held, reduction.left) == (8, 6)


def test_a_service_manager_is_told_no_secret_and_need_not_be_active(active, scripted, staff):
    change_preview(actor=staff.actor, **wished(active, "cancel"))

    [(instance, _)] = scripted.asked("bound")
    assert instance.settings == {"address": "https://vendor.example"}


def test_what_was_decided_before_goes_to_the_vendor(active, scripted, staff, run_jobs, travel):
    """The seats of the next term were allowed when they were asked for: the vendor has the last word on the day."""
    change_request(actor=staff.actor, source="portal", **wished(active, "renewal", quantity=3))
    scripted.script["bound"] = [HELD]
    active.refresh_from_db()
    travel(active.ends_at - active.started_at + timedelta(minutes=1))

    term_renew(subscription=active, actor=SYSTEM)
    run_jobs()

    assert [call.target.quantity for call in scripted.asked("provision")] == [3]
