"""Provisioning jobs, their failures and exchanges as screens show them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.permissions import Permission
from bss.core.actor import Actor
from bss.subscriptions.choices import ChangeKind
from bss.subscriptions.tables import change_words
from bss.ui.components import Attention, Badge, Button, Fact, Tone
from servicemanager import registry, selectors
from servicemanager.choices import ProvisioningState
from servicemanager.errors import Explanation
from servicemanager.models import Exchange, ProvisioningJob

WHO: dict[str, Any] = {
    "staff": gettext_lazy("Your staff must act."),
    "buyer": gettext_lazy("The buyer must act."),
    "vendor": gettext_lazy("The vendor must act."),
    "developer": gettext_lazy("The developer of the service manager must act."),
}


# Why a vendor gave no answer.
_UNANSWERED: dict[str, Any] = {
    "refused": gettext_lazy("Address not allowed"),
    "unreachable": gettext_lazy("Not reached"),
    "timeout": gettext_lazy("No answer in time"),
    "too_large": gettext_lazy("Answer too large"),
    "broken": gettext_lazy("Connection broken"),
}


@dataclass(frozen=True, slots=True)
class ExchangeShown:
    """One exchange, its bodies ready to print."""

    row: Exchange
    badge: Badge
    request: str
    answer: str


def attention_for(job: ProvisioningJob, actor: Actor) -> Attention | None:
    """What needs attention in a job, in the order cause, who must act, next step; with the button that does it."""
    if job.state == ProvisioningState.UNKNOWN:
        return Attention(
            _("The outcome is not known yet"),
            _("%(text)s The vendor is asked by itself until it answers.")
            % {"text": f"{job.text} "},
            code=job.code,
        )
    if selectors.awaits_delivery(job):
        return Attention(
            _("This needs you: it is delivered by hand"),
            _("It waits without limit until somebody delivers or declines it."),
            "info",
            _button(_("Deliver"), "servicemanager:deliver", job, actor, Permission.ORDER_DELIVER),
        )
    if job.state != ProvisioningState.FAILED:
        return None
    found = registry.explain(job.code, job.instance.manager)
    if found is None:
        return Attention(job.text or job.code, "", "danger", code=job.code)
    return Attention(found.title, _story(found, job), "danger", _way(found, job, actor), job.code)


def wanted_facts(job: ProvisioningJob) -> list[Fact]:
    """What a job is to bring about, and for whom: what staff read before they do it by hand."""
    subscription, change = job.subscription, job.change
    customer, product = subscription.customer, subscription.product
    if change is not None and change.kind == ChangeKind.PRODUCT:
        product = change.product or product
    found = [
        Fact(_("To do"), job.get_operation_display()),
        Fact(_("Customer"), customer.name, _record("accounts:detail", customer)),
        Fact(_("Product"), product.name, _record("catalog:product-detail", product)),
        Fact(_("Quantity"), job.target["quantity"]),
        Fact(_("Subscription"), subscription.number, _record("subscriptions:detail", subscription)),
    ]
    if change is not None:
        found.insert(1, Fact(_("Change"), change_words(change)))
    return found


def exchanges_shown(rows: Sequence[Exchange]) -> list[ExchangeShown]:
    return [
        ExchangeShown(
            row=row,
            badge=Badge(row.status or _UNANSWERED.get(row.outcome, _("No answer")), _tone(row)),
            request=pretty(row.request),
            answer=pretty(row.answer),
        )
        for row in rows
    ]


def pretty(value: Any) -> str:
    """A JSON value for people; "" for nothing."""
    if value is None or value == "":
        return ""
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _record(name: str, subject: Any) -> str:
    return reverse(name, args=[subject.public_id])


def _story(found: Explanation, job: ProvisioningJob) -> str:
    told = "" if job.text == str(found.cause) else job.text
    parts = [str(found.cause), told, str(WHO[found.who]), str(found.next_step)]
    return " ".join(part for part in parts if part)


def _way(found: Explanation, job: ProvisioningJob, actor: Actor) -> Button | None:
    if found.action == "retry" and actor.can(Permission.JOBS_RETRY):
        url = reverse("servicemanager:retry", args=[job.public_id])
        return Button(_("Retry"), url, "arrow-path", "primary", "post")
    if found.action == "settings" and actor.can(Permission.SERVICE_SETUP):
        url = reverse("servicemanager:detail", args=[job.instance.public_id])
        return Button(_("Open the settings"), url, "cog-6-tooth", "primary")
    return None


def _button(
    label: str, url_name: str, job: ProvisioningJob, actor: Actor, permission: str
) -> Button | None:
    if not actor.can(permission):
        return None
    return Button(label, reverse(url_name, args=[job.public_id]), kind="primary")


def _tone(row: Exchange) -> Tone:
    if row.status is None or row.status >= 500:
        return "danger"
    return "warning" if row.status >= 400 else "success"
