"""The other doors: the API, read only and each at its own level, and the command."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bss.accounts.permissions import Permission
from bss.billing.models import Invoice
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

    assert "Finished. 1 invoices, 0 credit_notes, 1 items" in said.getvalue()
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
