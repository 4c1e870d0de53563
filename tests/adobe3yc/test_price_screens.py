"""Price files in the portal: uploaded, read in the background, compared, put into force, taken back."""

from __future__ import annotations

import csv
import io
import math
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from adobe3yc import selectors, services
from adobe3yc.choices import PriceFaultCode
from adobe3yc.choices import PriceFileState as S
from adobe3yc.errors import PriceFileFaulty
from adobe3yc.models import PriceFault, PriceFile, PriceRow, PriceUpload
from adobe3yc.pricefiles.contracts import FaultCode
from adobe3yc.rules.offers import Segment, read_offer
from adobe3yc.services import price_uploads
from adobe3yc.vipmp.client import PRICES_PAGE
from bss.accounts.choices import StaffRole
from bss.core import runs, scope
from bss.core.models import Run, RunState
from servicemanager.models import Exchange
from tests.adobe3yc.workbooks import workbook
from tests.conftest import person_of_staff
from tests.factories.accounts import make_staff
from tests.factories.adobe import (
    ALL_APPS,
    PHOTOSHOP,
    SIGN,
    connected_to,
    make_adobe,
    make_price_file,
    make_price_file_in_force,
    price_csv,
)

BASE = "/portal/setup/adobe/"
APPS = (ALL_APPS, "All Apps", "100.00", "", "")


@pytest.fixture
def instance(at_distributor):
    return make_adobe(at_distributor)


def upload(person, instance, content, *, name="prices.csv", **said):
    values = {"kind": "COM", "currency": "EUR", "month": "2026-11", **said}
    return person.client.post(
        f"{BASE}{instance.public_id}/uploads/new/",
        {**values, "file": SimpleUploadedFile(name, content)},
    )


def html(person, path):
    page = person.client.get(f"{BASE}{path}")
    assert page.status_code == 200, (path, page.status_code)
    return page.content.decode()


def in_force(instance):
    return {kind: file.name for kind, file in selectors.files_in_force(instance).items()}


# Uploading -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_is_read_in_the_background_and_changes_nothing_yet(instance, staff, run_jobs, form):
    header = ["Part Number", "Product Family", "Partner Price"]
    content = {
        "csv": price_csv(APPS),
        "xlsx": workbook([header, [ALL_APPS, "All Apps", Decimal("100.00")]]),
    }[form]
    page = upload(staff, instance, content, name=f"november.{form}")

    run = Run.objects.get()
    assert (page.status_code, page["Location"]) == (302, f"/portal/runs/{run.public_id}/")
    assert PriceFile.objects.count() == 0
    run_jobs()

    file = PriceFile.objects.get()
    run.refresh_from_db()
    assert (run.state, run.result, run.done) == (RunState.SUCCEEDED, {"rows": 1}, 1)
    assert (file.name, file.kind, file.month) == (f"november.{form}", "COM", date(2026, 11, 1))
    assert (file.state, file.row_count, in_force(instance)) == (S.CHECKED, 1, {})
    kept = PriceUpload.objects.get()
    assert (kept.file, kept.content, kept.created_by_label) == (file, None, staff.actor.label)
    shown = staff.client.get(f"/portal/runs/{run.public_id}/").content.decode()
    assert "See what it changes" in shown
    report = staff.client.get(f"{BASE}uploads/{kept.public_id}/")
    assert report["Location"] == f"{BASE}price-files/{file.public_id}/"


