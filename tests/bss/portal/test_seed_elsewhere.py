"""The demo's story and databases that are not empty."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from bss.accounts.models import Account, Organization
from bss.core.models import HistoryEntry
from tests.factories.accounts import OrganizationFactory


@pytest.mark.django_db
def test_a_database_of_somebody_else_is_left_alone(settings):
    settings.DEMO = True
    OrganizationFactory(name="Somebody Else")

    with pytest.raises(CommandError, match="has a distributor already"):
        call_command("seed_demo")

    assert list(Organization.objects.values_list("name", flat=True)) == ["Somebody Else"]
    assert Account.everywhere.count() == 0
    assert HistoryEntry.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["seed_demo", "seed_scale"])
def test_nothing_with_a_published_password_is_made_outside_a_demo(command, settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="in a demo only"):
        call_command(command)

    assert Organization.objects.count() == 0
