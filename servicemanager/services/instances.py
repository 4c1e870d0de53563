"""An organization's service managers: made, configured, switched on and off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from bss.accounts.models import Organization
from bss.core import history
from bss.core.actor import SYSTEM, Actor
from bss.core.errors import Invalid, StaleState
from bss.core.fields import parse_all
from bss.core.secrets import MASK, SecretUnreadable
from bss.subscriptions.models import Subscription
from servicemanager import registry
from servicemanager.base import ServiceManager
from servicemanager.choices import OPEN, InstanceState
from servicemanager.errors import InstanceBusy
from servicemanager.locks import instance_locked, organization_locked
from servicemanager.manual.gateway import ManualFulfilment
from servicemanager.models import Instance
from servicemanager.states import INSTANCE


def instance_create(
    *,
    organization: Organization,
    manager: str,
    name: str,
    settings: Mapping[str, Any],
    actor: Actor,
) -> Instance:
    """Configure a service manager for an organization; not active yet.

    `settings` are canonical values by field code, as a form of its FieldSpecs cleans them. The service manager
    validates them and may call its vendor for that, so this runs outside transactions. Raises Invalid naming each
    field at fault; nothing is kept then.
    """
    known = _manager(manager)
    values = _validated(known, settings, {})
    plain, secret = _split(known, values)
    instance = Instance(organization=organization, manager=manager, name=name, settings=plain)
    instance.sealed = instance.sealed_with(secret)
    try:
        with transaction.atomic():
            instance.save(force_insert=True)
            history.record(
                instance, actor=actor, action="instance.created", to_state=instance.state
            )
    except IntegrityError as error:
        if "instance_name_once" not in str(error):
            raise
        raise Invalid(
            _("There is an instance of this name."), code="NAME_TAKEN", field="name"
        ) from error
    return instance


def instance_edit(
    *, instance: Instance, version: int, name: str, settings: Mapping[str, Any], actor: Actor
) -> Instance:
    """Change name and settings. A secret left empty stays as it is.

    Raises StaleState when somebody edited it since `version`, Invalid naming each field at fault.
    """
    known = _manager(instance.manager)
    kept = _readable_secrets(instance)
    values = _validated(known, settings, kept)
    plain, secret = _split(known, values)
    with transaction.atomic():
        held = instance_locked(instance.pk)
        if held.version != version:
            raise StaleState
        changes = _changes(held, name, plain, kept, secret)
        held.name, held.settings, held.sealed = name, plain, held.sealed_with(secret)
        held.version += 1
        held.save(update_fields=["name", "settings", "sealed", "version"])
        history.record(held, actor=actor, action="instance.edited", changes=changes)
    return held


def instance_activate(*, instance: Instance, actor: Actor) -> Instance:
    """Switch an instance on: its services can be sold and provisioned. Active already is fine."""
    if instance.state == InstanceState.ACTIVE:
        return instance
    return INSTANCE.fire(instance, "activate", actor=actor)


def instance_deactivate(*, instance: Instance, actor: Actor, reason: str) -> Instance:
    """Switch an instance off: nothing is sent to its vendor until it is on again.

    Raises InstanceBusy while operations are open there.
    """
    with transaction.atomic():
        held = instance_locked(instance.pk)
        open_jobs = held.provisioning_jobs.filter(state__in=OPEN).count()
        if open_jobs:
            raise InstanceBusy(
                _("%(count)s operations are still open at this vendor. Wait for them to end.")
                % {"count": open_jobs},
                extra={"open": open_jobs},
            )
        return INSTANCE.fire(held, "deactivate", actor=actor, reason=reason)


def instance_for(subscription: Subscription) -> Instance | None:
    """The instance that looks after a subscription; Manual fulfilment, made on demand, where nobody else does.

    None when the subscription names an instance its organization does not have.
    """
    if not subscription.managed_by:
        return manual_instance(subscription.organization_id)
    return Instance.everywhere.filter(
        organization_id=subscription.organization_id, public_id=subscription.managed_by
    ).first()


def manual_instance(organization_id: int) -> Instance:
    """The organization's instance of Manual fulfilment, made active when it is missing."""
    found = _manual(organization_id)
    if found is not None:
        return found
    with transaction.atomic():
        organization = organization_locked(organization_id)
        found = _manual(organization_id)
        if found is None:
            with override(organization.language):
                name = str(ManualFulfilment.name)
            found = instance_create(
                organization=organization,
                manager=ManualFulfilment.code,
                name=name,
                settings={},
                actor=SYSTEM,
            )
            instance_activate(instance=found, actor=SYSTEM)
    return found


def _manual(organization_id: int) -> Instance | None:
    return (
        Instance.everywhere.filter(organization_id=organization_id, manager=ManualFulfilment.code)
        .order_by("pk")
        .first()
    )


def _manager(code: str) -> ServiceManager:
    found = registry.find(code)
    if found is None:
        raise Invalid(
            _("This service manager is not installed."), code="MANAGER_MISSING", field="manager"
        )
    return found


def _validated(
    manager: ServiceManager, raw: Mapping[str, Any], kept: Mapping[str, Any]
) -> dict[str, Any]:
    """The settings parsed, completed with the secrets kept, and accepted by the service manager."""
    secret = {spec.code for spec in manager.settings_specs if spec.type == "secret"}
    typed = {k: v for k, v in raw.items() if v not in {None, ""}}
    completed = {**{k: v for k, v in kept.items() if k in secret}, **typed}
    # The English reading of a number is the canonical one.
    values = parse_all(manager.settings_specs, completed, locale="en")
    errors = {k: list(v) for k, v in manager.validate_settings(values).items() if v}
    if errors:
        raise Invalid(errors=errors, code="SETTINGS_REFUSED")
    return values


def _split(
    manager: ServiceManager, values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(plain, secret) settings."""
    secret = {spec.code for spec in manager.settings_specs if spec.type == "secret"}
    plain = {k: v for k, v in values.items() if k not in secret}
    return plain, {k: v for k, v in values.items() if k in secret}


def _readable_secrets(instance: Instance) -> dict[str, Any]:
    """The secrets kept; none when no key fits, so that they can be entered again."""
    try:
        return instance.secrets
    except SecretUnreadable:
        return {}


def _changes(
    held: Instance,
    name: str,
    plain: Mapping[str, Any],
    kept: Mapping[str, Any],
    secret: Mapping[str, Any],
) -> dict[str, list[Any]]:
    """What an edit changes, for the history; of secrets only that they changed."""
    changes = history.changed({"name": held.name, **held.settings}, {"name": name, **plain})
    return changes | {k: [MASK, MASK] for k, v in secret.items() if kept.get(k) != v}
