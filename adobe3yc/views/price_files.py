"""Setup > Adobe: what is in force at each instance, the files of one, what a file would change, and putting it into
force.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adobe3yc import selectors, services
from adobe3yc.access import access_adobe_instance, access_price_file
from adobe3yc.choices import PriceChange, PriceFileKind, PriceFileState
from adobe3yc.filters import PriceFileFilter, PriceRowFilter
from adobe3yc.models import PriceFile, PriceRow
from adobe3yc.tables import PriceFileTable, PriceRowTable, month_name, price_file_badge
from bss.accounts.permissions import Permission
from bss.ui.components import (
    Attention,
    Badge,
    Button,
    Crumb,
    EmptyState,
    Fact,
    SavedView,
    Tab,
    Tile,
)
from bss.ui.generic import DetailView, ListView, Page, Screen
from servicemanager.models import Instance


def home_crumbs() -> list[Crumb]:
    return [Crumb(_("Setup"), reverse("portal:setup")), Crumb(_("Adobe"), reverse("adobe3yc:home"))]


def instance_crumbs(instance: Instance) -> list[Crumb]:
    return [*home_crumbs(), Crumb(instance.name, files_url(instance))]


def files_url(instance: Instance) -> str:
    return reverse("adobe3yc:price-files", args=[instance.public_id])


def file_url(file: PriceFile) -> str:
    return reverse("adobe3yc:price-file", args=[file.public_id])


class Home(Page):
    """Each instance of Adobe Services, with the prices that are in force there."""

    permission = Permission.SERVICE_VIEW
    template_name = "adobe3yc/home.html"
    title = gettext_lazy("Adobe")
    intro = gettext_lazy("Prices and customers of each of your connections to VIP Marketplace.")

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Setup"), reverse("portal:setup"))]

    def context(self) -> Mapping[str, Any]:
        instances = selectors.adobe_instances()
        return {
            "cards": [
                {
                    "instance": instance,
                    "files_url": files_url(instance),
                    "kinds": _kinds(selectors.files_in_force(instance)),
                }
                for instance in instances
            ],
            "empty": EmptyState(
                _("Adobe is not connected yet"),
                _("Activate Adobe Services among the service managers first."),
                Button(_("Service managers"), reverse("servicemanager:list"), kind="primary"),
                "puzzle-piece",
            ),
        }


def _kinds(in_force: Mapping[str, PriceFile]) -> list[Mapping[str, Any]]:
    return [{"label": kind.label, "file": in_force.get(kind)} for kind in PriceFileKind]


class PriceFileList(ListView):
    """The price files of one instance: what is in force, what waits, and what was."""

    permission = Permission.SERVICE_VIEW
    table = PriceFileTable
    filterset = PriceFileFilter
    search = ("name",)
    search_label = gettext_lazy("Search files")
    saved_views = tuple(
        SavedView(kind.value, kind.label, {"kind": kind.value}) for kind in PriceFileKind
    )
    exportable = False
    instance: Instance

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.actor.is_anonymous:
            self.instance = access_adobe_instance(self.actor, kwargs["public_id"])
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> Any:
        return _("Price files of %(name)s") % {"name": self.instance.name}

    intro = gettext_lazy(
        "One file of a kind is in force. A new one is read and compared first; the one before it stays."
    )

    def crumbs(self) -> Sequence[Crumb]:
        return home_crumbs()

    def queryset(self) -> QuerySet[PriceFile]:
        return selectors.price_files().filter(instance=self.instance)

    def primary_action(self) -> Button | None:
        if not self.may(Permission.SERVICE_SETUP):
            return None
        url = reverse("adobe3yc:price-upload-create", args=[self.instance.public_id])
        return Button(_("Upload a price file"), url, "arrow-up-tray", "primary")

    def header_actions(self) -> Sequence[Button]:
        uploads = reverse("adobe3yc:price-uploads", args=[self.instance.public_id])
        shown = [Button(_("Uploads"), uploads, "queue-list")]
        if self.may(Permission.SERVICE_SETUP):
            fetch = reverse("adobe3yc:price-fetch", args=[self.instance.public_id])
            shown.insert(0, Button(_("Fetch from Adobe"), fetch, "arrow-down-tray"))
        return shown

    @property
    def empty(self) -> EmptyState:  # type: ignore[override]
        return EmptyState(
            _("No price file yet"),
            _(
                "Download this month's price files from Adobe and upload them: without one nothing has a price."
            ),
            self.primary_action(),
            "document-currency-euro",
        )


class PriceFileDetail(DetailView):
    """A price file: what it would change, what to look at, and the button that puts it into force."""

    permission = Permission.SERVICE_VIEW
    slot = "price_file"
    tabs = (Tab("changes", gettext_lazy("What it changes"), "adobe3yc/_price_changes.html"),)
    object: PriceFile

    def get_object(self) -> PriceFile:
        return access_price_file(self.actor, self.kwargs["public_id"])

    def crumbs(self) -> Sequence[Crumb]:
        return instance_crumbs(self.object.instance)

    def badge(self) -> Badge:
        return price_file_badge(self.object)

    def facts(self) -> Sequence[Fact]:
        return [
            Fact(_("Kind"), self.object.get_kind_display()),
            Fact(_("Month"), month_name(self.object)),
            Fact(_("Rows"), self.object.row_count, rows_url(self.object)),
            Fact(_("Put into force"), self.object.in_force_at),
        ]

    def attention(self) -> Sequence[Attention]:
        file = self.object
        if file.state == PriceFileState.IN_FORCE and selectors.is_ahead_of_catalogue(file):
            return [self._catalogue_is_behind(file)]
        if file.state == PriceFileState.CHECKED:
            words = _(
                "Nothing has changed yet. Look at what it changes, then put it into force or discard it."
            )
            return [Attention(_("This file waits for you"), words, "info")]
        return []

    def _catalogue_is_behind(self, file: PriceFile) -> Attention:
        url = reverse("servicemanager:definition", args=[file.instance.public_id])
        may = self.may(Permission.SERVICE_SETUP)
        return Attention(
            _("The catalogue does not show these prices yet"),
            _(
                "Get Services Definition brings products and list prices in line with the price files."
            ),
            "warning",
            Button(_("Get Services Definition"), url, "arrow-down-tray", "primary", "post")
            if may
            else None,
        )

    def tab_changes(self) -> Mapping[str, Any]:
        file = self.object
        return {
            "is_in_force": file.state == PriceFileState.IN_FORCE,
            "now": selectors.file_in_force(file.instance, file.kind),
            "tiles": _tiles(file, may_see=self.may(Permission.COST_VIEW)),
            "rows_url": rows_url(file) if self.may(Permission.COST_VIEW) else "",
            "warnings": selectors.warnings_of(file),
        }


def rows_url(file: PriceFile, change: str = "") -> str:
    query = f"?change={change}" if change else ""
    return reverse("adobe3yc:price-file-rows", args=[file.public_id]) + query


def _tiles(file: PriceFile, *, may_see: bool) -> list[Tile]:
    found = selectors.price_changes(file)
    counted = (
        (PriceChange.NEW, found.new),
        (PriceChange.CHANGED, found.changed),
        (PriceChange.GONE, found.gone),
        (PriceChange.SAME, found.same),
    )
    return [
        Tile(change.label, count, url=rows_url(file, change) if may_see and count else "")
        for change, count in counted
    ]


class PriceFileRows(ListView):
    """A file's rows beside the prices in force; staff who may see costs only."""

    permission = Permission.COST_VIEW
    table = PriceRowTable
    filterset = PriceRowFilter
    search = ("offer_id", "family")
    search_label = gettext_lazy("Search part numbers and products")
    export_name = "adobe-prices"
    key_field = "pk"
    file: PriceFile

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.actor.is_anonymous:
            self.file = access_price_file(self.actor, kwargs["public_id"], Permission.COST_VIEW)
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> Any:
        return _("Prices in %(name)s") % {"name": self.file.name}

    def crumbs(self) -> Sequence[Crumb]:
        return [*instance_crumbs(self.file.instance), Crumb(self.file.name, file_url(self.file))]

    def queryset(self) -> QuerySet[PriceRow]:
        return selectors.price_rows(self.file)


class PriceFileEnforce(Screen):
    """Put a file into force, or take the present one back by putting an earlier one into force again."""

    permission = Permission.SERVICE_SETUP
    http_method_names = ("post",)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        file = access_price_file(self.actor, public_id, Permission.SERVICE_SETUP)
        services.price_file_enforce(file=file, actor=self.actor)
        messages.success(request, _("%(name)s is in force.") % {"name": file.name})
        return HttpResponseRedirect(file_url(file))


class PriceFileDiscard(Screen):
    permission = Permission.SERVICE_SETUP
    http_method_names = ("post",)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        file = access_price_file(self.actor, public_id, Permission.SERVICE_SETUP)
        services.price_file_discard(file=file, actor=self.actor)
        messages.success(request, _("%(name)s is discarded.") % {"name": file.name})
        return HttpResponseRedirect(files_url(file.instance))
