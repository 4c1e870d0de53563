"""The portal's home: what needs somebody, in the same word and the same number as the lists it leads to."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import OperationalError

from bss.core import clock, jobs
from bss.core.actor import SYSTEM
from bss.core.models import Job, JobState
from bss.orders.models import Order
from bss.orders.services import line_ask, line_fail, order_execute, order_place
from bss.portal.tables import WORK
from bss.subscriptions.choices import SyncStatus
from bss.subscriptions.models import Subscription
from bss.subscriptions.services import subscription_fail
from bss.ui import slots
from bss.ui.slots import NavItem
from servicemanager.choices import ProvisioningState
from servicemanager.models import ProvisioningJob
from tests.factories.orders import make_draft, make_product, make_subscription, make_type
from tests.pages import portal

pytestmark = pytest.mark.usefixtures("at_distributor")

NAMES = ("orders:list", "servicemanager:jobs", "subscriptions:list", "portal:jobs")


def test_each_page_of_setup_stands_under_a_heading(staff):
    html = staff.client.get(portal("portal:setup")).content.decode()
    sheet = html[html.index("<main") : html.index("</main>")]
    assert re.findall(r"<h2>([^<]*)</h2>", sheet) == [
        "Organization and people", "Services", "Orders", "Billing", "Operation",
    ]  # fmt: skip


def test_staff_who_ask_for_what_is_not_there_keep_the_navigation(staff, client):
    lost = portal("accounts:detail", "nowhere")
    for path in (lost, f"{lost}nothing/at/all/"):
        answer = staff.client.get(path)
        assert answer.status_code == 404
        assert f'href="{portal("orders:list")}"' in answer.content.decode()
    stranger = client.get(f"{lost}nothing/at/all/")
    assert stranger.status_code == 404
    assert portal("orders:list") not in stranger.content.decode()


def test_what_is_not_there_is_told_without_a_frame_while_the_frame_is_broken(staff):
    def unanswered(_request):
        raise OperationalError

    broken = NavItem("Broken", "portal:home", count=unanswered)
    slots.register("portal.nav", broken)
    staff.client.raise_request_exception = False
    try:
        answer = staff.client.get(portal("accounts:detail", "nowhere"))
    finally:
        slots.unregister("portal.nav", broken)
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
    assert "<nav" not in answer.content.decode()


def test_background_work_is_told_in_words(staff, distributor):
    apps = {kind.partition(".")[0] for kind in WORK}
    assert set(WORK) == {kind for kind in jobs.kinds() if kind.partition(".")[0] in apps}
    for state, error in ((JobState.DEAD, "ValueError: no"), (JobState.READY, "")):
        Job.objects.create(
            kind="subscriptions.term_renew", key=state, state=state, last_error=error,
            subject_type="subscriptions.subscription", scope=distributor.scope,
        )  # fmt: skip

    html = staff.client.get(portal("portal:jobs")).content.decode()

    assert html.count("Renew a subscription, or end it</td>") == 2
    assert "subscriptions." not in html[html.index("<main") :]
    assert html.count("has given up") == 1
    assert "ValueError: no" in html


@pytest.fixture
def busy(at_distributor, staff, reseller, distributor, run_jobs):
    """Of each list some rows that need staff and some that do not; how many of each need somebody."""
    account, product = reseller.account, make_product(distributor)
    manual = make_product(distributor, type=make_type(distributor, automatic=False))
    _orders(staff, account, product, manual)
    to_deliver = [make_subscription(account, product, active=False) for _ in range(2)]
    run_jobs()
    jobs = ProvisioningJob.objects.filter(subscription__in=to_deliver)
    assert {job.state for job in jobs} == {ProvisioningState.IN_PROGRESS}
    for state in ("failed", "failed", "unknown", "succeeded", "abandoned", "queued"):
        _provisioning(jobs[0], make_subscription(account, product), state)
    refused = make_subscription(account, product, active=False)
    subscription_fail(subscription=refused, code="NO", text="Refused.", actor=SYSTEM)
    changed = make_subscription(account, product)
    Subscription.objects.filter(pk=changed.pk).update(sync_status=SyncStatus.FAILED)
    Job.objects.all().delete()
    for number, state in enumerate((JobState.DEAD, JobState.DEAD, JobState.READY)):
        _job(distributor, number, state)


def _orders(staff, account, product, manual):
    """A draft, one to execute, one of next month, one with a question, one that failed."""
    make_draft(account, manual)
    order_place(order=make_draft(account, manual), actor=staff.actor)
    later = make_draft(account, manual)
    order_place(order=later, actor=staff.actor)
    Order.objects.filter(pk=later.pk).update(due_at=clock.now() + timedelta(days=30))
    asked = order_execute(order=make_draft(account, product), actor=SYSTEM).lines.get()
    line_ask(line=asked, code="TAKEN", text="Taken.", field="alias", actor=SYSTEM)
    failed = order_execute(order=make_draft(account, product), actor=SYSTEM).lines.get()
    line_fail(line=failed, code="NO", text="Refused.", actor=SYSTEM)


def _provisioning(like, subscription, state):
    values = {f.attname: getattr(like, f.attname) for f in like._meta.concrete_fields}
    for name in ("id", "public_id"):
        del values[name]
    given = {
        "subscription_id": subscription.pk,
        "idempotency_key": subscription.public_id,
        "state": state,
        "scope": subscription.scope,
    }
    ProvisioningJob.everywhere.create(**{**values, **given})


def _job(organization, number, state):
    Job.objects.create(
        kind="provisioning.step",
        key=f"work {number}",
        state=state,
        scope=organization.scope,
        organization_id=organization.pk,
        due_at=clock.now() + timedelta(days=1),
    )


def rows_of(staff, url):
    answer = staff.client.get(url)
    assert answer.status_code == 200
    current = re.findall(r'aria-current="page">([^<]+)</a>', answer.content.decode())
    return len(list(answer.context["rows"])), current


@pytest.mark.usefixtures("busy")
def test_each_tile_counts_the_rows_of_the_view_it_leads_to_and_both_say_needs_you(staff):
    home = staff.client.get(portal("portal:home"))
    assert "Needs you now" in home.content.decode()
    tiles = {tile.url: tile.value for tile in home.context["needs"]}
    assert list(tiles) == [f"{portal(name)}?view=needs" for name in NAMES]

    shown = {url: rows_of(staff, url) for url in tiles}
    assert {url: count for url, (count, _words) in shown.items()} == tiles
    assert all("Needs you" in words for _count, words in shown.values())
    assert all(
        rows_of(staff, portal(name))[0] > tiles[f"{portal(name)}?view=needs"] for name in NAMES
    )


@pytest.mark.usefixtures("busy")
def test_the_tiles_have_the_numbers_of_the_navigation(staff):
    home = staff.client.get(portal("portal:home"))
    page = home.content.decode().split("<main")[0]
    tiles = [tile.value for tile in home.context["needs"]]
    links = [page.split(f'href="{portal(name)}"')[1].split("</a>")[0] for name in NAMES[:3]]
    counted = [int(re.search(r'<span class="count">(\d+)<', link)[1]) for link in links]
    assert counted == tiles[:3]
    # The refused subscription's order failed with it; the two orders that were executed are to be delivered, too.
    assert tiles == [4, 7, 2, 2]


def test_an_order_has_the_same_badge_at_home_and_in_the_list(staff, reseller, distributor):
    line = order_execute(
        order=make_draft(reseller.account, make_product(distributor)), actor=SYSTEM
    ).lines.get()
    line_ask(line=line, code="TAKEN", text="Taken.", field="alias", actor=SYSTEM)
    for name in ("portal:home", "orders:list"):
        page = staff.client.get(portal(name)).content.decode().split("<main")[1]
        assert "Needs input" in page


def test_where_nothing_needs_anybody_home_says_so(staff):
    page = staff.client.get(portal("portal:home"))
    assert "Nothing needs you." in page.content.decode()
    assert page.context["needs"] == []
