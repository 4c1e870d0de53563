"""The mail log in the portal: what staff see, and what they may do with it."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.conf import settings
from django.urls import set_urlconf

from bss.accounts.choices import StaffRole
from bss.core import scope
from bss.core.models import Job
from bss.ui import slots
from bss.ui.timeline import timeline
from notifications import kinds
from notifications.models import Delivery
from tests.conftest import person_of_staff
from tests.factories.accounts import OrganizationFactory, make_staff
from tests.factories.notifications import make_delivery
from tests.factories.orders import make_product, place

LINK = kinds.PASSWORD_RESET.sample["link"]


@pytest.fixture
def delivery(distributor):
    return make_delivery(distributor)


PATHS = {
    "list": "",
    "detail": "{}/",
    "preview": "{}/preview/",
    "resend": "{}/resend/",
    "hurry": "{}/now/",
}


def at(name, delivery=None):
    return "/portal/mail/" + PATHS[name].format(delivery and delivery.public_id)


def marked(delivery, state, **values):
    Delivery.everywhere.filter(pk=delivery.pk).update(state=state, **values)
    return delivery


def test_the_log_lists_what_was_written(staff, delivery):
    page = staff.client.get(at("list")).content.decode()

    assert "Order SO-2026-000123 placed" in page
    assert "eleni@aegean.example" in page
    assert "Order confirmation" in page


@pytest.mark.parametrize(
    ("view", "state"), [("failed", "failed"), ("waiting", "queued"), ("sent", "sent")]
)
def test_a_saved_view_shows_its_own(staff, distributor, view, state):
    for each in ("queued", "sent", "failed"):
        marked(make_delivery(distributor, recipient=f"{each}@example.org"), each)

    page = staff.client.get(at("list"), {"view": view}).content.decode()

    for each in ("queued", "sent", "failed"):
        assert (f"{each}@example.org" in page) is (each == state)


def test_the_log_costs_the_same_with_two_rows_and_with_forty(
    staff, distributor, django_assert_max_num_queries
):
    for _ in range(40):
        make_delivery(distributor)

    with django_assert_max_num_queries(15):
        assert staff.client.get(at("list")).status_code == 200


def test_a_record_says_what_happened_and_shows_the_words(staff, delivery):
    marked(delivery, "failed", last_error="The mail server answered 550: no such user")

    page = staff.client.get(at("detail", delivery)).content.decode()

    assert "The mail server answered 550: no such user" in page
    assert f'src="{at("preview", delivery)}"' in page
    assert "<iframe" in page
    assert "sandbox" in page
    assert "PO-7731" in page


def test_the_preview_runs_nothing_and_may_be_framed_by_us_alone(staff, delivery):
    answer = staff.client.get(at("preview", delivery))

    assert answer.content.decode() == delivery.html
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_no_other_page_lets_itself_be_framed(staff, delivery):
    answer = staff.client.get(at("detail", delivery))

    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


def test_staff_never_read_a_personal_link(staff, distributor):
    sealed = make_delivery(
        distributor, kind=kinds.PASSWORD_RESET, context=kinds.PASSWORD_RESET.sample
    )

    pages = [
        staff.client.get(at(name, sealed)).content.decode() for name in ("detail", "preview")
    ] + [staff.client.get(at("list") + "?export=csv").getvalue().decode()]

    for page in pages:
        assert LINK not in page
    assert "is hidden here" in pages[0]


def test_staff_send_an_email_again(staff, delivery):
    marked(delivery, "sent")
    Job.objects.all().delete()

    answer = staff.client.post(at("resend", delivery))

    assert (answer.status_code, answer["Location"]) == (302, at("detail", delivery))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.resends) == ("queued", 1)
    assert Job.objects.filter(kind="notifications.delivery_send").count() == 1


def test_a_second_click_sends_nothing_more(staff, delivery):
    marked(delivery, "sent")
    Job.objects.all().delete()
    staff.client.post(at("resend", delivery))

    assert staff.client.post(at("resend", delivery)).status_code == 409

    assert Job.objects.filter(kind="notifications.delivery_send").count() == 1


def test_many_are_sent_again_at_once(staff, distributor):
    rows = [marked(make_delivery(distributor), "failed") for _ in range(3)]
    waiting = make_delivery(distributor)
    Job.objects.all().delete()
    ids = [row.public_id for row in [*rows, waiting]]

    staff.client.post(at("list"), {"bulk": "resend", "ids": ids, "confirmed": "1"})

    assert Delivery.everywhere.filter(resends=1).count() == 3
    assert Job.objects.filter(kind="notifications.delivery_send").count() == 3


@pytest.mark.parametrize("role", [StaffRole.READ_ONLY, StaffRole.SALES])
def test_who_may_not_retry_may_look_only(distributor, delivery, role):
    person = person_of_staff(make_staff(distributor, role))
    marked(delivery, "failed")

    assert person.client.get(at("detail", delivery)).status_code == 200
    assert person.client.post(at("resend", delivery)).status_code == 403
    assert person.client.post(at("hurry", delivery)).status_code == 403

    delivery.refresh_from_db()
    assert (delivery.state, delivery.resends) == ("failed", 0)


@pytest.mark.parametrize("name", ["detail", "preview", "resend", "hurry"])
def test_another_organizations_mail_does_not_exist(tenant, delivery, name):
    marked(delivery, "failed")
    method = tenant.client.post if name in {"resend", "hurry"} else tenant.client.get

    assert method(at(name, delivery)).status_code == 404

    delivery.refresh_from_db()
    assert delivery.state == "failed"


def test_another_organizations_log_is_empty(tenant, delivery):
    assert delivery.recipient not in tenant.client.get(at("list")).content.decode()


def test_a_storefront_user_reaches_no_mail_log(reseller, delivery):
    assert reseller.client.get(at("list")).status_code == 302
    assert reseller.client.get("/mail/").status_code == 404


def test_the_navigation_counts_what_was_not_delivered(staff, distributor):
    marked(make_delivery(distributor), "failed")
    marked(make_delivery(OrganizationFactory()), "failed")

    page = staff.client.get(at("list")).content.decode()

    assert "Mail log" in page
    assert '<span class="count">1</span>' in page


def test_an_order_shows_its_emails_to_staff_only(distributor, shop, staff, reseller):
    with scope.activate(distributor.scope):
        order = place(reseller, shop, make_product(distributor))
        make_delivery(distributor, subject=order, recipient="billing@techsolutions.example")

    for client, path, seen in (
        (staff.client, f"/portal/orders/{order.public_id}/", True),
        (reseller.client, f"/orders/{order.public_id}/", False),
    ):
        page = client.get(path)
        assert page.status_code == 200
        assert ("billing@techsolutions.example" in page.content.decode()) is seen


def test_an_account_shows_what_its_people_got(distributor, staff, reseller, rival):
    make_delivery(distributor, scope=reseller.account.scope, recipient="a@techsolutions.example")
    make_delivery(distributor, scope=rival.account.scope, recipient="b@northbridge.example")

    page = staff.client.get(f"/portal/accounts/{reseller.account.public_id}/").content.decode()

    assert "a@techsolutions.example" in page
    assert "b@northbridge.example" not in page


def test_whoever_is_no_staff_gets_no_panel_and_no_entry(distributor, shop, staff, reseller, rf):
    """Also where a storefront shows the same slot: an e-mail may tell the level above its reader."""
    with scope.activate(distributor.scope), override_urlconf():
        order = place(reseller, shop, make_product(distributor))
        make_delivery(distributor, subject=order)
        for person, seen in ((staff, 1), (reseller, 0)):
            request = rf.get("/")
            request.actor = person.actor
            panels = slots.items("order.panels", person.actor, slots.Panel)
            [panel] = [p for p in panels if p.template == "notifications/_panel.html"]
            context = panel.context(request, order)
            assert len(context["deliveries"] if context else []) == seen
            assert len(timeline(request, "order", order, kind="mail")) == seen


@contextmanager
def override_urlconf():
    set_urlconf(settings.PORTAL_URLCONF)
    try:
        yield
    finally:
        set_urlconf(None)
