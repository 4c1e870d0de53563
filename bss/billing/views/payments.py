"""Payments in the portal: the list, the record, recording one, and where it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bss.accounts.access import access_account
from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.billing import selectors, services
from bss.billing.access import access_allocation, access_payment
from bss.billing.choices import PaymentSource
from bss.billing.filters import PaymentFilter
from bss.billing.forms import AllocateForm, PayerForm, PaymentForm, ReasonForm
from bss.billing.models import Allocation, Payment
from bss.billing.tables import PaymentTable, payment_badge
from bss.core import clock
from bss.core.money import Money, round_half_up
from bss.ui.components import Badge, Button, Crumb, EmptyState, Fact, SavedView, Tab
from bss.ui.generic import DetailView, FormView, ListView


def payments_crumb() -> Crumb:
    return Crumb(_t("Payments"), reverse("billing:payments"))


class PaymentList(ListView):
    permission = Permission.BILLING_VIEW
    title = _("Payments")
    table = PaymentTable
    filterset = PaymentFilter
    search = ("number", "payer__name", "payer__number", "reference", "external_id")
    search_label = _("Search payments")
    export_name = "payments"
    saved_views = (SavedView("credit", _("Credit left"), {"unused": "yes"}),)
    empty = EmptyState(
        _("No payments yet"),
        _("Record one by hand, or import a file of your bank."),
        icon="banknotes",
    )

    def queryset(self) -> QuerySet[Payment]:
        return selectors.payments()

    def primary_action(self) -> Button | None:
        if not self.may(Permission.BILLING_EDIT):
            return None
        return Button(_t("Record a payment"), reverse("billing:payment-payer"), "plus", "primary")

    def header_actions(self) -> Sequence[Button]:
        if not self.may(Permission.BILLING_EDIT):
            return ()
        url = reverse("billing:payment-import-create")
        return [Button(_t("Import from a file"), url, "arrow-up-tray")]


class PaymentDetail(DetailView):
    permission = Permission.BILLING_VIEW
    slot = "payment"
    tabs = (Tab("use", _("Used for"), "billing/_payment.html"),)
    object: Payment

    def get_object(self) -> Payment:
        return access_payment(self.actor, self.kwargs["public_id"])

    def crumbs(self) -> Sequence[Crumb]:
        return [payments_crumb()]

    def name(self) -> Any:
        return self.object.payer.name

    def badge(self) -> Badge:
        return payment_badge(self.object)

    def facts(self) -> Sequence[Fact]:
        payment = self.object
        url = reverse("accounts:detail", args=[payment.payer.public_id])
        return [
            Fact(_("From"), payment.payer.name, url),
            Fact(_("Amount"), Money(payment.amount, payment.currency)),
            Fact(_("Not used"), Money(payment.unallocated, payment.currency)),
            Fact(_("Received"), payment.received_on),
            Fact(_("How"), payment.get_source_display()),
            Fact(_("Reference"), payment.reference),
        ]

    def primary_action(self) -> Button | None:
        if not self.object.unallocated or not self.may(Permission.BILLING_EDIT):
            return None
        url = reverse("billing:payment-allocate", args=[self.object.public_id])
        return Button(_t("Put it into an invoice"), url, "arrow-right", "primary")

    def header(self) -> Mapping[str, Any]:
        header = dict(super().header())
        by_hand = self.object.source == PaymentSource.MANUAL and not self.object.allocated
        if by_hand and self.may(Permission.BILLING_EDIT):
            url = reverse("billing:payment-delete", args=[self.object.public_id])
            header["actions"] = [*header["actions"], Button(_t("Delete"), url, "trash", "danger")]
        return header

    def tab_use(self) -> Mapping[str, Any]:
        return {
            "allocations": [
                (row, reverse("billing:allocation-undo", args=[row.pk]))
                for row in selectors.allocations_of(self.object)
            ],
            "payment": self.object,
            "may_edit": self.may(Permission.BILLING_EDIT),
        }


class PaymentPayer(FormView):
    """Whose payment is to be recorded."""

    permission = Permission.BILLING_EDIT
    title = _("Record a payment")
    form_class = PayerForm
    submit_label = _("Go on")

    def crumbs(self) -> Sequence[Crumb]:
        return [payments_crumb()]

    def save(self, form: PayerForm) -> Account:
        payer: Account = form.cleaned_data["payer"]
        return payer

    def success_url(self, result: Account) -> str:
        return reverse("billing:payment-create", args=[result.public_id])


class PaymentCreate(FormView):
    """Record what a payer paid; `?invoice=` chooses one of its open invoices."""

    permission = Permission.BILLING_EDIT
    title = _("Record a payment")
    form_class = PaymentForm
    submit_label = _("Record it")
    success_message = _("Payment %(it)s is recorded.")
    object: Account

    def prepare(self) -> None:
        self.object = access_account(self.actor, self.kwargs["public_id"], Permission.BILLING_EDIT)

    def get_title(self) -> Any:
        return _t("Record a payment of %(name)s") % {"name": self.object.name}

    def crumbs(self) -> Sequence[Crumb]:
        return [payments_crumb()]

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"payer": self.object}

    def initial(self) -> Mapping[str, Any]:
        chosen = self.request.GET.get("invoice", "")
        invoice = selectors.open_invoices(self.object).filter(public_id=chosen).first()
        return {
            "currency": invoice.currency if invoice else self.object.currency,
            "received_on": clock.today(self.object.organization.time_zone),
            "invoice": chosen if invoice else "",
            "amount": (round_half_up(invoice.open_amount, invoice.currency) if invoice else None),
        }

    def save(self, form: PaymentForm) -> Payment:
        return services.payment_record(payer=self.object, actor=self.actor, **form.cleaned_data)

    def success_url(self, result: Payment) -> str:
        return reverse("billing:payment", args=[result.public_id])


class PaymentAllocate(FormView):
    permission = Permission.BILLING_EDIT
    title = _("Put a payment into an invoice")
    form_class = AllocateForm
    submit_label = _("Put it there")
    object: Payment

    def prepare(self) -> None:
        self.object = access_payment(self.actor, self.kwargs["public_id"], Permission.BILLING_EDIT)

    def crumbs(self) -> Sequence[Crumb]:
        url = reverse("billing:payment", args=[self.object.public_id])
        return [payments_crumb(), Crumb(self.object.number, url)]

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"payment": self.object}

    def save(self, form: AllocateForm) -> list[Allocation]:
        return services.payment_allocate(
            payment=self.object, invoice=form.cleaned_data["invoice"], actor=self.actor
        )

    def success_url(self, result: list[Allocation]) -> str:
        if not result:
            messages.info(self.request, _t("No open invoice needs it. It stays as credit."))
        return reverse("billing:payment", args=[self.object.public_id])


class AllocationUndo(FormView):
    """Take back what went into an invoice."""

    permission = Permission.BILLING_EDIT
    title = _("Take it out of the invoice")
    form_class = ReasonForm
    submit_label = _("Take it out")
    consequence = _("The invoice is open again, and the money is the payer's credit.")
    danger = True
    object: Allocation

    def prepare(self) -> None:
        self.object = access_allocation(self.actor, self.kwargs["pk"])

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(self.object.invoice.number, self._invoice_url())]

    def save(self, form: ReasonForm) -> str:
        services.allocation_undo(
            allocation=self.object, actor=self.actor, reason=form.cleaned_data["reason"]
        )
        return self.object.invoice.number

    def success_url(self, result: str) -> str:
        payment = self.object.payment
        if payment is None:
            return self._invoice_url()
        return reverse("billing:payment", args=[payment.public_id])

    def _invoice_url(self) -> str:
        return reverse("billing:invoice", args=[self.object.invoice.public_id])


class PaymentDelete(FormView):
    permission = Permission.BILLING_EDIT
    title = _("Delete a payment")
    form_class = ReasonForm
    submit_label = _("Delete it")
    consequence = _("It is as if it had never been recorded; the account's history keeps it.")
    danger = True
    success_message = _("Payment %(it)s is deleted.")
    object: Payment

    def prepare(self) -> None:
        self.object = access_payment(self.actor, self.kwargs["public_id"], Permission.BILLING_EDIT)

    def crumbs(self) -> Sequence[Crumb]:
        url = reverse("billing:payment", args=[self.object.public_id])
        return [payments_crumb(), Crumb(self.object.number, url)]

    def save(self, form: ReasonForm) -> str:
        services.payment_delete(
            payment=self.object, actor=self.actor, reason=form.cleaned_data["reason"]
        )
        return self.object.number

    def success_url(self, result: str) -> str:
        return reverse("billing:payments")


def record_url(account: Account, invoice_id: str = "") -> str:
    """Where a payment of this account is recorded, for one of its invoices."""
    url = reverse("billing:payment-create", args=[account.public_id])
    return f"{url}?{urlencode({'invoice': invoice_id})}" if invoice_id else url
