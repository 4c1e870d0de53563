"""What notifications puts on the portal: the mail log, and the e-mails of a record on its page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.core.actor import Actor
from bss.orders.models import Order
from bss.subscriptions.models import Subscription
from bss.ui import slots
from bss.ui.components import TONES
from bss.ui.slots import NavItem, Panel
from bss.ui.timeline import Entry, TimelineSource, describe
from notifications import selectors
from notifications.models import Delivery

SHOWN = 10
_MOST_COUNTED = 100


def register_all() -> None:
    describe("delivery.send", _("Handed to the mail server"), kind="mail", tone="success")
    describe("delivery.fail", _("Not delivered"), kind="mail", tone="danger")
    describe("delivery.resend", _("To be sent again"), kind="mail")
    log = NavItem(
        _("Mail log"),
        "notifications:list",
        "envelope",
        section=_("Setup"),
        permission=Permission.HISTORY_VIEW,
        count=_failed,
        order=850,
        matches=("notifications:",),
        text=_("Every e-mail, whether it left, and once more."),
    )
    slots.register("portal.nav", log)
    slots.register("setup.pages", replace(log, section=_("Operation")))
    slots.register("order.panels", _panel_of(_about))
    slots.register("subscription.panels", _panel_of(_about))
    slots.register("account.panels", _panel_of(_to_account))
    told = TimelineSource(_entries, permission=Permission.HISTORY_VIEW)
    slots.register("order.timeline", told)
    slots.register("subscription.timeline", told)


def _panel_of(context: Callable[[HttpRequest, Any], Mapping[str, Any] | None]) -> Panel:
    return Panel(
        "notifications/_panel.html",
        context,
        permission=Permission.HISTORY_VIEW,
        order=800,
        title=_("E-mails"),
    )


def _failed(_request: HttpRequest) -> int:
    return selectors.count_failed(_MOST_COUNTED)


def _about(request: HttpRequest, subject: Order | Subscription) -> Mapping[str, Any] | None:
    found = _told(request, subject)
    return {"deliveries": found} if found else None


def _to_account(request: HttpRequest, account: Account) -> Mapping[str, Any] | None:
    if not _is_staff(slots.actor_of(request)):
        return None
    found = list(selectors.deliveries_to(account)[:SHOWN])
    return {"deliveries": found} if found else None


def _entries(request: HttpRequest, subject: Any) -> Iterable[Entry]:
    return [_entry(delivery) for delivery in _told(request, subject)]


def _told(request: HttpRequest, subject: Any) -> list[Delivery]:
    """The newest e-mails about a record, read once for its panel and its timeline.

    Staff only: an e-mail may show the level above whoever else looks at the record.
    """
    if not _is_staff(slots.actor_of(request)):
        return []
    if not hasattr(subject, "_deliveries_shown"):
        subject._deliveries_shown = selectors.deliveries_shown(subject, SHOWN)
    return list(subject._deliveries_shown)


def _entry(delivery: Delivery) -> Entry:
    return Entry(
        at=delivery.created_at,
        actor=delivery.recipient,
        title=delivery.subject,
        detail=delivery.get_state_display(),
        kind="mail",
        tone=TONES.get(delivery.state, "neutral"),
        url=reverse("notifications:detail", args=[delivery.public_id]),
    )


def _is_staff(actor: Actor) -> bool:
    return actor.kind == "staff"
