"""Orders to approve: what a reseller's customers ordered by themselves, at its expense."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.permissions import Permission
from bss.accounts.views.leaving import leave_to
from bss.core.errors import DomainError, Invalid, NotFound, PermissionDenied
from bss.orders import selectors as orders
from bss.orders.choices import OrderState
from bss.orders.errors import CardNeedsStep, PriceChanged, Repriced, TermsNotAccepted
from bss.orders.models import Order, TermsVersion
from bss.orders.services import order_approve, order_reject, terms_to_accept
from bss.ui.components import Attention, Crumb, EmptyState
from bss.ui.generic import ListView, Screen
from resellers.access import access_seller, access_waiting_order
from resellers.forms import ApproveForm, RejectForm
from resellers.selectors import ApprovalView, approval_view, waiting_orders
from resellers.tables import ApprovalTable


class Approvals(ListView):
    """Oldest first: somebody waits for each."""

    permission = Permission.ORDER_APPROVE
    title = gettext_lazy("Orders to approve")
    intro = gettext_lazy(
        "What your customers ordered by themselves. Nothing starts before you say so."
    )
    table = ApprovalTable
    search = ("number", "customer__name", "purchase_order")
    exportable = False
    empty = EmptyState(
        gettext_lazy("Nothing to approve"),
        gettext_lazy("Orders of customers whose orders need your approval wait here for you."),
        icon="check-circle",
    )

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("My customers"), reverse("plans:customers"))]

    def queryset(self) -> QuerySet[Order]:
        return waiting_orders(access_seller(self.actor, Permission.ORDER_APPROVE))


class Approval(Screen):
    """One order: what it costs today, what its customer was shown, and the two answers."""

    permission = Permission.ORDER_APPROVE
    template_name = "resellers/approval.html"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        order = access_waiting_order(self.actor, public_id)
        return self.shown(order)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        order = access_waiting_order(self.actor, public_id)
        if request.POST.get("do") == "reject":
            return self._reject(order)
        return self._approve(order)

    def _approve(self, order: Order) -> HttpResponse:
        asked = terms_to_accept(order, orders.order_lines(order))
        form = ApproveForm(self.request.POST, terms=asked)
        if order.state == OrderState.PENDING_APPROVAL and not form.is_valid():
            return self.shown(order, approve=form, status=400)
        try:
            order_approve(
                order=order,
                actor=self.actor,
                seen_total=_amount(self.request.POST.get("seen_total", "")),
                accept_reprice=self.request.POST.get("accept") == "1",
                # The bank of a card sends its owner back here, to approve once more.
                return_url=self.request.build_absolute_uri(self.request.path),
                seen=self.request.POST.get("seen", ""),
                terms=self._ticked(order),
            )
        except (NotFound, PermissionDenied):
            raise
        except CardNeedsStep as step:
            if step.extra.get("url"):
                return leave_to(self.request, step.extra["url"])
            return self.shown(order, approve=form, refusal=step)
        except TermsNotAccepted as refusal:
            # Others stand there now, which nobody ticked.
            return self.shown(order, refusal=refusal)
        except DomainError as refusal:
            return self.shown(order, approve=form, refusal=refusal)
        words = _("%(number)s is approved. It is carried out now.")
        messages.success(self.request, words % {"number": order.number})
        return HttpResponseRedirect(reverse("plans:approvals"))

    def _ticked(self, order: Order) -> TermsVersion | None:
        """The version that stood on the page, if it was ticked."""
        if not self.request.POST.get("terms"):
            return None
        version = self.request.POST.get("terms_version", "")
        return orders.terms_version(order.organization_id, version)

    def _reject(self, order: Order) -> HttpResponse:
        form = RejectForm(self.request.POST)
        if not form.is_valid():
            return self.shown(order, reject=form, status=400)
        order_reject(order=order, actor=self.actor, reason=form.cleaned_data["reason"])
        words = _("%(number)s is not approved. Your customer is told why.")
        messages.success(self.request, words % {"number": order.number})
        return HttpResponseRedirect(reverse("plans:approvals"))

    def crumbs(self) -> Sequence[Crumb]:
        return [
            Crumb(_("My customers"), reverse("plans:customers")),
            Crumb(_("Orders to approve"), reverse("plans:approvals")),
        ]

    def shown(
        self,
        order: Order,
        *,
        approve: ApproveForm | None = None,
        reject: RejectForm | None = None,
        refusal: DomainError | None = None,
        status: int = 200,
    ) -> HttpResponse:
        found = approval_view(order, with_answers=True)
        context: Mapping[str, Any] = {
            "title": order.number,
            "order": order,
            "found": found,
            "approve": approve or ApproveForm(terms=found.terms),
            "form": reject or RejectForm(),
            "notices": _notices(found, refusal),
            "accepts": isinstance(refusal, Repriced),
        }
        return self.page(context, status=refusal.status if refusal else status)


def _notices(found: ApprovalView, refusal: DomainError | None) -> list[Attention]:
    """Why it cannot pass as it is, and what is different today."""
    notices = []
    if isinstance(refusal, Invalid):
        texts = [str(text) for texts in refusal.errors.values() for text in texts]
        notices.append(Attention(_("It cannot be approved as it is"), " ".join(texts), "danger"))
    elif refusal is not None and not isinstance(refusal, PriceChanged):
        tone = "warning" if isinstance(refusal, Repriced) else "danger"
        notices.append(Attention(refusal.message, refusal.remedy, tone))  # type: ignore[arg-type]
    elif found.problem:
        notices.append(Attention(_("It cannot be approved as it is"), found.problem, "danger"))
    if found.is_dearer or isinstance(refusal, PriceChanged):
        notices.append(
            Attention(
                _("Your price changed since it was ordered"),
                _(
                    "Old and new stand side by side below. Approving takes the new one; your customer pays what it saw."
                ),
                "warning",
            )
        )
    return notices


def _amount(text: str) -> Decimal | None:
    """The total that was on the page; one that is no amount was never on it."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
