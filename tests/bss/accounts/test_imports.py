"""The import: whatever program wrote the file, each row is created, known or refused, and none takes others along."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from bss.accounts.choices import StaffRole
from bss.accounts.models import Account, AccountImport, AccountImportRow, Contact, PaymentMethod
from bss.accounts.services import import_create, import_start
from bss.accounts.services.import_file import ACCOUNTS, LABELS, import_file_read, lines
from bss.core import scope
from bss.core.errors import Conflict, Invalid
from bss.core.models import Run
from tests.conftest import person_of_staff
from tests.factories.accounts import AccountFactory, ResellerFactory, make_staff

HEADER = (
    "Name;Country;Kind;Reseller;Corporate e-mail;Credit limit;First name;Last name;Contact email"
)
FILE = f"""{HEADER}
Kavala Marine;GR;;;;;;;
Techsolutions;gr;Reseller;;office@tech.example;unlimited;Eleni;Markou;eleni@tech.example
Aegean Foods;GR;;Techsolutions;;;;;
Bad Mail;GR;;;nonsense;;;;
No Country;;;;;;;;
Lost Child;GR;;Nobody Ltd;;;;;
Odd Limit;GR;;;;1.000;;;
Half Contact;GR;;;;;Nikos;;nikos@half.example
Kavala Marine;GR;;;;;;;
"""


@pytest.fixture
def go(staff, distributor, run_jobs):
    """`go(text, dry_run=...)`: upload, run, and the report as {row: (outcome, field)}."""

    def do(text, *, dry_run=False, source=None):
        with scope.activate(distributor.scope):
            raw = text if isinstance(text, bytes) else text.encode()
            source = source or import_create(
                organization=distributor, name="customers.csv", raw=raw, actor=staff.actor
            )
            run = import_start(source=source, actor=staff.actor, dry_run=dry_run)
        run_jobs()
        run.refresh_from_db()
        rows = AccountImportRow.objects.filter(run_id=run.pk).order_by("number")
        do.run, do.source = run, source
        return {row.number: (row.outcome, row.field) for row in rows}

    return do


REFUSED = {
    5: ("refused", "corporate_email"),
    6: ("refused", "country"),
    7: ("refused", "parent"),
    8: ("refused", "credit_limit"),
    9: ("refused", "contact_last_name"),
}


def test_a_dry_run_reports_every_row_and_writes_none(go):
    report = go(FILE, dry_run=True)

    assert report == {2: ("new", ""), 3: ("new", ""), 4: ("new", ""), **REFUSED, 10: ("known", "")}
    assert (Account.everywhere.count(), Contact.everywhere.count()) == (0, 0)
    assert go.run.result == {"new": 3, "refused": 5, "known": 1}
    assert (go.run.state, go.run.failures, go.run.done) == ("succeeded", 5, 9)


def test_a_real_run_does_what_the_dry_run_said(go):
    report = go(FILE)

    assert report == {
        2: ("created", ""), 3: ("created", ""), 4: ("created", ""), **REFUSED, 10: ("known", ""),
    }  # fmt: skip
    assert Account.everywhere.count() == 3
    child = Account.everywhere.get(name="Aegean Foods")
    assert (child.kind, child.parent.name) == ("customer", "Techsolutions")
    assert child.scope == f"{child.parent.scope}{child.pk}."
    reseller = Account.everywhere.get(name="Techsolutions")
    assert (reseller.credit_limit, reseller.country, reseller.reselling_enabled) == (
        None,
        "GR",
        True,
    )
    assert Contact.everywhere.get().email == "eleni@tech.example"
    assert Account.everywhere.get(name="Kavala Marine").corporate_email is None


def test_each_refusal_is_also_in_the_log_with_its_row(go):
    go(FILE, dry_run=True)
    told = go.run.lines.filter(level="error").values_list("row", flat=True)
    assert list(told) == [5, 6, 7, 8, 9]


def test_a_telephone_number_is_looked_at_in_a_file_too(go, distributor):
    report = go("name,country,phone\nKavala Marine,GR,abc\nAegean Foods,GR,+30 210 1234567\n")

    assert report == {2: ("refused", "phone"), 3: ("created", "")}
    assert Account.everywhere.get().phone == "+30 210 1234567"


def test_the_same_file_again_changes_nothing(go):
    go(FILE)
    before = list(Account.everywhere.values())

    report = go(FILE)

    assert {outcome for outcome, _field in report.values()} == {"known", "refused"}
    assert list(Account.everywhere.values()) == before


def test_what_exists_is_found_by_number_or_by_kind_name_and_reseller(go, distributor):
    reseller = ResellerFactory(organization=distributor, name="Northbridge", number="ACC-77")
    AccountFactory(parent=reseller, name="Pine Dental")
    AccountFactory(organization=distributor, name="Lakeside Hotels", number="K-1")

    report = go(
        "number,name,country,parent\n"
        "k-1,Another name,GR,\n"
        ",PINE DENTAL,GR,northbridge\n"
        ",Pine Dental,GR,acc-77\n"
        ",Pine Dental,GR,\n"
        "K-2,Lakeside Hotels,GR,\n"
    )

    outcomes = [outcome for outcome, _field in report.values()]
    assert outcomes == ["known", "known", "known", "created", "created"]
    assert Account.everywhere.get(number="K-1").name == "Lakeside Hotels"


def test_ten_empty_corporate_emails_are_ten_accounts_without_one(go):
    go("name,country,corporate_email\n" + "".join(f"Company {n},GR,\n" for n in range(10)))
    assert Account.everywhere.filter(corporate_email=None).count() == 10


def test_a_run_that_begins_again_goes_on_where_it_stopped(go, staff, distributor, run_jobs):
    go(FILE)
    AccountImportRow.objects.filter(number__gt=5).delete()
    Run.objects.filter(pk=go.run.pk).update(state="failed")
    from bss.core import runs

    with scope.activate(distributor.scope):
        assert runs.retry(Run.objects.get(pk=go.run.pk))
    run_jobs()

    run = Run.objects.get(pk=go.run.pk)
    assert (run.state, run.done, run.failures) == ("succeeded", 9, 5)
    assert AccountImportRow.objects.filter(run_id=run.pk).count() == 9
    assert Account.everywhere.count() == 3


def test_thousands_of_rows_are_done_in_chunks(go, django_assert_max_num_queries):
    report = go("name,country\n" + "".join(f"Company {n},GR\n" for n in range(1000)))
    assert len(report) == Account.everywhere.count() == 1000
    assert Account.everywhere.order_by("pk").last().number == "ACC-001000"


def test_a_row_is_told_everything_wrong_with_it_each_with_its_column(go):
    report = go(
        "name,country,kind,reseller,corporate e-mail,may order,credit limit,billing day,first name\n"
        "Many Faults,Greece,dealer,Nobody Ltd,nonsense,perhaps,lots,40,Nikos\n"
    )

    row = AccountImportRow.objects.get()
    assert report == {2: ("refused", "kind")}
    assert row.message.split("\n") == [
        "Account type: “dealer” is no account type. Write Direct customer, Reseller or End customer.",
        "Reseller: There is no reseller of this number or name.",
        "May order: Write yes or no.",
        "Credit limit: Write an amount such as 5000.00, or unlimited.",
        "Corporate e-mail: Enter a complete e-mail address.",
        "Country: At most 2 characters are possible.",
        "Billing day: The largest possible value is 28.",
        "Contact last name: Fill this in.",
        "Contact e-mail: Fill this in.",
    ]
    assert (Account.everywhere.count(), Contact.everywhere.count()) == (0, 0)
    told = go.run.lines.get(level="error")
    assert (told.row, go.run.failures) == (2, 1)
    assert told.text == row.message.replace("\n", " ")


def test_the_page_names_each_column_as_a_header_may_and_says_what_it_takes(staff):
    assert {ACCOUNTS.column_of(str(label)): column for column, label in LABELS.items()} == {
        column: column for column in ACCOUNTS.columns
    }
    page = staff.client.get("/portal/accounts/imports/new/").content.decode()
    assert "Direct customer, Reseller or End customer." in page


def test_a_payment_method_is_named_as_it_is_called_here(go, distributor):
    PaymentMethod.everywhere.create(organization=distributor, name="Transfer, 30 days")
    report = go('name;country;payment method\nA;GR;"transfer, 30 days"\nB;GR;Barter\n')
    assert report == {2: ("created", ""), 3: ("refused", "payment_method")}


@pytest.mark.parametrize(
    ("raw", "encoding", "delimiter"),
    [
        ("name,country\nÄgir,GR\n".encode(), "utf-8", ","),
        ("name;country\nÄgir;GR\n".encode("utf-8-sig"), "utf-8-sig", ";"),
        ("name\tcountry\nÄgir\tGR\n".encode("utf-16"), "utf-16", "\t"),
        ("name|country\r\nÄgir|GR\r\n".encode("cp1252"), "cp1252", "|"),
    ],
)
def test_encoding_and_delimiter_are_found_out(raw, encoding, delimiter):
    read = import_file_read(raw)
    assert (read.encoding, read.delimiter, read.rows) == (encoding, delimiter, 1)
    assert next(lines(read.text, read.delimiter)).cells == {"name": "Ägir", "country": "GR"}


def test_a_greek_spreadsheet_is_read_as_greek():
    read = import_file_read("name;country\nΑιγαίο;GR\n".encode("cp1253"), language="el")  # noqa: RUF001
    assert next(lines(read.text, ";")).cells["name"] == "Αιγαίο"


def test_quoted_cells_may_hold_delimiters_and_lines_and_empty_rows_are_passed_over():
    text = (
        'Company Name,COUNTRY_CODE,Street,shoe size\n"Foods, Ltd",GR,"1st\n2nd",44\n,,,\nB,GR,,\n'
    )
    read = import_file_read(text.encode())
    found = list(lines(read.text, read.delimiter))
    assert [line.cells["name"] for line in found] == ["Foods, Ltd", "B"]
    assert found[0].cells["address_1"] == "1st\n2nd"
    assert "shoe size" not in found[0].cells


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b"\n\n", "FILE_EMPTY"),
        (b"name,country\n", "FILE_EMPTY"),
        (b"company name\nA\n", "COLUMNS_MISSING"),
        (b"name,company,country\nA,B,GR\n", "COLUMNS_TWICE"),
        (b"name,country," + b"x," * 60 + b"\nA,GR\n", "TOO_MANY_COLUMNS"),
        (b"name,country\n" + b"A,GR\n" * 20_001, "FILE_TOO_LONG"),
        (b"name,country\n" + b"A" * (5 * 1024 * 1024), "FILE_TOO_LARGE"),
        (b"PK\x03\x04\x00\x00name,country\n", "FILE_NOT_TEXT"),
    ],
)
def test_what_is_no_list_of_accounts_is_refused_before_it_is_kept(raw, code):
    with pytest.raises(Invalid) as refusal:
        import_file_read(raw)
    assert (refusal.value.field, refusal.value.code) == ("file", code)


def test_the_screen_uploads_checks_shows_the_report_and_imports(staff, run_jobs):
    upload = SimpleUploadedFile("customers.csv", FILE.encode())
    response = staff.client.post("/portal/accounts/imports/new/", {"file": upload})
    source = AccountImport.everywhere.get()
    page = f"/portal/accounts/imports/{source.public_id}/"
    assert response["Location"] == page
    assert "No row has been looked at yet" in staff.client.get(page).content.decode()

    run_jobs()
    shown = staff.client.get(page).content.decode()
    assert "Import 3 customers" in shown
    assert "Bad Mail" in shown
    refused = staff.client.get(page, {"outcome": "refused"}).content.decode()
    assert "Kavala Marine" not in refused
    report = b"".join(staff.client.get(page, {"export": "csv"}).streaming_content).decode()
    assert "5,Bad Mail,refused,Corporate e-mail: Enter a complete e-mail address." in report

    staff.client.post(f"{page}run/")
    run_jobs()
    assert Account.everywhere.count() == 3
    assert staff.client.get(f"{page}progress/")["HX-Refresh"] == "true"


def test_a_bad_upload_is_refused_on_its_field(staff):
    upload = SimpleUploadedFile("customers.csv", b"")
    response = staff.client.post("/portal/accounts/imports/new/", {"file": upload})
    assert response.status_code == 400
    other = SimpleUploadedFile("customers.csv", b"shoe size\n44\n")
    response = staff.client.post("/portal/accounts/imports/new/", {"file": other})
    assert (response.status_code, list(response.context["form"].errors)) == (400, ["file"])
    assert not AccountImport.everywhere.exists()


def test_two_runs_over_one_file_do_not_overlap(staff, go, distributor):
    go(FILE, dry_run=True)
    page = f"/portal/accounts/imports/{go.source.public_id}/"
    staff.client.post(f"{page}check/")
    assert staff.client.post(f"{page}run/").status_code == 409
    assert Run.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_double_click_starts_one_run(staff, distributor):
    with scope.activate(distributor.scope):
        source = import_create(
            organization=distributor, name="c.csv", raw=FILE.encode(), actor=staff.actor
        )
    barrier = Barrier(2)

    def click() -> bool:
        try:
            with scope.activate(distributor.scope):
                barrier.wait(timeout=10)
                import_start(source=source, actor=staff.actor, dry_run=False)
        except Conflict:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        began = list(pool.map(lambda _n: click(), range(2)))
    assert sorted(began) == [False, True]
    assert Run.objects.count() == 1


def test_support_imports_nothing(distributor):
    support = person_of_staff(make_staff(distributor, StaffRole.SUPPORT))
    upload = SimpleUploadedFile("customers.csv", FILE.encode())
    assert support.client.post("/portal/accounts/imports/new/", {"file": upload}).status_code == 403
    assert not AccountImport.everywhere.exists()