def test_each_faulty_cell_is_named_and_nothing_is_taken(instance, staff, run_jobs):
    content = price_csv(
        APPS, ("nonsense", "", "1", "", ""), (SIGN, "Sign", "1.234,50", "", ""), APPS
    )
    upload(staff, instance, content.replace(b"1.234,50", b'"1.234,50"'))
    run_jobs()

    run, refused = Run.objects.get(), PriceUpload.objects.get()
    assert (run.state, run.failures) == (RunState.FAILED, 3)
    assert (PriceFile.objects.count(), PriceRow.objects.count()) == (0, 0)
    assert (refused.file, refused.content) == (None, None)
    shown = html(staff, f"uploads/{refused.public_id}/")
    for words in ("A3", "nonsense", "C4", "1.234,50", "The same offer stands in two rows."):
        assert words in shown
    report = staff.client.get(f"{BASE}uploads/{refused.public_id}/?export=csv")
    lines = b"".join(report.streaming_content).decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["A3", "C4", ""]
    assert (
        "See what is wrong" in staff.client.get(f"/portal/runs/{run.public_id}/").content.decode()
    )

    # Somebody starts the run again: the same verdict, no fault twice.
    staff.client.post(f"/portal/runs/{run.public_id}/", {"do": "retry"})
    run_jobs()
    run.refresh_from_db()
    assert (run.state, run.failures, PriceFault.objects.count()) == (RunState.FAILED, 3, 3)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("nul.csv", price_csv((ALL_APPS, "All\0Apps", "1", "", "")), ("B2", "All␀Apps", "Type the cell anew.")),
        (
            "rows.xlsx",
            workbook(
                [["Part Number", "Partner Price"], [ALL_APPS, 1]],
                called={1: "1", 2: "99999999999"}.get,
            ),
            ("A99999999999", "No spreadsheet has a row of this number."),
        ),
    ],
)  # fmt: skip
def test_what_no_database_keeps_is_a_fault_like_any_other(
    instance, staff, run_jobs, name, content, words
):
    upload(staff, instance, content, name=name)
    run_jobs()

    run, refused = Run.objects.get(), PriceUpload.objects.get()
    assert (run.state, run.failures, PriceFault.objects.count()) == (RunState.FAILED, 1, 1)
    shown = html(staff, f"uploads/{refused.public_id}/")
    assert all(each in shown for each in words)


@pytest.mark.parametrize("is_begun", [True, False])
def test_a_stopped_upload_keeps_nothing_and_says_so(instance, staff, run_jobs, is_begun):
    upload(staff, instance, price_csv(APPS))
    run, kept = Run.objects.get(), PriceUpload.objects.get()
    path = f"/portal/runs/{run.public_id}/"
    assert bytes(kept.content) == price_csv(APPS)
    staff.client.post(path, {"do": "cancel"})
    if is_begun:
        with pytest.raises(runs.Cancelled):
            services.price_upload_take(runs.Progress(run), actor=staff.actor)
    run_jobs()

    run.refresh_from_db()
    kept.refresh_from_db()
    assert (run.state, kept.content, PriceFile.objects.count()) == (RunState.CANCELLED, None, 0)
    assert "Stopped" in html(staff, f"{instance.public_id}/uploads/")

    staff.client.post(path, {"do": "retry"})
    run_jobs()
    run.refresh_from_db()
    assert (run.state, PriceFile.objects.count()) == (RunState.FAILED, 0)
    assert "Upload the file again." in staff.client.get(path).content.decode()


@pytest.mark.parametrize(
    ("name", "values", "field"),
    [
        ("prices.xls", {}, "file"),
        ("prices.csv", {"kind": "XXX"}, "kind"),
        ("prices.csv", {"currency": "USD"}, "currency"),
        ("prices.csv", {"month": "November"}, "month"),
    ],
)
def test_what_the_form_refuses_is_not_kept(instance, staff, name, values, field):
    page = upload(staff, instance, price_csv(APPS), name=name, **values)

    assert page.status_code == 400
    assert f'id="id_{field}"' in page.content.decode()
    assert (PriceUpload.objects.count(), Run.objects.count()) == (0, 0)


def test_the_order_of_dates_is_what_was_said(instance, staff, run_jobs):
    rows = price_csv((ALL_APPS, "", "1", "03/04/2026", "05/06/2026"))
    upload(staff, instance, rows, kind="3YC")
    upload(staff, instance, rows, kind="3YC", dates="mdy")
    run_jobs()

    assert [f.code for f in PriceFault.objects.all()] == [PriceFaultCode.DATE_UNCLEAR]
    assert PriceRow.objects.get().first_on == date(2026, 3, 4)


def test_every_fault_has_its_words():
    assert {code.value for code in FaultCode} == set(PriceFaultCode.values)


# Bad luck ------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """What a worker that dies meets."""


class Dying:
    """Progress that dies at its first report, as a worker does."""

    def __init__(self, run):
        self.run, self.payload = run, run.payload

    def step(self, *_words, **_total):
        raise Killed


