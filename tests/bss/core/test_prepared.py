"""Queries compiled once: the same rows as ever, in the scope that is active when they run, and never with a value
that was only right the first time.
"""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F, Model, Q
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from bss.accounts.choices import AccountKind
from bss.accounts.models import Account, Organization, Storefront
from bss.catalog.models import PriceList
from bss.core import scope
from bss.core.errors import ScopeMissing
from bss.core.prepared import Prepared, Unpreparable
from tests.factories.accounts import AccountFactory, OrganizationFactory, StorefrontFactory
from tests.factories.catalog import PriceListFactory

pytestmark = pytest.mark.django_db


def named(name: str):
    return Account.objects.filter(name=name).select_related("organization").order_by("pk")


def test_each_run_has_its_own_values_in_one_query():
    shop = StorefrontFactory(host="a.test", alias="")
    other = StorefrontFactory(host="b.test", alias="")
    at = Prepared(
        lambda host, alias: Storefront.everywhere.filter(
            host__in=[host, "c.test"], alias=alias
        ).select_related("organization"),
        host=str,
        alias=str,
    )

    with CaptureQueriesContext(connection) as asked:
        found = [at.all(host="a.test", alias=""), at.all(host="b.test", alias="")]
        organization = found[0][0].organization

    assert found == [[shop], [other]]
    assert organization == shop.organization
    assert len(asked) == 2
    assert at.all(host="a.test", alias="none") == []
    assert at.first(host="a.test", alias="none") is None


def test_its_objects_are_those_that_django_makes():
    """With what they are read with, also where an outer join finds nothing and where columns are left for later."""
    reseller = AccountFactory(kind=AccountKind.RESELLER)
    customer = AccountFactory(organization=reseller.organization, parent=reseller)

    def read(pks: list[int]):
        rows = Account.everywhere.select_related("parent__organization", "organization")
        return rows.annotate(twice=F("pk") * 2).defer("phone").filter(pk__any=pks).order_by("pk")

    made = Prepared(read, pks=list).all(pks=[reseller.pk, customer.pk])
    wanted = list(read([reseller.pk, customer.pk]))

    assert [told(account) for account in made] == [told(account) for account in wanted]
    assert [told(each.organization) for each in made] == [
        told(each.organization) for each in wanted
    ]
    assert told(made[1].parent.organization) == told(wanted[1].parent.organization)
    assert made[0].parent is None
    assert made[1].phone == customer.phone
    made[1].name = "Delta"
    made[1].save()
    assert Account.everywhere.get(pk=customer.pk).name == "Delta"


def told(made: Model) -> Any:
    """All that an object holds, but its relations."""
    state = vars(made)["_state"]
    held = {name: value for name, value in vars(made).items() if name != "_state"}
    return type(made), held, state.db, state.adding, sorted(state.fields_cache)


def test_rows_are_those_of_the_scope_active_when_it_runs():
    mine, theirs = AccountFactory(name="Delta"), AccountFactory(name="Delta")
    customer = AccountFactory(name="Delta", organization=mine.organization)
    called = Prepared(named, name=str)

    with scope.activate(mine.organization.scope):
        assert called.all(name="Delta") == [mine, customer]
    with scope.activate(theirs.organization.scope):
        assert called.all(name="Delta") == [theirs]
    with scope.activate(customer.scope_path):
        assert called.all(name="Delta") == [customer]
    with pytest.raises(ScopeMissing):
        called.all(name="Delta")


def test_shared_rows_are_those_of_the_active_organization():
    lists = [PriceListFactory(name="Gold", organization=OrganizationFactory()) for _ in range(2)]
    called = Prepared(lambda name: PriceList.objects.filter(name=name), name=str)

    for price_list in lists:
        with scope.activate(price_list.organization.scope):
            assert called.all(name="Gold") == [price_list]


def test_it_is_as_safe_as_any_query():
    organization = OrganizationFactory()
    account = AccountFactory(name="100% o'Hara", organization=organization)
    called = Prepared(named, name=str)

    with scope.activate(organization.scope):
        assert called.all(name="100% o'Hara") == [account]
        assert called.all(name="' OR 1=1 --") == []
        assert called.all(name="%") == []


