"""The API: what a token sees and writes, once per Idempotency-Key, and never beyond its account."""

from __future__ import annotations

import pytest
from django.test import Client

from bss.accounts.models import Account, Contact, PaymentMethod
from bss.accounts.permissions import API_SCOPES
from bss.accounts.selectors import account_ceiling
from bss.accounts.services import token_create
from bss.core import scope
from bss.core.models import HistoryEntry
from tests.factories.accounts import AccountFactory, ContactFactory, ResellerFactory
from tests.factories.ports import granted

ACCOUNTS, CONTACTS = "/api/v1/accounts/", "/api/v1/contacts/"
NEW = {"kind": "direct", "name": "Kavala Marine", "country": "GR"}


class Api:
    """A client that sends a token."""

    def __init__(self, text):
        self.client = Client(headers={"Authorization": f"Bearer {text}"})

    def get(self, path, **query):
        return self.client.get(path, query)

    def post(self, path, body, key=""):
        return self._write(self.client.post, path, body, key)

    def patch(self, path, body, key=""):
        return self._write(self.client.patch, path, body, key)

    def _write(self, method, path, body, key):
        headers = {"Idempotency-Key": key} if key else {}
        return method(path, body, content_type="application/json", headers=headers)


def api_of(person, organization, account=None, scopes=API_SCOPES):
    most = account_ceiling(account) if account else frozenset(map(str, scopes))
    with scope.activate(organization.scope):
        _token, text = token_create(
            organization=organization,
            name="Shop system",
            scopes=[str(s) for s in scopes if str(s) in most],
            actor=person.actor,
            account=account,
        )
    return Api(text)


@pytest.fixture
def api(staff, distributor):
    return api_of(staff, distributor)


@pytest.fixture
def reseller_api(staff, distributor, reseller):
    with granted(reseller.account, "api"):
        yield api_of(staff, distributor, reseller.account)


def test_an_account_is_created_read_and_changed(api):
    made = api.post(ACCOUNTS, {**NEW, "credit_limit": "2500.00", "vat_id": "el 094 259 216"})
    assert made.status_code == 201
    body = made.json()
    assert (body["number"], body["credit_limit"], body["vat_id"]) == (
        "ACC-000001",
        "2500.0000",
        "EL094259216",
    )

    path = f"{ACCOUNTS}{body['id']}/"
    changed = api.patch(path, {"city": "Kavala", "credit_limit": None, "version": 1})
    assert changed.status_code == 200
    assert api.get(path).json() == {**body, "city": "Kavala", "credit_limit": None, "version": 2}


@pytest.mark.parametrize("empty", [{}, {"corporate_email": ""}, {"corporate_email": None}])
def test_no_corporate_email_is_stored_as_null_any_number_of_times(api, empty):
    for _ in range(2):
        assert api.post(ACCOUNTS, {**NEW, **empty}).json()["corporate_email"] is None
    assert Account.everywhere.filter(corporate_email=None).count() == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"corporate_email": "nonsense"}, "corporate_email"),
        ({"name": ""}, "name"),
        ({"country": "XX"}, "country"),
        ({"kind": "vendor"}, "kind"),
        ({"kind": "customer"}, "parent"),
        ({"kind": "customer", "parent": "nobody"}, "parent"),
        ({"payment_method": "nothing"}, "payment_method"),
        ({"credit_limit": "-1"}, "credit_limit"),
        ({"creditlimit": "5"}, "creditlimit"),
    ],
)
def test_bad_input_is_refused_on_its_field_and_nothing_is_made(api, values, field):
    response = api.post(ACCOUNTS, {**NEW, **values})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]
    assert Account.everywhere.count() == 0


def test_the_same_key_gets_the_first_answer_and_makes_one_account(api):
    first = api.post(ACCOUNTS, NEW, key="order-17")
    again = api.post(ACCOUNTS, NEW, key="order-17")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again["Idempotent-Replay"] == "true"
    assert Account.everywhere.count() == 1


def test_another_body_under_the_same_key_is_refused(api):
    api.post(ACCOUNTS, NEW, key="order-17")
    other = api.post(ACCOUNTS, {**NEW, "name": "Somebody else"}, key="order-17")
    assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert Account.everywhere.count() == 1


def test_a_refusal_leaves_the_key_free(api):
    assert api.post(ACCOUNTS, {**NEW, "country": "XX"}, key="order-17").status_code == 400
    assert api.post(ACCOUNTS, NEW, key="order-17").status_code == 201