def test_a_run_that_is_killed_before_it_took_the_file_takes_it_once(instance, staff, run_jobs):
    upload(staff, instance, price_csv(APPS))
    with pytest.raises(Killed):
        services.price_upload_take(Dying(Run.objects.get()), actor=staff.actor)
    assert (PriceFile.objects.count(), PriceUpload.objects.get().file) == (0, None)

    run_jobs()

    assert (PriceFile.objects.count(), PriceRow.objects.count()) == (1, 1)


def test_a_run_that_is_killed_after_it_took_the_file_takes_no_second(instance, staff, run_jobs):
    upload(staff, instance, price_csv(APPS))
    progress = runs.Progress(Run.objects.get())
    services.price_upload_take(progress, actor=staff.actor)

    run_jobs()

    assert (PriceFile.objects.count(), Run.objects.get().result) == (1, {"rows": 1})


def test_two_workers_that_read_one_upload_make_one_file(instance, staff):
    """The lease of a slow worker ran out: both have read the file, and each is about to write it."""
    upload(staff, instance, price_csv(APPS))
    late = PriceUpload.objects.get()
    services.price_upload_take(runs.Progress(Run.objects.get()), actor=staff.actor)

    made = price_uploads._taken(late, runs.Progress(Run.objects.get()), staff.actor)

    assert PriceFile.objects.get() == made


def test_two_workers_that_refuse_one_upload_keep_each_fault_once(instance, staff):
    upload(staff, instance, price_csv(("nonsense", "", "1", "", "")))
    late, progress = PriceUpload.objects.get(), runs.Progress(Run.objects.get())
    with pytest.raises(PriceFileFaulty) as refused:
        services.price_upload_take(progress, actor=staff.actor)

    price_uploads._keep_faults(late, refused.value.faults)

    assert PriceFault.objects.count() == 1


# What it would change ------------------------------------------------------------------------------------


def test_new_changed_gone_and_unchanged_rows_are_told_before_it_takes_effect(instance, staff):
    make_price_file_in_force(
        instance, APPS, (PHOTOSHOP, "Photoshop", "50", "", ""), (SIGN, "Sign", "20", "", "")
    )
    file = make_price_file(
        instance,
        APPS,
        (PHOTOSHOP, "Photoshop", "55", "", ""),
        ("65300001CA01A12", "Acrobat", "30", "", ""),
        name="november.csv",
    )

    assert selectors.price_changes(file) == selectors.PriceChanges(new=1, changed=1, gone=1, same=1)
    told = {r.offer_id: (r.change, r.before, r.after) for r in selectors.price_rows(file)}
    assert told == {
        ALL_APPS: ("same", 100, 100),
        PHOTOSHOP: ("changed", 50, 55),
        "65300001CA01A12": ("new", None, 30),
        SIGN: ("gone", 20, None),
    }
    changed = html(staff, f"price-files/{file.public_id}/rows/?change=changed")
    assert PHOTOSHOP in changed
    assert ALL_APPS not in changed
    assert "?change=gone" in html(staff, f"price-files/{file.public_id}/")


def test_the_windows_of_commitments_are_compared_one_by_one(instance):
    early, late = ("2025-01-01", "2025-12-31"), ("2026-01-01", "2026-12-31")
    make_price_file_in_force(
        instance, (ALL_APPS, "", "90", *early), (ALL_APPS, "", "95", *late), kind="3YC"
    )
    file = make_price_file(
        instance, (ALL_APPS, "", "90", *early), (ALL_APPS, "", "99", *late), kind="3YC"
    )

    assert selectors.price_changes(file) == selectors.PriceChanges(new=0, changed=1, gone=0, same=1)
    assert [r.before for r in selectors.price_rows(file).filter(change="changed")] == [95]


def test_the_first_file_of_a_kind_is_all_new_and_the_one_in_force_unchanged(instance, staff):
    file = make_price_file(instance, APPS)
    assert selectors.price_changes(file) == selectors.PriceChanges(new=1, changed=0, gone=0, same=0)
    assert "every price is new" in html(staff, f"price-files/{file.public_id}/")

    services.price_file_enforce(file=file, actor=staff.actor)

    assert [(r.change, r.before) for r in selectors.price_rows(file)] == [("same", 100)]