@pytest.mark.parametrize(
    ("build", "types"),
    [
        (lambda name: Account.everywhere.filter(name__icontains=name), {"name": str}),
        (lambda number: Account.everywhere.filter(pk__gt=number + 1), {"number": int}),
        (
            lambda name: Account.everywhere.filter(Q(name="Delta") | Q(name="Epsilon")),
            {"name": str},
        ),
        (lambda most: Account.everywhere.order_by("pk")[:most], {"most": int}),
        (lambda: Account.objects.filter(scope__contains=scope.active().path), {}),
        (lambda: Organization.objects.prefetch_related("accounts"), {}),
    ],
    ids=["changed", "computed", "unused", "limit", "scope changed", "prefetched"],
)
def test_what_cannot_be_compiled_once_is_refused(build, types):
    values = {name: of() for name, of in types.items()}

    with CaptureQueriesContext(connection) as asked, pytest.raises(Unpreparable):
        Prepared(build, **types).all(**values)
    assert len(asked) == 0


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"on": None, "name": "Delta"},
        {"on": datetime(2026, 1, 1, tzinfo=UTC), "name": "Delta"},
        {"on": date(2026, 1, 1), "name": 1},
        {"on": date(2026, 1, 1), "name": "Delta", "more": 1},
    ],
)
def test_a_value_missing_or_of_another_type_is_refused(values):
    valid = Prepared(
        lambda on, name: PriceList.objects.filter(valid_from__lte=on, name=name), on=date, name=str
    )
    with (
        scope.activate("1."),
        CaptureQueriesContext(connection) as asked,
        pytest.raises(Unpreparable),
    ):
        valid.all(**values)
    assert len(asked) == 0


def test_ids_in_any_number_are_one_value():
    made = [AccountFactory() for _ in range(3)]
    among = Prepared(lambda ids: Account.everywhere.filter(pk__any=ids).order_by("pk"), ids=list)

    assert among.all(ids=[made[2].pk, made[0].pk]) == [made[0], made[2]]
    assert among.all(ids=[made[1].pk]) == [made[1]]
    assert among.all(ids=[]) == []
    with pytest.raises(Unpreparable):
        among.all(ids=made[1].pk)


def test_codes_in_any_number_are_one_value_and_no_ids():
    made = [AccountFactory() for _ in range(3)]
    among = Prepared(
        lambda codes: Account.everywhere.filter(public_id__any=codes).order_by("pk"),
        codes=list[str],
    )

    assert among.all(codes=[made[2].public_id, made[0].public_id]) == [made[0], made[2]]
    assert among.all(codes=[made[1].public_id]) == [made[1]]
    assert among.all(codes=[]) == []
    for wrong in (made[1].public_id, [made[1].pk], [made[1].public_id, made[0].pk]):
        with pytest.raises(Unpreparable):
            among.all(codes=wrong)


def test_the_lookup_is_the_same_as_in_without_being_prepared():
    mine, other = AccountFactory(), AccountFactory()
    AccountFactory(organization=mine.organization)

    found = Account.everywhere.filter(organization__any=[other.organization_id, 0])
    assert list(found) == [other]
    assert not Account.everywhere.filter(pk__any=[]).exists()


def test_a_row_that_must_be_there_is_missed_by_name():
    account = AccountFactory()
    called = Prepared(lambda pk: Account.everywhere.filter(pk=pk), pk=int)

    assert called.get(pk=account.pk) == account
    with pytest.raises(Account.DoesNotExist):
        called.get(pk=account.pk + 1)


@pytest.mark.django_db(transaction=True)
def test_rows_are_never_locked_outside_a_transaction():
    account = AccountFactory()
    held = Prepared(lambda pk: Account.everywhere.filter(pk=pk).select_for_update(), pk=int)

    with transaction.atomic():
        assert held.get(pk=account.pk) == account
    with pytest.raises(TransactionManagementError):
        held.get(pk=account.pk)


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_over_its_own_connection():
    shop = StorefrontFactory(host="a.test", alias="")
    at = Prepared(lambda host: Storefront.everywhere.filter(host=host), host=str)
    found = [at.all(host="a.test")]

    def ask() -> None:
        found.append(at.all(host="a.test"))
        found.append(connection.connection)
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()

    assert found[:2] == [[shop], [shop]]
    assert found[2] is not connection.connection
