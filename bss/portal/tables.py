"""Columns of the portal's own lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.core.models import Job, JobState
from bss.ui.components import Button, humanised
from bss.ui.tables import Column, Table

# What each kind of background work does, in words.
WORK: Mapping[str, Any] = {
    "adobe3yc.customer_sync": gettext_lazy("Ask Adobe for a customer's present state"),
    "adobe3yc.renewal_tell": gettext_lazy("Tell Adobe what is to renew"),
    "billing.card_payment_tend": gettext_lazy("Ask the card provider about a payment"),
    "billing.invoice_climb": gettext_lazy("Remind of an overdue invoice"),
    "billing.invoice_collect": gettext_lazy("Charge a card for an invoice"),
    "billing.run_daily": gettext_lazy("Bill what is due today"),
    "billing.suspension_lift": gettext_lazy("Resume services after payment"),
    "core.run": gettext_lazy("A long run, such as an import or a billing run"),
    "event.fan_out": gettext_lazy("Pass news on to every part concerned"),
    "event.handle": gettext_lazy("Act on news"),
    "notifications.delivery_send": gettext_lazy("Send an e-mail"),
    "provisioning.step": gettext_lazy("Ask a vendor to carry out an operation"),
    "servicemanager.order_request_make": gettext_lazy("Hand an order over for provisioning"),
    "servicemanager.request_make": gettext_lazy("Hand a subscription over for provisioning"),
    "subscriptions.change_release": gettext_lazy("Begin a planned change"),
    "subscriptions.term_renew": gettext_lazy("Renew a subscription, or end it"),
}
# What work is about, by the record's type.
_SUBJECTS: Mapping[str, Any] = {
    "accounts.account": gettext_lazy("Customer"),
    "accounts.membership": gettext_lazy("Login"),
    "accounts.organization": gettext_lazy("Organization"),
    "adobe3yc.adobecustomer": gettext_lazy("Customer at Adobe"),
    "billing.cardpayment": gettext_lazy("Card payment"),
    "billing.invoice": gettext_lazy("Invoice"),
    "notifications.delivery": gettext_lazy("E-mail"),
    "orders.order": gettext_lazy("Order"),
    "orders.orderline": gettext_lazy("Order line"),
    "servicemanager.provisioningjob": gettext_lazy("Provisioning"),
    "subscriptions.scheduledchange": gettext_lazy("Change of a subscription"),
    "subscriptions.seatlot": gettext_lazy("Licences bought"),
    "subscriptions.subscription": gettext_lazy("Subscription"),
    "subscriptions.term": gettext_lazy("Term"),
}


def _work(job: Job) -> Any:
    return WORK.get(job.kind) or job.kind


def _subject(job: Job) -> Any:
    return _SUBJECTS.get(job.subject_type) or humanised(job.subject_type.rpartition(".")[2])


def _trouble(job: Job) -> SafeString | str:
    """What became of it in words, and then as the machine says it."""
    if not job.last_error:
        return ""
    words = (
        _("It failed each time and has given up. Mend the cause, then try again.")
        if job.state == JobState.DEAD
        else _("It failed and is tried again by itself.")
    )
    return format_html('{}<br><span class="muted">{}</span>', words, job.last_error)


class JobTable(Table):
    """Background work, the newest first."""

    kind = Column(_work, gettext_lazy("What"))
    subject = Column(_subject, gettext_lazy("About"))
    state = Column("state", gettext_lazy("State"), kind="badge")
    attempts = Column("attempts", gettext_lazy("Tries"), kind="number")
    due_at = Column("due_at", gettext_lazy("Due"), kind="when")
    last_error = Column("last_error", gettext_lazy("What went wrong"), render=_trouble)

    def row_label(self, row: Job) -> str:
        return str(_work(row))

    def row_actions(self, row: Any) -> Sequence[Button]:
        if row.state != JobState.DEAD:
            return []
        return [Button(_("Try again"), reverse("portal:job-retry", args=[row.pk]), method="post")]
