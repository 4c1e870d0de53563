"""What service managers put onto the surfaces. Vendors' exchanges are for staff: no storefront role sees services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.permissions import Permission
from bss.core.actor import Actor
from bss.core.models import Run
from bss.orders.models import Order
from bss.subscriptions.models import Subscription
from bss.ui import slots
from bss.ui.components import Attention, Button, Confirm
from bss.ui.generic.work import RunKind
from bss.ui.slots import Action, AttentionSource, NavItem, Panel
from bss.ui.timeline import Entry, TimelineSource, describe, entry_of
from servicemanager import registry, selectors
from servicemanager.choices import Capability, ProvisioningState
from servicemanager.models import Instance, ProvisioningJob
from servicemanager.services.definition import DEFINITION
from servicemanager.views.shown import attention_for, exchanges_shown

PANEL_JOBS = 5
_MOST_COUNTED = 100
UNSURE = frozenset({ProvisioningState.CALLING, ProvisioningState.UNKNOWN})
PROVISIONING = "provisioning"


def register() -> None:
    """Called once at start-up."""
    _navigation()
    _subscriptions()
    _provisioning_actions()
    _instance_actions()
    _words()
    slots.register(
        "run.kinds",
        RunKind(
            DEFINITION,
            permission=Permission.SERVICE_VIEW,
            manage=Permission.SERVICE_SETUP,
            back=_back,
        ),
    )


def _navigation() -> None:
    slots.register(
        "portal.nav",
        NavItem(
            gettext_lazy("Provisioning"), "servicemanager:jobs", "server-stack",
            section=gettext_lazy("Sales"), permission=Permission.SERVICE_VIEW, order=360,
            count=_needing_staff, matches=("servicemanager:job",),
        ),
    )  # fmt: skip
    slots.register(
        "setup.pages",
        NavItem(
            gettext_lazy("Service managers"), "servicemanager:list", "puzzle-piece",
            section=gettext_lazy("Services"), permission=Permission.SERVICE_VIEW, order=200,
            text=gettext_lazy("Connect vendors, enter their settings, fetch what they offer."),
        ),
    )  # fmt: skip


def _needing_staff(_request: HttpRequest) -> int:
    return selectors.count_needing_staff(_MOST_COUNTED)


# Subscriptions and orders ----------------------------------------------------------------------------------


def _subscriptions() -> None:
    slots.register(
        "subscription.panels",
        Panel(
            "servicemanager/_panel.html", _panel, permission=Permission.SERVICE_VIEW, order=60,
            title=gettext_lazy("Provisioning"),
        ),
    )  # fmt: skip
    slots.register(
        "subscription.attention",
        AttentionSource(_subscription_attention, permission=Permission.SERVICE_VIEW),
    )
    slots.register(
        "order.attention", AttentionSource(_order_attention, permission=Permission.ORDER_DELIVER)
    )
    slots.register(
        "subscription.timeline", TimelineSource(_timeline, permission=Permission.SERVICE_VIEW)
    )


def _jobs(request: HttpRequest, subscription: Subscription) -> Sequence[ProvisioningJob]:
    """The subscription's last jobs, read once for whatever a page shows of them."""
    read: dict[int, Sequence[ProvisioningJob]] = request.__dict__.setdefault("provisioning", {})
    if subscription.pk not in read:
        read[subscription.pk] = selectors.jobs_of(subscription, PANEL_JOBS)
    return read[subscription.pk]


def _panel(request: HttpRequest, subscription: Subscription) -> Mapping[str, Any] | None:
    jobs = _jobs(request, subscription)
    if not jobs:
        return None
    return {
        "jobs": [
            {
                "job": job,
                "url": reverse("servicemanager:job", args=[job.public_id]),
                "exchanges": exchanges_shown(list(job.exchanges.all())),
                "notice": attention_for(job, slots.actor_of(request)),
                "buttons": slots.buttons("provisioning.actions", request, job),
            }
            for job in jobs
        ]
    }


def _subscription_attention(
    request: HttpRequest, subscription: Subscription
) -> Iterable[Attention]:
    """A failure is told by the subscription itself; the panel explains it."""
    jobs = _jobs(request, subscription)
    if not jobs or jobs[0].state == ProvisioningState.FAILED:
        return []
    found = attention_for(jobs[0], slots.actor_of(request))
    return [found] if found else []


def _order_attention(request: HttpRequest, order: Order) -> Iterable[Attention]:
    for job in selectors.deliveries_of(order):
        url = reverse("servicemanager:deliver", args=[job.public_id])
        yield Attention(
            _("%(name)s needs you") % {"name": job.subscription.name},
            _("Deliver it and note what was done, or decline it."),
            "info",
            Button(_("Deliver"), url, kind="primary"),
        )