def test_a_stale_change_is_refused(api, distributor):
    account = AccountFactory(organization=distributor, city="Athens")
    path = f"{ACCOUNTS}{account.public_id}/"
    assert api.patch(path, {"city": "Kavala", "version": 1}).status_code == 200
    stale = api.patch(path, {"city": "Drama", "version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "STALE_STATE")
    assert Account.everywhere.get().city == "Kavala"


def test_the_list_is_paged_filtered_and_searched(api, distributor):
    reseller = ResellerFactory(organization=distributor, name="Techsolutions")
    customers = [AccountFactory(parent=reseller, name=f"Customer {n}") for n in range(3)]

    assert len(api.get(ACCOUNTS).json()["results"]) == 4
    page = api.get(ACCOUNTS, page_size=2).json()
    assert [a["name"] for a in page["results"]] == ["Customer 2", "Customer 1"]
    rest = api.client.get(page["next"]).json()["results"]
    assert [a["name"] for a in rest] == ["Customer 0", "Techsolutions"]
    assert len(api.get(ACCOUNTS, parent=reseller.public_id).json()["results"]) == 3
    assert len(api.get(ACCOUNTS, kind="reseller").json()["results"]) == 1
    found = api.get(ACCOUNTS, q="customer 1").json()["results"]
    assert [a["id"] for a in found] == [customers[1].public_id]


def test_the_list_costs_the_same_with_one_row_and_with_many(
    api, distributor, django_assert_max_num_queries
):
    reseller = ResellerFactory(organization=distributor)
    for _ in range(20):
        AccountFactory(parent=reseller)
    api.get(ACCOUNTS)
    with django_assert_max_num_queries(5):
        api.get(ACCOUNTS)


def test_contacts_are_created_read_and_changed(api, distributor):
    account = AccountFactory(organization=distributor)
    body = {"account": account.public_id, "last_name": "Markou", "email": "Eleni@kavala.example"}
    made = api.post(CONTACTS, body, key="k1")
    assert (made.status_code, made.json()["is_primary"]) == (201, True)
    assert api.post(CONTACTS, body, key="k1").json() == made.json()
    twice = api.post(CONTACTS, body)
    assert (twice.status_code, list(twice.json()["errors"])) == (400, ["email"])

    path = f"{CONTACTS}{made.json()['id']}/"
    refused = api.patch(path, {"phone": "abc"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["phone"])
    assert api.patch(path, {"phone": "210"}).json()["phone"] == "210"
    assert api.get(CONTACTS, account=account.public_id).json()["results"] == [api.get(path).json()]
    assert Contact.everywhere.count() == 1


# Who may -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["", "Bearer nonsense", "Basic abc", "Bearer"])
def test_without_a_good_token_nothing_answers(client, distributor, header):
    response = client.get(ACCOUNTS, headers={"Authorization": header} if header else {})
    assert response.status_code == 401


def test_each_method_needs_its_scope(staff, distributor):
    reader = api_of(staff, distributor, scopes=["account.view"])
    account = AccountFactory(organization=distributor)
    assert reader.get(ACCOUNTS).status_code == 200
    assert reader.post(ACCOUNTS, NEW).status_code == 403
    assert reader.patch(f"{ACCOUNTS}{account.public_id}/", {"city": "Drama"}).status_code == 403
    assert reader.post(CONTACTS, {}).status_code == 403
    assert Account.everywhere.get().city == ""


def test_another_organizations_records_are_not_there(api, tenant, distributor):
    foreign = AccountFactory(organization=tenant.membership.organization)
    contact = ContactFactory(account=foreign)
    for path in (f"{ACCOUNTS}{foreign.public_id}/", f"{CONTACTS}{contact.public_id}/"):
        assert api.get(path).status_code == 404
        assert api.patch(path, {"phone": "1"}).status_code == 404
    assert foreign.public_id not in api.get(ACCOUNTS).content.decode()
    refused = api.post(
        CONTACTS, {"account": foreign.public_id, "last_name": "X", "email": "x@y.example"}
    )
    assert list(refused.json()["errors"]) == ["account"]
    assert Contact.everywhere.filter(account=foreign).count() == 1


def test_a_resellers_token_sees_itself_and_its_customers(
    reseller_api, reseller, rival, customer_account
):
    names = {a["name"] for a in reseller_api.get(ACCOUNTS).json()["results"]}
    assert names == {"Techsolutions", "Aegean Foods"}
    assert reseller_api.get(f"{ACCOUNTS}{rival.account.public_id}/").status_code == 404


def test_a_resellers_token_creates_end_customers_and_sets_nothing_of_staffs(
    reseller_api, reseller, rival
):
    mine = {
        "kind": "customer",
        "name": "Aegean Foods",
        "country": "GR",
        "parent": reseller.account.public_id,
    }
    assert reseller_api.post(ACCOUNTS, mine).status_code == 201
    before = Account.everywhere.count()
    assert reseller_api.post(ACCOUNTS, NEW).status_code == 403
    assert reseller_api.post(ACCOUNTS, {**mine, "credit_limit": None}).status_code == 403
    assert (
        reseller_api.post(ACCOUNTS, {**mine, "parent": rival.account.public_id}).status_code == 400
    )
    own = f"{ACCOUNTS}{reseller.account.public_id}/"
    assert reseller_api.patch(own, {"credit_limit": None}).status_code == 403
    assert reseller_api.patch(own, {"ordering_enabled": False}).status_code == 403
    assert reseller_api.patch(own, {"phone": "210"}).status_code == 200
    assert Account.everywhere.count() == before
    assert not HistoryEntry.objects.filter(changes__has_key="credit_limit").exists()


def test_a_resellers_token_stops_with_its_plan_and_comes_back_with_it(staff, distributor, reseller):
    with granted(reseller.account, "api"):
        api = api_of(staff, distributor, reseller.account)
        assert api.get(ACCOUNTS).status_code == 200
    assert api.get(ACCOUNTS).status_code == 401
    with granted(reseller.account, "api"):
        assert api.get(ACCOUNTS).status_code == 200


def test_a_payment_method_is_named_by_its_id(api, distributor):
    method = PaymentMethod.everywhere.create(organization=distributor, name="Transfer")
    made = api.post(ACCOUNTS, {**NEW, "payment_method": method.public_id})
    assert made.json()["payment_method"] == method.public_id


def test_the_description_names_every_resource(client, distributor):
    schema = client.get("/api/v1/schema/")
    text = schema.content.decode()
    assert schema.status_code == 200
    for operation in (
        "accounts_list",
        "accounts_create",
        "accounts_edit",
        "contacts_list",
        "contacts_create",
    ):
        assert f"operationId: {operation}" in text
    assert "Idempotency-Key" in text
