"""Price files on their way in: upload one, see what became of it, read its faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adobe3yc import selectors, services
from adobe3yc.access import access_adobe_instance, access_price_upload
from adobe3yc.forms import PriceFetchForm, PriceUploadForm
from adobe3yc.models import PriceFault, PriceUpload
from adobe3yc.pricefiles.reading import NEEDED, NEEDED_COMMITTED, TITLES
from adobe3yc.tables import PriceFaultTable, PriceUploadTable
from adobe3yc.views.price_files import file_url, instance_crumbs
from bss.accounts.permissions import Permission
from bss.core import clock
from bss.core.models import Run
from bss.ui.components import Button, Crumb, EmptyState
from bss.ui.generic import FormView, ListView
from servicemanager.models import Instance


def uploads_url(instance: Instance) -> str:
    return reverse("adobe3yc:price-uploads", args=[instance.public_id])


def upload_button(instance: Instance) -> Button:
    url = reverse("adobe3yc:price-upload-create", args=[instance.public_id])
    return Button(_("Upload a price file"), url, "arrow-up-tray", "primary")


class PriceUploadList(ListView):
    """What was uploaded, also what was refused."""

    permission = Permission.SERVICE_VIEW
    title = gettext_lazy("Uploads")
    intro = gettext_lazy("Every price file that came in, and what became of it.")
    table = PriceUploadTable
    exportable = False
    instance: Instance

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.actor.is_anonymous:
            self.instance = access_adobe_instance(self.actor, kwargs["public_id"])
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self) -> Sequence[Crumb]:
        return instance_crumbs(self.instance)

    def queryset(self) -> QuerySet[PriceUpload]:
        return selectors.price_uploads().filter(instance=self.instance)

    def primary_action(self) -> Button | None:
        return upload_button(self.instance) if self.may(Permission.SERVICE_SETUP) else None

    @property
    def empty(self) -> EmptyState:  # type: ignore[override]
        return EmptyState(
            _("Nothing was uploaded yet"),
            _("A file is read in the background; what is wrong with it is listed cell by cell."),
            self.primary_action(),
            "arrow-up-tray",
        )


class PriceListTaking(FormView):
    """Prices of an instance from somewhere: read in the background, compared before they take effect."""

    permission = Permission.SERVICE_SETUP
    instance: Instance

    def prepare(self) -> None:
        public_id = self.kwargs["public_id"]
        self.instance = access_adobe_instance(self.actor, public_id, Permission.SERVICE_SETUP)

    def crumbs(self) -> Sequence[Crumb]:
        return instance_crumbs(self.instance)

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"currencies": selectors.selling_currencies(self.instance)}

    def initial(self) -> Mapping[str, Any]:
        return {"month": clock.today(self.instance.organization.time_zone).replace(day=1)}

    def success_url(self, result: Run) -> str:
        return reverse("portal:run", args=[result.public_id])


class PriceUploadCreate(PriceListTaking):
    """Upload a price file: it is read at once, and takes effect only when somebody puts it into force."""

    title = gettext_lazy("Upload a price file")
    template_name = "adobe3yc/price_upload_create.html"
    form_class = PriceUploadForm
    submit_label = gettext_lazy("Check the file")
    consequence = gettext_lazy("No price changes yet: you see what the file would change first.")

    def context(self) -> Mapping[str, Any]:
        return {"columns": [_column(field, names) for field, names in TITLES.items()]}

    def save(self, form: PriceUploadForm) -> Run:
        file = form.cleaned_data["file"]
        return services.price_upload_start(
            instance=self.instance,
            name=file.name,
            content=file.read(),
            actor=self.actor,
            **form.values,
        )


class PriceFetchCreate(PriceListTaking):
    """Fetch a price list from Adobe: the same road as an upload."""

    title = gettext_lazy("Fetch from Adobe")
    intro = gettext_lazy("Adobe's price list over its API, instead of the file from its portal.")
    form_class = PriceFetchForm
    submit_label = gettext_lazy("Fetch the price list")
    consequence = gettext_lazy("No price changes yet: you see what the list would change first.")

    def save(self, form: PriceFetchForm) -> Run:
        return services.price_fetch_start(
            instance=self.instance, actor=self.actor, **form.cleaned_data
        )


def _column(field: str, names: Sequence[str]) -> Mapping[str, Any]:
    """How a column is titled, as Adobe writes it, and whether a file must have it."""
    title, *others = (name.title().replace("Acd", "ACD") for name in names)
    return {"title": title, "others": others, "needed": _needed(field)}


def _needed(field: str) -> str:
    if field in NEEDED:
        return _("required")
    return _("required in the 3YC file") if field in NEEDED_COMMITTED else _("optional")


class PriceUploadReport(ListView):
    """Why an upload was refused, each cell named. Of one that was taken there is its file, of one that is being read
    its run.
    """

    permission = Permission.SERVICE_VIEW
    table = PriceFaultTable
    export_name = "price-file-faults"
    key_field = "pk"
    upload: PriceUpload

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.actor.is_anonymous:
            self.upload = access_price_upload(self.actor, kwargs["public_id"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.upload.file is not None:
            return HttpResponseRedirect(file_url(self.upload.file))
        run = selectors.run_of(self.upload)
        if run is not None and not selectors.faults_of(self.upload):
            return HttpResponseRedirect(reverse("portal:run", args=[run.public_id]))
        return super().get(request, *args, **kwargs)

    def get_title(self) -> Any:
        return _("What is wrong with %(name)s") % {"name": self.upload.name}

    intro = gettext_lazy(
        "Nothing of the file was kept. Correct the cells in your spreadsheet and upload it again."
    )

    def crumbs(self) -> Sequence[Crumb]:
        instance = self.upload.instance
        return [*instance_crumbs(instance), Crumb(_("Uploads"), uploads_url(instance))]

    def queryset(self) -> QuerySet[PriceFault]:
        return PriceFault.objects.filter(upload=self.upload)

    def primary_action(self) -> Button | None:
        return upload_button(self.upload.instance) if self.may(Permission.SERVICE_SETUP) else None


def upload_back(run: Run) -> Button | None:
    """Where a finished run leads: to the file, or to what is wrong with it."""
    upload = selectors.price_uploads().filter(pk=run.payload["upload"]).first()
    if upload is None:
        return None
    url = reverse("adobe3yc:price-upload", args=[upload.public_id])
    label = _("See what it changes") if upload.file_id else _("See what is wrong")
    return Button(label, url, kind="primary")
