"""The other doors: the API, read only and each at its own level, and the command."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bss.accounts.permissions import Permission
from bss.billing.choices import InvoiceState
from bss.billing.models import Invoice, Payment
from bss.billing.services import lot_settle, order_bill
from bss.core.actor import SYSTEM
from bss.core.models import Run
from tests.bss.orders.test_api import client_of
from tests.conftest import person_of_account
from tests.factories.billing import MONTHLY, make_bought
from tests.factories.ports import granted
from tests.pages import api as url

pytestmark = pytest.mark.usefixtures("rate")
SCOPES = (Permission.BILLING_VIEW, Permission.SUBSCRIPTION_VIEW)


def amounts(found, *names):
    """Amounts as written by hand: the API gives each with ten decimals."""
    return [f"{Decimal(found[name]).normalize():f}" for name in names]


@pytest.fixture
def payer(reseller, at_start):
    return reseller.account


@pytest.fixture
def lot(payer, customer, product):
    found = make_bought(payer, product, customer=customer, resale="26", plan=MONTHLY)
    order_bill(order_id=found.order_line.order_id, actor=SYSTEM)
    return found


@pytest.fixture
def client(reseller, payer):
    """A token of the payer's, whose plan includes the API."""
    with granted(payer, "api"):
        yield client_of(reseller, *SCOPES, account=payer)


def test_an_invoice_over_the_api(client, lot):
    listed = client.get(url("billing-api:invoices")).json()["results"]
    one = client.get(url("billing-api:invoice", listed[0]["id"])).json()

    assert [each["number"] for each in listed] == ["INV-2026-000001"]
    assert amounts(one, "net", "tax", "total", "open") == ["8.33", "2", "10.33", "10.33"]
    [line] = one["lines"]
    assert (*amounts(line, "net", "resale"), line["quantity"]) == ("8.33", "10.83", 5)
    assert "cost" not in line


def test_it_is_narrowed(staff, payer, lot):
    client = client_of(staff, *SCOPES)

    def found(**asked):
        return len(client.get(url("billing-api:invoices"), asked).json()["results"])

    assert (found(state="issued"), found(state="draft,void")) == (1, 0)
    assert (found(billed_to=payer.public_id), found(billed_to="nobody")) == (1, 0)
    assert (found(order=lot.order_line.order.public_id), found(number="INV-2026-000002")) == (1, 0)


def test_a_resellers_customer_sees_no_invoice_and_its_own_installments(shop, customer, lot):
    client = client_of(person_of_account(customer, shop), *SCOPES, account=customer)

    assert client.get(url("billing-api:invoices")).json()["results"] == []
    parts = client.get(url("billing-api:installments", lot.subscription.public_id)).json()
    assert len(parts) == 12
    assert {part["invoice"] for part in parts} == {None}
    assert [amounts(part, "net") for part in parts[:2]] == [["10.83"], ["10.83"]]


def test_the_payers_installments_lead_to_their_invoice(client, lot):
    parts = client.get(url("billing-api:installments", lot.subscription.public_id)).json()

    assert [amounts(part, "net") for part in parts[::11]] == [["8.33"], ["8.37"]]
    assert [part["state"] for part in parts] == ["invoiced", *["scheduled"] * 11]
    assert parts[0]["invoice"] == Invoice.everywhere.get().public_id


def test_a_rival_finds_nothing(rival, lot):
    client = client_of(rival, *SCOPES, account=rival.account)
    invoice = url("billing-api:invoice", Invoice.everywhere.get().public_id)
    installments = url("billing-api:installments", lot.subscription.public_id)

    with granted(rival.account, "api"):
        assert client.get(url("billing-api:invoices")).json()["results"] == []
        assert [client.get(path).status_code for path in (invoice, installments)] == [404, 404]


def test_the_command_bills_here(at_start, payer, product):
    lot = make_bought(payer, product)
    lot_settle(lot_id=lot.pk, actor=SYSTEM)
    said = StringIO()

    call_command("billing_run", "--here", stdout=said)

    assert "Finished. 1 invoice, 0 credit notes, 1 item on them, 0 documents" in said.getvalue()
    assert Invoice.everywhere.count() == 1


