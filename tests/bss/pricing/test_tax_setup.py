"""Setup of taxes: what overlaps is refused with the days that are taken, what is ended keeps its past."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bss.core import clock
from bss.core.errors import Conflict, Invalid
from bss.core.history import timeline_for
from bss.pricing.errors import ValidityOverlaps
from bss.pricing.models import TaxRate, TaxRegistration
from bss.pricing.services import (
    tax_rate_add,
    tax_registration_add,
    tax_row_delete,
    tax_row_end,
)
from tests.factories.accounts import make_staff

JANUARY = date(2026, 1, 1)
JULY = date(2026, 7, 1)


def add(organization, staff, percent="24", since=JANUARY, until=None, **values):
    return tax_rate_add(
        organization=organization,
        percent=Decimal(percent),
        valid_from=since,
        valid_until=until,
        actor=staff.actor,
        **{"country": "GR", "tax_class": "standard", **values},
    )


def test_a_rate_that_holds_on_the_same_days_is_refused_with_these_days(at_distributor, staff):
    add(at_distributor, staff)

    with pytest.raises(ValidityOverlaps) as caught:
        add(at_distributor, staff, "25", since=JULY)

    assert caught.value.message == (
        "Greece, standard, 24 % holds from Jan. 1, 2026 on. End it first, on June 30, 2026 at the latest."
    )
    assert TaxRate.objects.count() == 1


@pytest.mark.parametrize(
    ("since", "until", "free"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), True),
        (date(2025, 1, 1), date(2026, 1, 1), False),
        (date(2025, 1, 1), None, False),
        (date(2026, 6, 30), None, False),
        (date(2026, 7, 1), None, True),
    ],
)
def test_both_ends_of_a_validity_are_within_it(at_distributor, staff, since, until, free):
    add(at_distributor, staff, until=date(2026, 6, 30))

    if free:
        add(at_distributor, staff, "25", since=since, until=until)
    else:
        with pytest.raises(ValidityOverlaps):
            add(at_distributor, staff, "25", since=since, until=until)
    assert TaxRate.objects.count() == 1 + free


def test_other_classes_and_countries_are_other_rates(at_distributor, staff):
    add(at_distributor, staff)
    add(at_distributor, staff, tax_class="reduced")
    add(at_distributor, staff, country="DE")

    assert TaxRate.objects.count() == 3


def test_an_end_makes_room_for_the_next_and_is_in_the_history(at_distributor, staff):
    rate = add(at_distributor, staff)
    tax_row_end(row=rate, last_day=date(2026, 6, 30), actor=staff.actor)
    add(at_distributor, staff, "25", since=JULY)

    with pytest.raises(ValidityOverlaps):
        tax_row_end(row=rate, last_day=JULY, actor=staff.actor)
    with pytest.raises(Invalid):
        tax_row_end(row=rate, last_day=date(2025, 12, 31), actor=staff.actor)

    rate = TaxRate.objects.get(pk=rate.pk)
    assert rate.valid_until == date(2026, 6, 30)
    assert [e.action for e in timeline_for(rate)] == ["tax_rate.ended", "tax_rate.added"]


def test_what_holds_already_is_not_deleted(at_distributor, staff):
    today = clock.today()
    held = add(at_distributor, staff, since=today)
    to_come = add(at_distributor, staff, country="DE", since=today + timedelta(days=1))

    with pytest.raises(Conflict):
        tax_row_delete(row=held, actor=staff.actor)
    tax_row_delete(row=to_come, actor=staff.actor)

    assert list(TaxRate.objects.all()) == [held]
    assert timeline_for(at_distributor)[0].action == "tax_rate.deleted"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"country": "XX"}, "country"),
        ({"percent": "100.5"}, "percent"),
        ({"until": date(2025, 1, 1)}, "valid_until"),
    ],
)
def test_what_cannot_be_is_refused_on_its_field(at_distributor, staff, values, field):
    with pytest.raises(Invalid) as caught:
        add(at_distributor, staff, **values)

    assert caught.value.field == field
    assert TaxRate.objects.count() == 0


def test_registrations_do_not_overlap_either(at_distributor, staff):
    values = {"organization": at_distributor, "country": "DE", "actor": staff.actor}
    made = tax_registration_add(number=" de 811 111 111", valid_from=JANUARY, **values)

    with pytest.raises(ValidityOverlaps):
        tax_registration_add(number="DE2", valid_from=JULY, **values)

    assert made.number == "DE811111111"
    assert TaxRegistration.objects.count() == 1


# Screens ---------------------------------------------------------------------------------------------------------


def test_staff_add_end_and_see_a_rate(staff, at_distributor):
    page = staff.client.post(
        "/portal/setup/taxes/new/",
        {"country": "GR", "tax_class": "standard", "percent": "24", "valid_from": "2026-01-01"},
    )
    assert (page.status_code, page.headers["location"]) == (302, "/portal/setup/taxes/")
    rate = TaxRate.objects.get()

    again = staff.client.post(
        "/portal/setup/taxes/new/",
        {"country": "GR", "tax_class": "standard", "percent": "25", "valid_from": "2026-07-01"},
    )
    assert again.status_code == 409
    assert "End it first, on June 30, 2026 at the latest." in again.content.decode()

    url = f"/portal/setup/taxes/{rate.public_id}/"
    staff.client.post(f"{url}end/", {"valid_until": "2026-06-30"})
    shown = staff.client.get(url).content.decode()
    assert "Tax rate added" in shown
    assert "Last day set" in shown
    assert "Greece" in staff.client.get("/portal/setup/taxes/").content.decode()


def test_only_who_may_edit_the_organization_sees_taxes_and_only_its_own(
    staff, tenant, at_distributor
):
    from tests.conftest import person_of_staff

    rate = add(at_distributor, staff)
    url = f"/portal/setup/taxes/{rate.public_id}/"
    clerk = person_of_staff(make_staff(at_distributor, "billing"))

    assert clerk.client.get("/portal/setup/taxes/").status_code == 403
    assert tenant.client.get(url).status_code == 404
    assert tenant.client.post(f"{url}end/", {"valid_until": "2026-06-30"}).status_code == 404
    rate.refresh_from_db()
    assert rate.valid_until is None
