"""The mail log: what was said to whom, whether it left, and once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from csp.decorators import csp_replace
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin

from bss.accounts.permissions import Permission
from bss.core.actor import Actor
from bss.core.errors import DomainError
from bss.ui.components import Attention, Button, Confirm, Crumb, EmptyState, Fact, SavedView
from bss.ui.generic import BulkAction, BulkResult, DetailView, ListView, Screen
from notifications import kinds, selectors, services
from notifications.access import access_delivery
from notifications.choices import DeliveryState
from notifications.models import Delivery
from notifications.tables import DeliveryFilter, DeliveryTable


def _resend_all(rows: QuerySet[Delivery], actor: Actor) -> BulkResult:
    done, refused = 0, []
    for delivery in rows:
        try:
            services.delivery_resend(delivery=delivery, actor=actor)
            done += 1
        except DomainError as error:
            refused.append((delivery.subject, error.message))
    return BulkResult(done, refused)


def _resend_question(count: int) -> Confirm:
    return Confirm(
        ngettext("Send %(n)d e-mail again?", "Send %(n)d e-mails again?", count) % {"n": count},
        _("Whoever got it already gets it a second time."),
        _("Send again"),
    )


class DeliveryList(ListView):
    """Setup > Mail log."""

    permission = Permission.HISTORY_VIEW
    title = gettext_lazy("Mail log")
    intro = gettext_lazy("Every e-mail the product wrote, to whom, and whether it left.")
    table = DeliveryTable
    filterset = DeliveryFilter
    search = ("subject", "recipient")
    search_label = gettext_lazy("Subject or recipient")
    saved_views = (
        SavedView("failed", gettext_lazy("Not delivered"), {"state": DeliveryState.FAILED}),
        SavedView("waiting", gettext_lazy("Waiting"), {"state": DeliveryState.QUEUED}),
        SavedView("sent", gettext_lazy("Sent"), {"state": DeliveryState.SENT}),
    )
    bulk_actions = (
        BulkAction(
            "resend",
            gettext_lazy("Send again"),
            _resend_all,
            icon="paper-airplane",
            permission=Permission.JOBS_RETRY,
            confirm=_resend_question,
        ),
    )
    empty = EmptyState(
        gettext_lazy("No e-mails yet"),
        gettext_lazy("An order, an invitation or a change of a subscription writes the first one."),
        icon="envelope",
    )

    def queryset(self) -> QuerySet[Delivery]:
        return selectors.deliveries_visible()


class DeliveryDetail(DetailView):
    """One e-mail: what became of it, and what it says."""

    permission = Permission.HISTORY_VIEW
    template_name = "notifications/delivery.html"
    object: Delivery

    def get_object(self) -> Delivery:
        return access_delivery(self.actor, self.kwargs["public_id"])

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Mail log"), reverse("notifications:list"))]

    def name(self) -> str:
        return self.object.subject

    def facts(self) -> Sequence[Fact]:
        facts = [
            Fact(_("To"), self.object.recipient),
            Fact(_("Kind"), kinds.title_of(self.object.kind)),
            Fact(_("Written"), self.object.created_at),
            Fact(_("Tries"), self.object.attempts),
        ]
        return [*facts, Fact(_("Sent"), self.object.sent_at)] if self.object.sent_at else facts

    def primary_action(self) -> Button | None:
        if not self.may(Permission.JOBS_RETRY):
            return None
        here = [self.object.public_id]
        if self.object.state == DeliveryState.QUEUED:
            url = reverse("notifications:hurry", args=here)
            return Button(_("Try now"), url, "arrow-path", "primary", "post")
        url = reverse("notifications:resend", args=here)
        return Button(_("Send again"), url, "paper-airplane", "primary", "post")

    def attention(self) -> Sequence[Attention]:
        if not self.object.last_error:
            return ()
        if self.object.state == DeliveryState.FAILED:
            title = _("This e-mail was not delivered")
            return [Attention(title, self.object.last_error, "danger")]
        title = _("This e-mail waits for the mail server")
        text = _("%(answer)s It is tried again by itself.") % {"answer": self.object.last_error}
        return [Attention(title, text)]

    def context(self) -> Mapping[str, Any]:
        words = selectors.words_shown(self.object)
        return {
            "words": words,
            "is_sealed": bool(self.object.sealed),
            "preview_url": reverse("notifications:preview", args=[self.object.public_id]),
        }


# The mail's own looks are inline, as mail programs want them: allowed here, where nothing else is. No script runs, no
# form posts, nothing is loaded but pictures of this host.
_MAIL_POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'none'"],
    "connect-src": ["'none'"],
    "font-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'self'"],
    "sandbox": [""],
}


@method_decorator([xframe_options_sameorigin, csp_replace(_MAIL_POLICY)], name="dispatch")
class DeliveryPreview(Screen):
    """The HTML of an e-mail alone, for the sandboxed frame of its page."""

    permission = Permission.HISTORY_VIEW

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        delivery = access_delivery(self.actor, public_id)
        return HttpResponse(selectors.words_shown(delivery).html)


class DeliveryResend(Screen):
    """Send it once more."""

    permission = Permission.JOBS_RETRY

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        delivery = access_delivery(self.actor, public_id, Permission.JOBS_RETRY)
        services.delivery_resend(delivery=delivery, actor=self.actor)
        messages.success(
            request, _("It is on its way to %(recipient)s.") % {"recipient": delivery.recipient}
        )
        return HttpResponseRedirect(reverse("notifications:detail", args=[public_id]))


class DeliveryHurry(Screen):
    """Try a waiting one at once."""

    permission = Permission.JOBS_RETRY

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        delivery = access_delivery(self.actor, public_id, Permission.JOBS_RETRY)
        services.delivery_hurry(delivery=delivery)
        messages.success(request, _("The mail server is asked again now."))
        return HttpResponseRedirect(reverse("notifications:detail", args=[public_id]))