def test_a_gap_between_windows_is_worth_a_look(instance, staff):
    file = make_price_file(
        instance,
        (ALL_APPS, "", "1", "2025-01-01", "2025-12-31"),
        (ALL_APPS, "", "2", "2026-02-01", "2026-03-01"),
        kind="3YC",
    )

    words = f"Rows 3 and 2 of {ALL_APPS} leave days without a price between them."
    assert words in html(staff, f"price-files/{file.public_id}/")


# Into force and back -------------------------------------------------------------------------------------


def test_a_file_is_put_into_force_and_taken_back(instance, staff):
    october = make_price_file_in_force(instance, APPS, name="october.csv")
    november = make_price_file(instance, APPS, name="november.csv")
    path = f"price-files/{november.public_id}/"
    assert "Put into force" in html(staff, path)

    done = staff.client.post(f"{BASE}{path}enforce/")

    assert done["Location"] == f"{BASE}{path}"
    assert in_force(instance) == {"COM": "november.csv"}
    shown = html(staff, path)
    assert "The catalogue does not show these prices yet" in shown
    assert f"{BASE}price-files/{october.public_id}/" in shown

    assert "Put into force again" in html(staff, f"price-files/{october.public_id}/")
    staff.client.post(f"{BASE}price-files/{october.public_id}/enforce/")
    assert in_force(instance) == {"COM": "october.csv"}
    listed = html(staff, f"{instance.public_id}/")
    assert ("october.csv" in listed, "november.csv" in listed) == (True, True)


def test_a_discarded_file_cannot_take_effect(instance, staff):
    file = make_price_file(instance, APPS)
    path = f"{BASE}price-files/{file.public_id}/"
    staff.client.post(f"{path}discard/")

    refused = staff.client.post(f"{path}enforce/")

    assert (refused.status_code, in_force(instance)) == (409, {})
    assert staff.client.post(f"{path}discard/").status_code == 409


def test_each_instance_has_its_own_files(instance, staff, run_jobs, at_distributor):
    other = make_adobe(at_distributor, "Adobe for schools")
    ours = make_price_file_in_force(instance, APPS, name="ours.csv")
    upload(staff, other, price_csv((ALL_APPS, "", "7", "", "")), name="theirs.csv")
    run_jobs()
    theirs = PriceFile.objects.get(instance=other)
    assert selectors.price_changes(theirs).new == 1

    staff.client.post(f"{BASE}price-files/{theirs.public_id}/enforce/")

    ours.refresh_from_db()
    assert (ours.state, in_force(other)) == (S.IN_FORCE, {"COM": "theirs.csv"})
    listed = html(staff, f"{instance.public_id}/")
    assert (ours.public_id in listed, theirs.public_id in listed) == (True, False)
    home = html(staff, "")
    assert ("ours.csv" in home, "theirs.csv" in home) == (True, True)


# Who may -------------------------------------------------------------------------------------------------


def test_readers_see_files_without_buttons_or_prices(instance, distributor):
    reader = person_of_staff(make_staff(distributor, StaffRole.READ_ONLY))
    file = make_price_file(instance, APPS)
    path = f"price-files/{file.public_id}/"
    shown = html(reader, path)

    assert ("Put into force" in shown.split("<dl")[0], "See every row" in shown) == (False, False)
    assert reader.client.get(f"{BASE}{path}rows/").status_code == 403
    assert reader.client.post(f"{BASE}{path}enforce/").status_code == 403
    assert upload(reader, instance, price_csv(APPS)).status_code == 403
    assert "uploads/new/" not in html(reader, f"{instance.public_id}/")
    file.refresh_from_db()
    assert (file.state, PriceUpload.objects.count()) == (S.CHECKED, 0)


