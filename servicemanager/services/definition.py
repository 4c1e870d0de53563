"""Get Services Definition: an instance's whole offer becomes product types, products and prices."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bss.catalog.contracts import DefinitionResult
from bss.catalog.services import definition_apply
from bss.core import clock, events, history, runs
from bss.core.actor import Actor
from bss.core.errors import Conflict
from bss.core.http import OutboundError
from bss.core.models import Run
from bss.core.secrets import SecretUnreadable
from servicemanager import registry, selectors
from servicemanager.base import ServiceManager
from servicemanager.choices import Capability
from servicemanager.contracts import CatalogueDefinition
from servicemanager.errors import Code, VendorUnavailable
from servicemanager.events import InstanceDefined
from servicemanager.locks import instance_locked
from servicemanager.models import Instance
from servicemanager.services.exchanges import recorder_of_instance
from servicemanager.transport import lost

DEFINITION = "servicemanager.definition"
SECONDS = 60.0


def definition_start(*, instance: Instance, actor: Actor) -> Run:
    """Begin Get Services Definition in the background; one that is under way is returned instead.

    Raises Conflict when the instance is not active or its service manager has no catalogue.
    """
    manager = registry.find(instance.manager)
    if manager is None or not manager.can(Capability.CATALOGUE):
        raise Conflict(_("This service manager has no catalogue to fetch."), code="NO_CATALOGUE")
    if not selectors.is_active(instance):
        raise Conflict(_("Activate the instance first."), code="INSTANCE_INACTIVE")
    with transaction.atomic():
        instance_locked(instance.pk)
        under_way = latest_run(instance)
        if under_way is not None and not under_way.is_finished:
            return under_way
        return runs.start(
            DEFINITION,
            title=_("Get Services Definition: %(name)s") % {"name": instance.name},
            actor=actor,
            scope=f"{instance.organization_id}.",
            subject=instance,
            payload={"instance": instance.pk},
        )


def latest_run(instance: Instance) -> Run | None:
    """The last Get Services Definition of an instance."""
    return (
        Run.objects.filter(
            kind=DEFINITION, subject_type=history.subject_type(instance), subject_id=instance.pk
        )
        .order_by("-id")
        .first()
    )


def definition_run(run: runs.Progress) -> dict[str, Any]:
    """Ask the service manager, then apply what it offers. Raises VendorUnavailable when it cannot be asked.

    Run again after a crash it applies the same once more, which changes nothing twice.
    """
    instance = Instance.everywhere.select_related("organization").get(pk=run.payload["instance"])
    actor = Actor(kind="system", label=run.run.actor_label, user_id=run.run.actor_id)
    manager = registry.get(instance.manager)
    run.step(_("Asking %(name)s what it offers") % {"name": manager.name})
    offer = _asked(manager, instance, run.run.public_id)
    run.info(_told(offer))
    result = definition_apply(
        organization=instance.organization,
        managed_by=instance.public_id,
        types=offer.types,
        actor=actor,
        progress=run,
    )
    run.info(_done(result))
    with transaction.atomic():
        Instance.everywhere.filter(pk=instance.pk).update(defined_at=clock.now())
        history.record(instance, actor=actor, action="instance.defined", changes=asdict(result))
        events.emit(InstanceDefined(instance.pk), subject=instance, actor=actor)
    return asdict(result)


def _asked(manager: ServiceManager, instance: Instance, correlation_id: str) -> CatalogueDefinition:
    """The whole offer. Raises VendorUnavailable with the cause in words."""
    try:
        context = selectors.instance_context(
            instance,
            correlation_id=correlation_id,
            record=recorder_of_instance(instance),
            timeout=SECONDS,
        )
        return manager.catalogue(context)
    except OutboundError as error:
        raise VendorUnavailable(lost(error).message, code=lost(error).code) from error
    except SecretUnreadable as error:
        words = _("The stored credentials cannot be opened. Enter them again in the settings.")
        raise VendorUnavailable(words, code=Code.SECRET_UNREADABLE) from error


def _told(offer: CatalogueDefinition) -> str:
    products = sum(len(entry.products) for entry in offer.types)
    words = _("On offer: product types %(types)s, products and add-ons %(products)s.")
    return words % {"types": len(offer.types), "products": products}


def _done(result: DefinitionResult) -> str:
    words = _(
        "Products new %(new)s, changed %(changed)s, off sale %(gone)s. Prices new %(prices_new)s, changed "
        "%(prices_changed)s. Left as your staff set them %(kept)s."
    )
    return words % {
        "new": result.products_created,
        "changed": result.products_updated,
        "gone": result.products_deactivated,
        "prices_new": result.prices_created,
        "prices_changed": result.prices_updated,
        "kept": result.kept,
    }
