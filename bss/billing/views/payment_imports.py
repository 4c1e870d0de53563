"""Files of payments: upload, check, read the report, record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bss.accounts.permissions import Permission
from bss.billing import selectors, services
from bss.billing.access import access_payment_import
from bss.billing.choices import ImportedPayment, PaymentColumn
from bss.billing.filters import PaymentImportRowFilter
from bss.billing.forms import PaymentImportForm
from bss.billing.models import PaymentImport, PaymentImportRow
from bss.billing.services.payment_imports import LAYOUT
from bss.billing.tables import PaymentImportRowTable, PaymentImportTable
from bss.billing.views.payments import payments_crumb
from bss.core.models import Run
from bss.ui.components import Button, Confirm, Crumb, EmptyState
from bss.ui.generic import FormView, ListView, Screen


def _imports_crumb() -> Crumb:
    return Crumb(_t("Imports"), reverse("billing:payment-imports"))


class PaymentImportList(ListView):
    permission = Permission.BILLING_EDIT
    title = _("Imports of payments")
    table = PaymentImportTable
    exportable = False

    def crumbs(self) -> Sequence[Crumb]:
        return [payments_crumb()]

    def queryset(self) -> QuerySet[PaymentImport]:
        return PaymentImport.objects.defer("content")

    def primary_action(self) -> Button | None:
        url = reverse("billing:payment-import-create")
        return Button(_t("Import from a file"), url, "plus", "primary")

    empty = EmptyState(
        _("No imports yet"),
        _("A file of your bank is checked row by row before anything is recorded."),
        icon="arrow-up-tray",
    )


class PaymentImportCreate(FormView):
    permission = Permission.BILLING_EDIT
    title = _("Import payments")
    template_name = "billing/payment_import_create.html"
    form_class = PaymentImportForm
    submit_label = _("Check the file")
    consequence = _("Nothing is recorded yet: you see a report of every row first.")

    def crumbs(self) -> Sequence[Crumb]:
        return [payments_crumb(), _imports_crumb()]

    def context(self) -> dict[str, Any]:
        return {
            "columns": [
                (PaymentColumn(name).label, LAYOUT.names(name), name in LAYOUT.required)
                for name in LAYOUT.columns
            ]
        }

    def save(self, form: PaymentImportForm) -> Run:
        upload = form.cleaned_data["file"]
        source = services.payment_import_create(
            organization=self.request.membership.organization,  # type: ignore[attr-defined]
            name=upload.name,
            raw=upload.read(),
            actor=self.actor,
        )
        return services.payment_import_start(source=source, actor=self.actor, dry_run=True)

    def success_url(self, result: Run) -> str:
        return reverse("portal:run", args=[result.public_id])


class PaymentImportReport(ListView):
    """What the latest run over a file did, or would do, with each row."""

    permission = Permission.BILLING_EDIT
    table = PaymentImportRowTable
    filterset = PaymentImportRowFilter
    export_name = "payments-report"
    key_field = "pk"
    empty = EmptyState(
        _("No row has been looked at yet"), _("The report fills while the run goes on."),
        icon="document-text",
    )  # fmt: skip
    source: PaymentImport

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.actor.is_anonymous:
            self.source = access_payment_import(self.actor, kwargs["public_id"])
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.source.name

    def crumbs(self) -> Sequence[Crumb]:
        return [payments_crumb(), _imports_crumb()]

    def queryset(self) -> QuerySet[PaymentImportRow]:
        run = selectors.latest_payment_import(self.source)
        rows = PaymentImportRow.objects.filter(source=self.source, run_id=run.pk if run else 0)
        return rows.select_related("payment")

    def primary_action(self) -> Button | None:
        run = selectors.latest_payment_import(self.source)
        new = int((run.result or {}).get(ImportedPayment.NEW, 0)) if run else 0
        if run is None or not run.is_finished or not new:
            return None
        label = ngettext("Record %(n)d payment", "Record %(n)d payments", new) % {"n": new}
        confirm = Confirm(
            label,
            _t(
                "Each goes into its invoice, or into the open ones of its payer. Refused rows are left out."
            ),
            label,
        )
        url = reverse("billing:payment-import-run", args=[self.source.public_id])
        return Button(label, url, "check", "primary", "post", confirm)

    def header_actions(self) -> Sequence[Button]:
        url = reverse("billing:payment-import-check", args=[self.source.public_id])
        return [Button(_t("Check again"), url, "arrow-path", method="post")]


class PaymentImportRun(Screen):
    """Begin another run over a file: `dry_run` checks, otherwise payments are recorded."""

    permission = Permission.BILLING_EDIT
    http_method_names = ("post",)
    dry_run = False

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        source = access_payment_import(self.actor, public_id)
        run = services.payment_import_start(source=source, actor=self.actor, dry_run=self.dry_run)
        return HttpResponseRedirect(reverse("portal:run", args=[run.public_id]))


def import_back(run: Run) -> Button | None:
    """Where a finished run leads."""
    source = PaymentImport.objects.filter(pk=run.payload["import"]).only("public_id").first()
    if source is None:
        return None
    url = reverse("billing:payment-import", args=[source.public_id])
    return Button(_t("See the report"), url, kind="primary")


def import_crumbs(_run: Run) -> Sequence[Crumb]:
    """The way to the page of a run over a file."""
    return [payments_crumb(), _imports_crumb()]