def _timeline(request: HttpRequest, subscription: Subscription) -> Iterable[Entry]:
    """What became of its operations, step by step, and what was said to the vendor."""
    jobs = _jobs(request, subscription)
    # One call and one answer: the subscription's own history says it all, and a query is saved.
    winding = [j for j in jobs if j.attempts > 1 or j.calls > 1 or j.state in UNSURE]
    if winding:
        yield from (entry_of(row) for row in selectors.history_of_jobs(winding))
    for job in jobs:
        for shown in exchanges_shown(list(job.exchanges.all())):
            yield Entry(
                at=shown.row.at,
                actor=job.instance.name,
                title=f"{shown.row.method} {shown.row.path}",
                detail=str(shown.badge.label),
                kind="exchange",
                tone=shown.badge.tone,
            )


# What staff do -----------------------------------------------------------------------------------------------


def _failed(_actor: Actor, job: ProvisioningJob) -> bool:
    return bool(job.state == ProvisioningState.FAILED)


def _deliverable(_actor: Actor, job: ProvisioningJob) -> bool:
    return selectors.awaits_delivery(job)


def _provisioning_actions() -> None:
    slots.register(
        "provisioning.actions",
        Action(
            gettext_lazy("Deliver"), "servicemanager:deliver", "check", "primary",
            permission=Permission.ORDER_DELIVER, visible=_deliverable, order=10,
        ),
        Action(
            gettext_lazy("Decline"), "servicemanager:decline", "x-mark", "danger",
            permission=Permission.ORDER_DELIVER, visible=_deliverable, order=20,
        ),
        Action(
            gettext_lazy("Retry"), "servicemanager:retry", "arrow-path", "primary",
            permission=Permission.JOBS_RETRY, visible=_failed, method="post", order=30,
        ),
        Action(
            gettext_lazy("Give up"), "servicemanager:abandon", "archive-box-x-mark", "danger",
            permission=Permission.JOBS_RETRY, visible=_failed, order=40,
        ),
    )  # fmt: skip


def _has_catalogue(_actor: Actor, instance: Instance) -> bool:
    manager = registry.find(instance.manager)
    active = selectors.is_active(instance)
    return active and manager is not None and manager.can(Capability.CATALOGUE)


def _is_configurable(_actor: Actor, instance: Instance) -> bool:
    return registry.find(instance.manager) is not None


def _is_on(_actor: Actor, instance: Instance) -> bool:
    return selectors.is_active(instance)


def _is_off(_actor: Actor, instance: Instance) -> bool:
    return not selectors.is_active(instance)


def _definition_question(instance: Instance) -> Confirm:
    return Confirm(
        _("Fetch what %(name)s offers?") % {"name": instance.name},
        _("New products appear, prices follow the vendor. What your staff changed stays."),
        _("Get Services Definition"),
    )


def _instance_actions() -> None:
    setup = Permission.SERVICE_SETUP
    slots.register(
        "instance.actions",
        Action(
            gettext_lazy("Get Services Definition"), "servicemanager:definition",
            "arrow-down-tray", "primary", setup, _has_catalogue, _definition_question, "post", 10,
        ),
        Action(
            gettext_lazy("Activate"), "servicemanager:switch-on", "play", "primary", setup, _is_off,
            None, "post", 20,
        ),
        Action(
            gettext_lazy("Edit settings"), "servicemanager:edit", "pencil", "normal", setup,
            _is_configurable, order=30,
        ),
        Action(
            gettext_lazy("Deactivate"), "servicemanager:switch-off", "stop", "danger", setup, _is_on,
            order=90,
        ),
    )  # fmt: skip


def _back(run: Run) -> Button | None:
    instance = Instance.objects.filter(pk=run.subject_id or 0).first()
    if instance is None:
        return None
    url = reverse("servicemanager:detail", args=[instance.public_id])
    return Button(_("See what there is now"), url, kind="primary")


def _words() -> None:
    staff = {
        "instance.created": gettext_lazy("Service manager configured"),
        "instance.edited": gettext_lazy("Settings changed"),
        "instance.activate": gettext_lazy("Activated"),
        "instance.deactivate": gettext_lazy("Deactivated"),
        "instance.defined": gettext_lazy("Services fetched"),
    }
    for action, title in staff.items():
        describe(action, title)
    describe("provisioningjob.call", gettext_lazy("Vendor called"), kind=PROVISIONING)
    describe(
        "provisioningjob.progress", gettext_lazy("Work began"), kind=PROVISIONING, tone="progress"
    )
    describe("provisioningjob.requeue", gettext_lazy("Vendor busy"), kind=PROVISIONING)
    describe(
        "provisioningjob.lose", gettext_lazy("Outcome unknown"), kind=PROVISIONING, tone="warning"
    )
    describe("provisioningjob.doubt", gettext_lazy("Vendor asked first"), kind=PROVISIONING)
    describe(
        "provisioningjob.succeed", gettext_lazy("Provisioned"), kind=PROVISIONING, tone="success"
    )
    describe(
        "provisioningjob.fail",
        gettext_lazy("Provisioning failed"),
        kind=PROVISIONING,
        tone="danger",
    )
    describe("provisioningjob.retry", gettext_lazy("Another try"), kind=PROVISIONING)
    describe("provisioningjob.abandon", gettext_lazy("Given up"), kind=PROVISIONING)
