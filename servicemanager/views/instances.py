"""Setup > Service managers: what there is, the instances of it, and their settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.models import Organization
from bss.accounts.permissions import Permission
from bss.catalog.models import ProductType
from bss.core import scope
from bss.core.errors import NotFound
from bss.core.fields import render
from bss.ui.components import Attention, Button, Crumb, EmptyState, Fact, Tab
from bss.ui.generic import ConfirmView, DetailView, EditView, FormView, ListView
from bss.ui.generic.screen import Screen
from servicemanager import registry, selectors, services
from servicemanager.access import access_instance
from servicemanager.base import ServiceManager
from servicemanager.choices import Capability
from servicemanager.forms import InstanceForm, ReasonForm
from servicemanager.models import Instance
from servicemanager.tables import InstanceTable, manager_name


def _list_crumb() -> Crumb:
    return Crumb(_("Service managers"), reverse("servicemanager:list"))


def _url_of(instance: Instance) -> str:
    return reverse("servicemanager:detail", args=[instance.public_id])


class InstanceList(ListView):
    """What is active here, over what could be."""

    permission = Permission.SERVICE_VIEW
    template_name = "servicemanager/instances.html"
    title = gettext_lazy("Service managers")
    intro = gettext_lazy("Each connects your catalogue to a vendor that provisions what you sell.")
    table = InstanceTable
    search = ("name",)
    search_label = gettext_lazy("Search instances")
    exportable = False
    empty = EmptyState(
        gettext_lazy("Nothing is connected yet"),
        gettext_lazy("Activate a service manager above to sell what its vendor offers."),
        icon="puzzle-piece",
    )

    def queryset(self) -> QuerySet[Instance]:
        return selectors.instances()

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Setup"), reverse("portal:setup"))]

    def context(self) -> Mapping[str, Any]:
        may = self.may(Permission.SERVICE_SETUP)
        return {"available": [_card(offered, may) for offered in selectors.offered()]}


def _card(offered: selectors.Offered, may_activate: bool) -> Mapping[str, Any]:
    manager = offered.manager
    again = _("Activate another") if offered.instances else _("Activate")
    url = reverse("servicemanager:activate", args=[manager.code])
    return {
        "manager": manager,
        "instances": len(offered.instances),
        "can": [c.label for c in Capability if manager.can(c)],
        "button": Button(again, url, "plus")
        if may_activate and not selectors.is_manual(manager)
        else None,
    }


class InstanceCreate(FormView):
    """Activate a service manager: its settings are checked by itself before anything is kept."""

    permission = Permission.SERVICE_SETUP
    form_class = InstanceForm
    submit_label = gettext_lazy("Check and activate")
    success_message = gettext_lazy("%(it)s is active.")
    manager: ServiceManager

    def prepare(self) -> None:
        found = registry.find(self.kwargs["code"])
        if found is None or selectors.is_manual(found):
            raise NotFound
        self.manager = found
        self.intro = found.description

    def get_title(self) -> Any:
        return _("Activate %(name)s") % {"name": self.manager.name}

    def crumbs(self) -> Sequence[Crumb]:
        return [_list_crumb()]

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"specs": self.manager.settings_specs}

    def initial(self) -> Mapping[str, Any]:
        return {"name": str(self.manager.name)}

    def save(self, form: InstanceForm) -> Instance:
        made = services.instance_create(
            organization=Organization.objects.get(pk=scope.active().organization_id),
            manager=self.manager.code,
            name=form.cleaned_data["name"],
            settings=form.settings,
            actor=self.actor,
        )
        return services.instance_activate(instance=made, actor=self.actor)

    def success_url(self, result: Instance) -> str:
        return _url_of(result)


class InstanceEdit(EditView):
    permission = Permission.SERVICE_SETUP
    form_class = InstanceForm
    submit_label = gettext_lazy("Check and save")
    object: Instance

    def get_object(self) -> Instance:
        found = access_instance(self.actor, self.kwargs["public_id"], Permission.SERVICE_SETUP)
        if registry.find(found.manager) is None:
            raise NotFound
        return found

    def get_title(self) -> Any:
        return _("Settings of %(name)s") % {"name": self.object.name}

    def crumbs(self) -> Sequence[Crumb]:
        return [_list_crumb(), Crumb(self.object.name, _url_of(self.object))]

    def form_kwargs(self) -> Mapping[str, Any]:
        specs = registry.get(self.object.manager).settings_specs
        return {"specs": specs, "keeps_secrets": bool(self.object.sealed)}

    def initial(self) -> Mapping[str, Any]:
        return {"name": self.object.name, **self.object.settings}

    def save(self, form: InstanceForm) -> Instance:
        return services.instance_edit(
            instance=self.object,
            version=self.object.version,
            name=form.cleaned_data["name"],
            settings=form.settings,
            actor=self.actor,
        )

    def success_url(self, result: Instance) -> str:
        return _url_of(result)


class InstanceDetail(DetailView):
    permission = Permission.SERVICE_VIEW
    slot = "instance"
    tabs = (Tab("overview", gettext_lazy("Overview"), "servicemanager/_instance.html"),)
    object: Instance

    def get_object(self) -> Instance:
        return access_instance(self.actor, self.kwargs["public_id"], Permission.SERVICE_VIEW)

    def crumbs(self) -> Sequence[Crumb]:
        return [_list_crumb()]

    def facts(self) -> Sequence[Fact]:
        jobs = f"{reverse('servicemanager:jobs')}?instance={self.object.public_id}"
        counts = selectors.instances().get(pk=self.object.pk)
        return [
            Fact(_("Service manager"), manager_name(self.object.manager)),
            Fact(_("Open operations"), counts.open_jobs, jobs),  # type: ignore[attr-defined]
            Fact(_("Failed"), counts.failed_jobs, f"{jobs}&view=failed"),  # type: ignore[attr-defined]
            Fact(_("Services fetched"), self.object.defined_at),
        ]

    def attention(self) -> Sequence[Attention]:
        if registry.find(self.object.manager) is None:
            return [_explained("MANAGER_MISSING", None)]
        if not selectors.is_readable(self.object):
            edit = reverse("servicemanager:edit", args=[self.object.public_id])
            may = self.may(Permission.SERVICE_SETUP)
            button = Button(_("Enter them again"), edit, kind="primary") if may else None
            return [_explained("SECRET_UNREADABLE", button)]
        return []

    def tab_overview(self) -> Mapping[str, Any]:
        manager = registry.find(self.object.manager)
        specs = manager.settings_specs if manager else ()
        values = {**self.object.settings, **(dict.fromkeys(_secret_codes(specs), "set"))}
        run = services.latest_definition(self.object)
        types = ProductType.objects.filter(managed_by=self.object.public_id).order_by("name")
        return {
            "manager": manager,
            "can": [c.label for c in Capability if manager and manager.can(c)],
            "settings": [Fact(s.label, render(s, values.get(s.code))) for s in specs],
            "run": run,
            "run_url": reverse("portal:run", args=[run.public_id]) if run else "",
            "types": types,
        }


class InstanceSwitchOn(Screen):
    permission = Permission.SERVICE_SETUP

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        instance = access_instance(self.actor, public_id, Permission.SERVICE_SETUP)
        services.instance_activate(instance=instance, actor=self.actor)
        messages.success(request, _("%(name)s is active.") % {"name": instance.name})
        return HttpResponseRedirect(_url_of(instance))


class InstanceSwitchOff(ConfirmView):
    permission = Permission.SERVICE_SETUP
    form_class = ReasonForm
    submit_label = gettext_lazy("Deactivate")
    danger = True
    consequence = gettext_lazy(
        "Its products can no longer be ordered, and nothing is sent to the vendor."
    )
    object: Instance

    def prepare(self) -> None:
        public_id = self.kwargs["public_id"]
        self.object = access_instance(self.actor, public_id, Permission.SERVICE_SETUP)

    def get_title(self) -> Any:
        return _("Deactivate %(name)s?") % {"name": self.object.name}

    def crumbs(self) -> Sequence[Crumb]:
        return [_list_crumb(), Crumb(self.object.name, _url_of(self.object))]

    def save(self, form: ReasonForm) -> Instance:
        reason = form.cleaned_data["reason"]
        return services.instance_deactivate(instance=self.object, reason=reason, actor=self.actor)

    def success_url(self, result: Instance) -> str:
        return _url_of(result)


class DefinitionStart(Screen):
    """Get Services Definition."""

    permission = Permission.SERVICE_SETUP

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        instance = access_instance(self.actor, public_id, Permission.SERVICE_SETUP)
        run = services.definition_start(instance=instance, actor=self.actor)
        return HttpResponseRedirect(reverse("portal:run", args=[run.public_id]))


def _secret_codes(specs: Sequence[Any]) -> list[str]:
    return [spec.code for spec in specs if spec.type == "secret"]


def _explained(code: str, button: Button | None) -> Attention:
    found = registry.explain(code)
    assert found is not None  # noqa: S101 -- a test holds that each code has its entry
    text = f"{found.cause} {found.next_step}"
    return Attention(found.title, text, "danger", button, code)
