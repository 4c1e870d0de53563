"""What a test committed is gone before the next one, and what every test finds stays."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from bss.accounts.models import Account, Organization
from bss.core.models import Counter
from tests.factories.accounts import AccountFactory, ResellerFactory
from tests.plugins.emptying import database_empty

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_row_is_deleted_whatever_refers_to_it():
    AccountFactory(parent=ResellerFactory())
    Counter.objects.create(organization_id=1, kind="order")

    found = database_empty()

    assert found == ["accounts_account", "accounts_organization", "core_counter"]
    assert not Account.everywhere.exists()
    assert not Organization.objects.exists()
    assert database_empty() == []


@pytest.mark.parametrize("_time", [1, 2])
def test_a_test_that_commits_leaves_nothing_to_the_next(_time):
    assert not Organization.objects.exists()
    ResellerFactory()


def test_permissions_stay_as_they_were_made():
    before = set(Permission.objects.values_list("pk", flat=True))
    assert len(before) > ContentType.objects.count() > 50

    database_empty()

    assert set(Permission.objects.values_list("pk", flat=True)) == before
