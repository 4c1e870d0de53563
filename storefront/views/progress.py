"""What happens to an order after it was placed: a page that follows it by itself, or by a link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from bss.accounts.permissions import Permission
from bss.core.errors import DomainError, NotFound, PermissionDenied
from bss.orders.access import access_order_line
from bss.orders.services import line_correct
from bss.ui.generic import Screen
from storefront.forms.checkout import CorrectionForm
from storefront.selectors.checkout import steps_at
from storefront.selectors.orders import (
    LineStatus,
    OrderStatus,
    access_storefront_order,
    correcting_permission,
    correction_of,
    order_status,
)


class ProgressScreen(Screen):
    """The confirmation: per line what happens now and what comes next."""

    permission = Permission.ORDER_VIEW
    template_name = "storefront/progress.html"

    def shown(
        self,
        status: OrderStatus,
        *,
        forms: Mapping[str, CorrectionForm] | None = None,
        code: int = 200,
    ) -> HttpResponse:
        order = status.order
        bound = forms or {}
        context = {
            "title": _("Order %(number)s") % {"number": order.number},
            "order": order,
            "status": status,
            "steps": steps_at(
                "confirmation",
                has_questions=any(each.line.parameters for each in status.lines),
                is_done=not status.is_moving,
            )
            if order.basket_id
            else (),
            "rows": [
                (each, bound.get(each.line.public_id) or _form(each)) for each in status.lines
            ],
            "may_view_subscriptions": self.may(Permission.SUBSCRIPTION_VIEW),
            "partial": self.wants_partial(),
            "poll_url": f"{reverse('storefront:order-progress', args=[order.public_id])}"
            f"?seen={status.fingerprint}",
        }
        template = "storefront/_progress.html" if self.wants_partial() else self.template_name
        response = self.page(context, template=template, status=code)
        patch_vary_headers(response, ["HX-Request"])
        response["Cache-Control"] = "no-store"
        return response


class OrderProgress(ProgressScreen):
    """Asked each second while something moves; answered with nothing while nothing changed."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        order = access_storefront_order(self.actor, public_id)
        status = order_status(order, self.actor)
        if self.wants_partial() and request.GET.get("seen") == status.fingerprint:
            return HttpResponse(status=204)
        return self.shown(status)


class LineCorrect(ProgressScreen):
    """Another value for what a line waits for; it goes on at once."""

    def post(self, request: HttpRequest, public_id: str, line_id: str) -> HttpResponseBase:
        order = access_storefront_order(self.actor, public_id)
        line = access_order_line(self.actor, line_id)
        if line.order_id != order.pk:
            raise NotFound
        self.actor.require(correcting_permission(line))
        form = CorrectionForm(request.POST, spec=correction_of(line))
        if not form.is_valid():
            return self._again(order.public_id, line.public_id, form, 400)
        try:
            line_correct(line=line, parameters=form.parameters(), actor=self.actor)
        except PermissionDenied:
            raise
        except DomainError as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("Thank you. It goes on now."))
        return HttpResponseRedirect(reverse("storefront:order-progress", args=[order.public_id]))

    def _again(self, public_id: str, line_id: str, form: CorrectionForm, code: int) -> HttpResponse:
        order = access_storefront_order(self.actor, public_id)
        return self.shown(order_status(order, self.actor), forms={line_id: form}, code=code)


def _form(status: LineStatus) -> Any:
    """The form of a line that asks, with what was answered before; None for every other."""
    if not status.asks:
        return None
    initial = dict(status.line.parameters) if status.spec else {}
    return CorrectionForm(initial=initial, spec=status.spec)
