"""Instances: settings checked by their service manager, secrets sealed, switched on and off."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from bss.core.actor import SYSTEM
from bss.core.errors import Invalid, StaleState
from bss.core.models import HistoryEntry
from bss.core.secrets import SecretUnreadable
from servicemanager import registry
from servicemanager.base import ServiceManager
from servicemanager.choices import Capability, InstanceState
from servicemanager.contracts import InProgress
from servicemanager.errors import InstanceBusy
from servicemanager.models import Instance
from servicemanager.services import (
    instance_activate,
    instance_create,
    instance_deactivate,
    instance_edit,
)
from tests.servicemanager.conftest import job_of, make_instance
from tests.servicemanager.managers import Scripted

VALUES = {"address": "https://vendor.example", "key": "sesame-opens"}


def create(organization, **values) -> Instance:
    return instance_create(
        organization=organization, manager="scripted", name="V", settings=values, actor=SYSTEM
    )


def test_secrets_are_sealed_and_bound_to_their_row(at_distributor, scripted):
    first = create(at_distributor, **VALUES)
    assert first.settings == {"address": "https://vendor.example"}
    assert "sesame-opens" not in first.sealed
    assert first.secrets == {"key": "sesame-opens"}

    other = Instance(organization=at_distributor, manager="scripted", sealed=first.sealed)
    with pytest.raises(SecretUnreadable):
        _ = other.secrets


def test_missing_settings_are_named(at_distributor, scripted):
    with pytest.raises(Invalid) as refusal:
        create(at_distributor)
    assert set(refusal.value.errors) == {"address", "key"}
    assert scripted.asked("validate_settings") == []


def test_the_service_manager_has_the_last_word(at_distributor, scripted):
    scripted.script = {"validate_settings": [{"key": ["Expired."]}]}
    with pytest.raises(Invalid) as refusal:
        create(at_distributor, **VALUES)
    assert refusal.value.errors == {"key": ["Expired."]}
    assert Instance.everywhere.count() == 0


def test_a_name_is_taken_once(at_distributor, scripted):
    create(at_distributor, **VALUES)
    with pytest.raises(Invalid) as refusal:
        create(at_distributor, **VALUES)
    assert refusal.value.field == "name"


def test_a_secret_left_empty_stays(instance, staff, scripted):
    edited = instance_edit(
        instance=instance, version=1, name="Vendor two", actor=staff.actor,
        settings={"address": "https://other.example", "key": ""},
    )  # fmt: skip

    assert edited.name == "Vendor two"
    assert edited.settings == {"address": "https://other.example"}
    assert edited.secrets == {"key": "sesame-opens"}
    assert scripted.asked("validate_settings")[-1]["key"] == "sesame-opens"


def test_the_history_of_an_edit_never_tells_a_secret(instance, staff):
    instance_edit(
        instance=instance, version=1, name="Vendor", actor=staff.actor,
        settings={**VALUES, "key": "a-new-secret"},
    )  # fmt: skip

    entry = HistoryEntry.objects.get(action="instance.edited")
    assert list(entry.changes) == ["key"]
    assert "secret" not in str(entry.changes)


def test_an_edit_of_an_old_page_is_refused(instance, staff):
    edit = {"instance": instance, "version": 1, "name": "N", "settings": VALUES}
    instance_edit(**edit, actor=staff.actor)
    with pytest.raises(StaleState):
        instance_edit(**edit, actor=staff.actor)


def test_activation_twice_is_one_activation(at_distributor, scripted):
    made = create(at_distributor, **VALUES)
    assert made.state == InstanceState.INACTIVE
    for _ in range(2):
        instance_activate(instance=made, actor=SYSTEM)
    assert HistoryEntry.objects.filter(action="instance.activate").count() == 1


def test_an_instance_with_open_operations_stays_active(
    pending, instance, scripted, run_jobs, staff
):
    scripted.script = {"provision": [InProgress("op")]}
    run_jobs()
    with pytest.raises(InstanceBusy):
        instance_deactivate(instance=instance, actor=staff.actor, reason="Contract ended.")

    instance.refresh_from_db()
    assert instance.state == InstanceState.ACTIVE
    assert job_of(pending).state == "in_progress"


def test_a_key_ring_that_lost_its_key_fails_with_its_cause(
    pending, instance, scripted, run_jobs, settings
):
    settings.SECRETS_KEYS = ["other:" + "b3RoZXIta2V5LWZvci1sb2NhbC11c2Utb25seTMyYnk="]
    run_jobs()

    assert job_of(pending).code == "SECRET_UNREADABLE"
    assert scripted.heard == []


# What a declaration must say --------------------------------------------------------------------------


def test_a_capability_without_its_method_is_refused():
    class Promises(ServiceManager):
        code = "promises"
        name = "Promises"
        capabilities = frozenset({Capability.SUBSCRIPTIONS})

    with pytest.raises(ImproperlyConfigured, match="provision"):
        registry.register(Promises)
    assert registry.find("promises") is None


def test_a_method_without_its_capability_is_refused():
    class Hides(Scripted):
        code = "hides"
        capabilities = Scripted.capabilities - {Capability.CATALOGUE}

    with pytest.raises(ImproperlyConfigured, match="catalogue"):
        registry.register(Hides)


def test_two_service_managers_cannot_share_a_code(scripted):
    class Twin(Scripted):
        pass

    with pytest.raises(ImproperlyConfigured, match="scripted"):
        registry.register(Twin)
    registry.register(scripted)  # the same again is fine


def test_a_tenant_has_instances_of_its_own(at_distributor, tenant, scripted):
    make_instance(at_distributor, "scripted")
    theirs = instance_create(
        organization=tenant.membership.organization, manager="scripted", name="Vendor",
        settings=VALUES, actor=tenant.actor,
    )  # fmt: skip

    assert list(Instance.objects.values_list("organization", flat=True)) == [at_distributor.pk]
    assert theirs.organization_id != at_distributor.pk