def test_the_command_bills_one_account_and_leaves_the_rest_to_a_worker(at_start, payer):
    said = StringIO()
    call_command("billing_run", "--account", payer.number, stdout=said)

    run = Run.objects.get()
    assert run.payload["account"] == payer.pk
    assert f"({run.public_id}) is queued" in said.getvalue()


@pytest.mark.parametrize("arguments", [("--organization", "nobody"), ("--account", "ACC-999999")])
def test_the_command_says_what_it_does_not_find(at_start, arguments):
    with pytest.raises(CommandError):
        call_command("billing_run", *arguments)
    assert Run.objects.count() == 0


# Payments ----------------------------------------------------------------------------------------------------------


def recorded(payer, **values):
    return {"payer": payer.public_id, "amount": "10.33", "received_on": "2026-11-10", **values}


@pytest.fixture
def books(staff):
    """A token of the distributor's accounting."""
    return client_of(staff, Permission.BILLING_VIEW, Permission.BILLING_EDIT)


def post(client, body, key=""):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(url("billing-api:payments"), body, format="json", headers=headers)


def test_a_payment_is_recorded_once_and_settles_the_invoice(books, client, payer, lot):
    invoice = Invoice.everywhere.get()
    body = recorded(payer, amount="12.00", invoice=invoice.public_id, reference="Transfer 17")

    first, again = post(books, body, key="p-1"), post(books, body, key="p-1")

    assert (first.status_code, again.json()) == (201, first.json())
    made = first.json()
    assert amounts(made, "amount", "unused") == ["12", "1.67"]
    [used] = made["used_for"]
    assert (used["invoice"], amounts(used, "amount")) == (invoice.public_id, ["10.33"])
    assert Payment.everywhere.count() == 1
    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.SETTLED
    # The payer reads its own.
    assert client.get(url("billing-api:payment", made["id"])).json() == made
    listed = client.get(url("billing-api:payments"), {"invoice": invoice.public_id}).json()
    assert [each["number"] for each in listed["results"]] == [made["number"]]


def test_the_banks_id_is_taken_once_whatever_the_key(books, payer):
    answers = [post(books, recorded(payer, bank_id="B-9"), key=key) for key in ("a", "b", "")]

    assert {each.json()["id"] for each in answers} == {Payment.everywhere.get().public_id}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"received_on": "2026-11-11"}, "received_on"),
        ({"currency": "EUX"}, "currency"),
        ({"bank_id": "B" * 91}, "bank_id"),
        ({"payer": "nobody"}, "payer"),
        ({"invoice": "nothing"}, "invoice"),
        ({"amout": "1"}, "amout"),
    ],
)
def test_what_cannot_be_is_refused_by_field_and_records_nothing(books, payer, wrong, field):
    refused = post(books, recorded(payer) | wrong, key="w")

    assert refused.status_code == 400
    body = refused.json()
    assert field in body.get("errors", {}) or body.get("field") == field
    assert Payment.everywhere.count() == 0


def test_an_end_customer_is_no_payer_and_anothers_invoice_is_not_paid(
    books, payer, customer, lot, rival
):
    invoice = Invoice.everywhere.get().public_id

    assert post(books, recorded(customer)).json()["errors"].keys() == {"payer"}
    assert post(books, recorded(rival.account, invoice=invoice)).status_code == 400
    assert Payment.everywhere.count() == 0


def test_whoever_pays_records_nothing_and_a_rival_finds_nothing(books, reseller, payer, rival):
    with granted(payer, "api"):
        own = client_of(reseller, Permission.BILLING_VIEW, Permission.BILLING_EDIT, account=payer)
        assert post(own, recorded(payer)).status_code == 403
    made = post(books, recorded(payer)).json()["id"]
    with granted(rival.account, "api"):
        stranger = client_of(rival, *SCOPES, account=rival.account)
        assert stranger.get(url("billing-api:payments")).json()["results"] == []
        assert stranger.get(url("billing-api:payment", made)).status_code == 404


@pytest.mark.parametrize("rows", [1, 20])
def test_payments_cost_the_same_however_many(books, payer, rows, django_assert_max_num_queries):
    for _each in range(rows):
        post(books, recorded(payer, amount="1"))
    with django_assert_max_num_queries(8):
        found = books.get(url("billing-api:payments")).json()["results"]
    assert len(found) == rows
