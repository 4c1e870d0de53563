"""Accounts: what is made of what staff enter, what is refused, and what history keeps."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bss.accounts.models import Account, PaymentMethod
from bss.accounts.services import (
    account_activate,
    account_create,
    account_deactivate,
    account_edit,
    accounts_deactivate,
)
from bss.core.errors import Invalid, PermissionDenied, StaleState
from bss.core.models import Event, HistoryEntry
from tests.factories.accounts import AccountFactory, OrganizationFactory, ResellerFactory

pytestmark = pytest.mark.usefixtures("at_distributor")


def create(staff, distributor, **values):
    return account_create(
        organization=distributor,
        actor=staff.actor,
        **{"kind": "direct", "name": "Kavala Marine", "country": "GR", **values},
    )


def test_an_account_gets_a_number_a_scope_and_the_defaults_of_its_organization(staff, distributor):
    account = create(staff, distributor)

    assert account.number == "ACC-000001"
    assert account.scope == f"{distributor.pk}.{account.pk}."
    assert (account.tax_country, account.currency, account.language) == ("GR", "EUR", "en")
    assert account.credit_limit == 0
    assert Event.objects.get(name="account.created").subject_id == account.pk
    assert HistoryEntry.objects.get(action="account.created").actor_id == staff.user.pk


def test_an_end_customer_lies_below_its_reseller_and_speaks_its_language(staff, distributor):
    reseller = ResellerFactory(organization=distributor, language="de", currency="CHF")

    customer = create(staff, distributor, kind="customer", parent=reseller)

    assert customer.scope == f"{distributor.pk}.{reseller.pk}.{customer.pk}."
    assert (customer.language, customer.currency) == ("de", "CHF")


def test_a_reseller_may_resell_unless_told_otherwise(staff, distributor):
    assert create(staff, distributor, kind="reseller").is_reseller
    assert not create(staff, distributor, kind="reseller", reselling_enabled=False).is_reseller


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"kind": "customer"}, "parent", "PARENT_MISSING"),
        ({"kind": "direct", "parent": "reseller"}, "parent", "PARENT_NOT_POSSIBLE"),
        ({"kind": "customer", "parent": "direct"}, "parent", "PARENT_NOT_A_RESELLER"),
        ({"kind": "customer", "parent": "foreign"}, "parent", "PARENT_NOT_A_RESELLER"),
        ({"kind": "direct", "reselling_enabled": True}, "reselling_enabled", "NOT_A_RESELLER"),
        ({"payment_method": "foreign"}, "payment_method", "NOT_OFFERED"),
    ],
)
def test_who_stands_above_whom_and_who_may_resell(staff, distributor, values, field, code):
    others = {
        "reseller": ResellerFactory(organization=distributor),
        "direct": AccountFactory(organization=distributor),
        "foreign": ResellerFactory(organization=OrganizationFactory()),
    }
    if "parent" in values:
        values = {**values, "parent": others[values["parent"]]}
    if "payment_method" in values:
        elsewhere = OrganizationFactory()
        method = PaymentMethod.everywhere.create(organization=elsewhere, name="Elsewhere")
        values = {**values, "payment_method": method}
    before = Account.everywhere.count()

    with pytest.raises(Invalid) as refusal:
        create(staff, distributor, **values)

    assert (refusal.value.field, refusal.value.code) == (field, code)
    assert Account.everywhere.count() == before


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"corporate_email": "not an address"}, "corporate_email"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"country": "XX"}, "country"),
        ({"tax_country": "QQ"}, "tax_country"),
        ({"currency": "ABC"}, "currency"),
        ({"billing_day": 29}, "billing_day"),
        ({"website": "not a url"}, "website"),
        ({"kind": "vendor"}, "kind"),
    ],
)
def test_bad_input_is_refused_on_its_field(staff, distributor, values, field):
    with pytest.raises(Invalid) as refusal:
        create(staff, distributor, **values)

    assert list(refusal.value.errors) == [field]
    assert Account.everywhere.count() == 0


def test_any_number_of_accounts_have_no_corporate_email(staff, distributor):
    made = [create(staff, distributor, corporate_email=empty) for empty in ("", "  ", None)]

    stored = Account.everywhere.values_list("corporate_email", flat=True)
    assert list(stored) == [None] * len(made)


def test_two_accounts_of_one_number_do_not_coexist(staff, distributor):
    create(staff, distributor, number="K-1")

    with pytest.raises(Invalid) as refusal:
        create(staff, distributor, number="K-1")

    assert refusal.value.code == "NUMBER_TAKEN"
    assert Account.everywhere.count() == 1


def test_an_edit_keeps_the_old_and_the_new_value_in_history(staff, distributor):
    account = create(staff, distributor, city="Athens")

    account_edit(
        account=account, version=1, actor=staff.actor, city="Kavala", credit_limit=Decimal("500.00")
    )

    entry = HistoryEntry.objects.get(action="account.edited")
    assert entry.changes["city"] == ["Athens", "Kavala"]
    assert Account.everywhere.get().version == 2
    assert Event.objects.filter(name="account.edited").count() == 1


def test_an_edit_that_changes_nothing_writes_nothing(staff, distributor):
    account = create(staff, distributor, city="Athens")

    account_edit(account=account, version=1, actor=staff.actor, city="Athens", corporate_email="")

    assert Account.everywhere.get().version == 1
    assert not HistoryEntry.objects.filter(action="account.edited").exists()


def test_an_edit_of_what_somebody_else_changed_meanwhile_is_refused(staff, distributor):
    account = create(staff, distributor, city="Athens")
    seen = Account.everywhere.get()
    account_edit(account=account, version=1, actor=staff.actor, city="Kavala")

    with pytest.raises(StaleState):
        account_edit(account=seen, version=1, actor=staff.actor, city="Drama")

    assert Account.everywhere.get().city == "Kavala"
    assert seen.city == "Athens"


def test_a_refused_edit_leaves_the_object_as_it_was(staff, distributor):
    account = create(staff, distributor)

    with pytest.raises(Invalid):
        account_edit(account=account, version=1, actor=staff.actor, corporate_email="nonsense")

    assert account.corporate_email is None


def test_a_reseller_creates_end_customers_below_itself_and_nothing_else(
    reseller, rival, distributor
):
    made = account_create(
        organization=distributor,
        kind="customer",
        name="Aegean Foods",
        country="GR",
        parent=reseller.account,
        actor=reseller.actor,
    )
    assert made.parent == reseller.account
    before = Account.everywhere.count()
    for values in (
        {"kind": "reseller"},
        {"kind": "customer", "parent": rival.account},
        {"kind": "customer", "parent": reseller.account, "credit_limit": None},
        {"kind": "customer", "parent": reseller.account, "taxable": False},
    ):
        with pytest.raises(PermissionDenied):
            account_create(
                organization=distributor,
                name="Another",
                country="GR",
                actor=reseller.actor,
                **values,
            )
    assert Account.everywhere.count() == before


@pytest.mark.parametrize("field", ["credit_limit", "name", "vat_id", "taxable", "ordering_enabled"])
def test_what_a_company_may_not_change_about_itself(reseller, field):
    before = Account.everywhere.get(pk=reseller.account.pk)

    with pytest.raises(PermissionDenied) as refusal:
        account_edit(account=reseller.account, version=None, actor=reseller.actor, **{field: None})

    assert refusal.value.code == "FIELD_NOT_YOURS"
    after = Account.everywhere.get(pk=reseller.account.pk)
    assert getattr(after, field) == getattr(before, field)


def test_deactivating_many_names_those_that_were_active(staff, distributor):
    active = [AccountFactory(organization=distributor) for _ in range(3)]
    idle = AccountFactory(organization=distributor, is_active=False)
    rows = Account.objects.all()

    done = accounts_deactivate(accounts=rows, actor=staff.actor)

    assert {a.pk for a in done} == {a.pk for a in active}
    assert not Account.everywhere.filter(is_active=True).exists()
    assert HistoryEntry.objects.filter(action="account.deactivated").count() == 3
    assert Account.everywhere.get(pk=idle.pk).version == 1


def test_an_account_comes_back(staff, distributor):
    account = create(staff, distributor)
    account_deactivate(account=account, actor=staff.actor)
    account_activate(account=account, actor=staff.actor)
    account_activate(account=account, actor=staff.actor)

    assert Account.everywhere.get().is_active
    assert account.version == Account.everywhere.get().version == 3


def test_numbers_given_by_hand_are_passed_over(staff, distributor):
    create(staff, distributor, number="ACC-000001")
    create(staff, distributor, number="ACC-000002")

    assert create(staff, distributor).number == "ACC-000003"
    assert create(staff, distributor).number == "ACC-000004"