def test_another_tenants_files_and_instances_are_not_there(instance, tenant, run_jobs, staff):
    upload(staff, instance, b"nothing")
    run_jobs()
    file, refused = make_price_file(instance, APPS), PriceUpload.objects.get()
    for path in (
        f"{instance.public_id}/", f"{instance.public_id}/uploads/", f"price-files/{file.public_id}/",
        f"price-files/{file.public_id}/rows/", f"uploads/{refused.public_id}/",
    ):  # fmt: skip
        assert tenant.client.get(f"{BASE}{path}").status_code == 404, path
    path = f"{BASE}price-files/{file.public_id}/"
    assert tenant.client.post(f"{path}enforce/").status_code == 404
    assert upload(tenant, instance, price_csv(APPS)).status_code == 404

    assert (in_force(instance), PriceUpload.objects.count()) == ({}, 1)
    with scope.activate(tenant.actor.scope.path):
        assert "Adobe is not connected yet" in html(tenant, "")


def test_another_vendors_instance_has_no_price_files(instance, staff):
    instance.manager = "echo"
    instance.save()

    assert staff.client.get(f"{BASE}{instance.public_id}/").status_code == 404


def test_what_is_empty_says_what_to_do(instance, staff):
    assert "without one nothing has a price" in html(staff, f"{instance.public_id}/")
    assert "Nothing was uploaded yet" in html(staff, f"{instance.public_id}/uploads/")
    assert html(staff, "").count("No file in force") == 4


# From Adobe ----------------------------------------------------------------------------------------------


@pytest.fixture
def connected(instance, vip_marketplace):
    """The instance, speaking to the sandbox."""
    return connected_to(instance, vip_marketplace)


def fetch(person, instance, kind, **said):
    values = {"kind": kind, "month": "2026-11", "region": "WE", "currency": "EUR", **said}
    return person.client.post(f"{BASE}{instance.public_id}/fetch/", values)


def listed(service, name):
    """What the service's own price file has: part number and prices of each row."""
    rows = csv.DictReader(io.StringIO(service.http.get(f"/pricefiles/{name}").text))
    prices = ("Partner Price", "Estimated Street Price")
    return {(row["Part Number"], *(Decimal(row[name]) for name in prices)) for row in rows}


def test_a_price_list_is_fetched_and_taken_as_a_file_is(
    connected, vip_marketplace, staff, run_jobs
):
    page = fetch(staff, connected, "COM")
    run_jobs()

    run, file = Run.objects.get(), PriceFile.objects.get()
    assert page["Location"] == f"/portal/runs/{run.public_id}/"
    assert (run.state, run.result) == (RunState.SUCCEEDED, {"rows": file.row_count})
    assert (file.name, file.state) == ("Adobe COM 2026-11 WE EUR.csv", S.CHECKED)
    kept = {(row.offer_id, row.price, row.street_price) for row in file.rows.all()}
    assert kept == listed(vip_marketplace, "COM-STANDARD-EUR.csv")
    assert len(kept) == file.row_count > 0
    # A token that is no longer taken costs one more call.
    told = Exchange.objects.filter(path__startswith="/v3/pricelist", status=200)
    assert told.count() == math.ceil(file.row_count / PRICES_PAGE)


def test_the_list_of_commitments_holds_every_segment(connected, staff, run_jobs):
    fetch(staff, connected, "3YC")
    run_jobs()

    file = PriceFile.objects.get()
    offers = file.rows.values_list("offer_id", flat=True)
    assert {read_offer(offer).segment for offer in offers} == set(Segment)
    assert None not in set(file.rows.values_list("first_on", flat=True))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"mode": "error", "code": "1162"}, "Adobe has no such price list."),
        ({"mode": "error", "code": "1160"}, "Adobe refuses"),
        ({"mode": "garbage"}, "Adobe did not answer as expected."),
        ({"mode": "unavailable"}, "Adobe did not answer as expected."),
    ],
)
def test_when_adobe_has_no_list_nothing_is_taken_and_a_retry_asks_again(
    connected, vip_marketplace, staff, run_jobs, bad, words
):
    vip_marketplace.behave(**bad, match="/v3/pricelist")
    fetch(staff, connected, "COM")
    run_jobs()

    run = Run.objects.get()
    assert (run.state, run.error.startswith(words)) == (RunState.FAILED, True), run.error
    assert (PriceFile.objects.count(), PriceUpload.objects.get().content) == (0, None)

    vip_marketplace.behave("ok")
    staff.client.post(f"/portal/runs/{run.public_id}/", {"do": "retry"})
    run_jobs()
    assert (PriceFile.objects.count(), PriceUpload.objects.count()) == (1, 1)
