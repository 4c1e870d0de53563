"""Foreign ids are not there, and what a role does not hold is refused, with nothing changed either way."""

from __future__ import annotations

import pytest
from django.urls import reverse

from bss.accounts.choices import StaffRole
from bss.accounts.models import (
    Account,
    AccountImport,
    ApiToken,
    Contact,
    Membership,
    Organization,
    PaymentMethod,
)
from bss.accounts.services import import_create, token_create
from bss.core import scope
from bss.core.models import Event, HistoryEntry
from tests.conftest import person_of_staff
from tests.factories.accounts import ContactFactory, make_staff

TABLES = (Account, Contact, Membership, PaymentMethod, ApiToken, AccountImport)


def url(name, *args):
    return "/portal" + reverse(f"accounts:{name}", urlconf="config.urls_portal", args=args)


def everything():
    rows = [list(model.everywhere.order_by("pk").values()) for model in TABLES]
    return [
        *rows,
        list(Organization.objects.values()),
        HistoryEntry.objects.count(),
        Event.objects.count(),
    ]


@pytest.fixture
def ids(staff, reseller, distributor):
    """The public ids of the distributor's records by kind."""
    with scope.activate(distributor.scope):
        token, _text = token_create(
            organization=distributor, name="T", scopes=["account.view"], actor=staff.actor
        )
        source = import_create(
            organization=distributor, name="f.csv", raw=b"name,country\nA,GR\n", actor=staff.actor
        )
    method = PaymentMethod.everywhere.create(organization=distributor, name="Transfer")
    return {
        "account": reseller.account.public_id,
        "contact": ContactFactory(account=reseller.account).public_id,
        "user": reseller.membership.public_id,
        "organization": distributor.public_id,
        "staff": staff.membership.public_id,
        "method": method.public_id,
        "token": token.public_id,
        "import": source.public_id,
    }


READS = [
    ("detail", "account"), ("edit", "account"), ("contact_create", "account"), ("contact_edit", "contact"),
    ("user_invite", "contact"), ("user_edit", "user"), ("organization", "organization"),
    ("organization_edit", "organization"), ("staff_edit", "staff"), ("payment_method_edit", "method"),
    ("import", "import"), ("import_progress", "import"),
]  # fmt: skip
WRITES = [
    ("edit", "account"), ("view_as", "account"), ("contact_create", "account"), ("contact_edit", "contact"),
    ("user_invite", "contact"), ("user_edit", "user"), ("organization_edit", "organization"),
    ("staff_edit", "staff"), ("payment_method_edit", "method"), ("payment_method_delete", "method"),
    ("token_revoke", "token"), ("import_run", "import"), ("import_check", "import"), ("import_cancel", "import"),
]  # fmt: skip
VERBS = [
    ("do", "account", "deactivate"), ("do", "account", "activate"), ("user_do", "user", "deactivate"),
    ("user_do", "user", "invite"), ("staff_do", "staff", "deactivate"), ("staff_do", "staff", "invite"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "kind"), READS)
def test_another_organizations_staff_finds_nothing(tenant, ids, name, kind):
    assert tenant.client.get(url(name, ids[kind])).status_code == 404


@pytest.mark.parametrize(("name", "kind", "verb"), [(n, k, None) for n, k in WRITES] + VERBS)
def test_another_organizations_staff_changes_nothing(tenant, ids, name, kind, verb):
    before = everything()
    args = [ids[kind], verb] if verb else [ids[kind]]
    assert tenant.client.post(url(name, *args), {"name": "Changed"}).status_code == 404
    assert everything() == before


@pytest.mark.parametrize(("name", "kind", "verb"), [(n, k, None) for n, k in WRITES] + VERBS)
def test_who_only_reads_changes_nothing(distributor, ids, name, kind, verb):
    reader = person_of_staff(make_staff(distributor, StaffRole.READ_ONLY))
    before = everything()
    args = [ids[kind], verb] if verb else [ids[kind]]
    assert reader.client.post(url(name, *args), {"name": "Changed"}).status_code == 403
    assert everything() == before


@pytest.mark.parametrize(
    "name",
    [
        "create",
        "tenant_create",
        "staff_invite",
        "payment_method_create",
        "token_create",
        "import_create",
    ],
)
def test_who_only_reads_creates_nothing(distributor, ids, name):
    reader = person_of_staff(make_staff(distributor, StaffRole.READ_ONLY))
    before = everything()
    assert reader.client.get(url(name)).status_code == 403
    assert reader.client.post(url(name), {"name": "New"}).status_code == 403
    assert everything() == before


@pytest.mark.parametrize(("name", "kind"), READS)
def test_storefront_people_have_no_portal(reseller, ids, name, kind):
    response = reseller.client.get(url(name, ids[kind]))
    assert response.status_code == 302
    assert response["Location"].startswith("/portal/account/login/")


MAY = {
    StaffRole.ADMINISTRATOR: {
        "create",
        "staff",
        "organizations",
        "tokens",
        "payment_methods",
        "imports",
    },
    StaffRole.SALES: {"create", "imports"},
    StaffRole.BILLING: {"create"},
    StaffRole.SUPPORT: set(),
    StaffRole.READ_ONLY: set(),
}


@pytest.mark.parametrize("role", StaffRole.values)
def test_which_screens_each_role_opens(distributor, role):
    person = person_of_staff(make_staff(distributor, role))
    opened = {
        name
        for name in ("create", "staff", "organizations", "tokens", "payment_methods", "imports")
        if person.client.get(url(name)).status_code == 200
    }
    assert opened == MAY[role]
    assert person.client.get(url("list")).status_code == 200


def test_a_list_shows_no_foreign_row(tenant, reseller):
    assert "Techsolutions" not in tenant.client.get(url("list")).content.decode()


def test_the_parent_organization_sees_a_tenant_and_does_not_change_it(staff, tenant):
    organization = tenant.membership.organization
    assert staff.client.get(url("organization", organization.public_id)).status_code == 200
    before = everything()
    response = staff.client.post(
        url("organization_edit", organization.public_id), {"name": "Taken over"}
    )
    assert response.status_code == 403
    assert everything() == before
