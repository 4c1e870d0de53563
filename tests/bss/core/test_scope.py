"""Tenancy fails closed: no scope, no query; a path is no longer and no shorter than it says."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bss.accounts.models import Account, Storefront
from bss.core import scope
from bss.core.errors import ScopeMissing
from bss.core.scope import NOBODY, Scope
from bss.core.tenancy import scope_of
from tests.factories.accounts import (
    AccountFactory,
    OrganizationFactory,
    ResellerFactory,
    StorefrontFactory,
)

ids = st.integers(min_value=1, max_value=NOBODY)
paths = st.lists(ids, min_size=1, max_size=3).map(lambda parts: "".join(f"{p}." for p in parts))


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "1",
        "1.5",
        "0.",
        "1.0.",
        "01.",
        "1..2.",
        "-1.",
        "1. ",
        " 1.",
        "a.",
        "1.2",
        "1.%",
        "1._.",
        "\u0661.",
    ],
)
def test_a_malformed_path_is_a_fault(path):
    with pytest.raises(ValueError, match="malformed"):
        Scope(path)


@given(paths, paths)
def test_a_path_contains_what_lies_below_it_and_nothing_else(above, below):
    contains = Scope(above).contains(below)

    assert contains == (below.split(".")[: above.count(".")] == above.split(".")[:-1])


def test_one_number_that_begins_like_another_is_not_above_it():
    assert not Scope("1.5.").contains("1.50.")
    assert not Scope("1.").contains("10.")
    assert Scope("1.5.").contains("1.5.50.")


def test_the_longest_path_fits_its_column():
    assert len(f"{NOBODY}.{NOBODY}.{NOBODY}.") <= Account._meta.get_field("scope").max_length


def test_a_visitor_lies_beside_every_account():
    visitor = Scope.of_nobody(7)

    assert visitor.organization_id == 7
    assert not visitor.contains("7.1.")
    assert not Scope("7.1.").contains(visitor.path)


def test_owned_rows_are_not_readable_without_a_scope(db):
    AccountFactory()

    for query in (
        lambda: list(Account.objects.all()),
        lambda: Account.objects.filter(pk=1).exists(),
        Account.objects.count,
        lambda: Account.objects.update(name="x"),
        lambda: Account.objects.all().delete(),
        Account._default_manager.first,
        lambda: list(Storefront.objects.all()),
    ):
        with pytest.raises(ScopeMissing):
            query()


def test_rows_behind_a_record_are_not_readable_without_a_scope(db):
    reseller = ResellerFactory()
    AccountFactory(parent=reseller)

    with pytest.raises(ScopeMissing):
        list(reseller.customers.all())
    with scope.activate(reseller.scope):
        assert reseller.customers.count() == 1


def test_a_scope_shows_what_is_its_own_and_below(db):
    reseller, rival = ResellerFactory(), ResellerFactory()
    customer, foreign = AccountFactory(parent=reseller), AccountFactory(parent=rival)

    with scope.activate(reseller.scope):
        assert set(Account.objects.all()) == {reseller, customer}
    with scope.activate(customer.scope):
        assert set(Account.objects.all()) == {customer}
    with scope.activate(reseller.organization.scope):
        assert set(Account.objects.all()) == {reseller, customer}
    assert foreign not in {reseller, customer}


def test_neighbours_whose_numbers_begin_alike_see_nothing_of_each_other(db):
    organization = OrganizationFactory()
    five = AccountFactory(organization=organization, pk=5)
    fifty = AccountFactory(organization=organization, pk=50)

    assert fifty.scope == f"{organization.pk}.50."
    with scope.activate(five.scope):
        assert list(Account.objects.all()) == [five]


def test_what_is_shared_is_seen_from_anywhere_in_its_organization_and_nowhere_else(db):
    own = StorefrontFactory(host="a.localhost")
    StorefrontFactory(host="b.localhost")
    account = AccountFactory(organization=own.organization)

    for path in (own.organization.scope, account.scope, Scope.of_nobody(own.organization_id).path):
        with scope.activate(path):
            assert list(Storefront.objects.all()) == [own]


def test_a_scope_ends_with_its_block_also_after_an_error():
    with scope.activate("1."):
        with pytest.raises(RuntimeError), scope.activate("1.2."):
            raise RuntimeError
        assert scope.active().path == "1."
        with scope.activate(None), pytest.raises(ScopeMissing):
            scope.active()
        assert scope.active().path == "1."
    assert scope.active_or_none() is None


def test_a_scope_does_not_leak_into_another_thread():
    seen = []
    with scope.activate("1."):
        thread = threading.Thread(target=lambda: seen.append(scope.active_or_none()))
        thread.start()
        thread.join()

    assert seen == [None]


def test_a_queryset_keeps_the_scope_it_was_made_in(db):
    reseller, rival = ResellerFactory(), ResellerFactory()
    with scope.activate(reseller.scope):
        mine = Account.objects.all()
    with scope.activate(rival.scope):
        assert list(mine) == [reseller]


def test_where_a_row_belongs(db):
    storefront = StorefrontFactory()
    account = AccountFactory(organization=storefront.organization)

    assert scope_of(account) == account.scope
    assert scope_of(storefront) == f"{storefront.organization_id}."
    assert scope_of(storefront.organization) == f"{storefront.organization_id}."
    assert scope_of(object()) == ""
