"""Industries: the trades buyers narrow the catalogue by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.permissions import Permission
from bss.catalog import selectors, services
from bss.catalog.access import access_industry
from bss.catalog.forms.products import IndustryForm
from bss.catalog.models import Industry
from bss.catalog.tables import IndustryTable
from bss.ui.components import Button, Crumb, EmptyState
from bss.ui.generic import EditView, FormView, ListView


class IndustryList(ListView):
    permission = Permission.CATALOG_VIEW
    title = _("Industries")
    intro = _("For which trades products are made. Buyers narrow the catalogue by them.")
    table = IndustryTable
    search = ("name",)
    search_label = _("Search industries")
    key_field = "slug"

    @property
    def empty(self) -> EmptyState:  # type: ignore[override]
        return EmptyState(
            _("No industries yet"),
            _("Health, hotels, workshops: a product can be made for several of them."),
            self.primary_action(),
            "briefcase",
        )

    def queryset(self) -> QuerySet[Industry]:
        return selectors.industries()

    def primary_action(self) -> Button | None:
        if not self.may(Permission.CATALOG_EDIT):
            return None
        return Button(_("New industry"), reverse("catalog:industry-create"), "plus", "primary")


class IndustryCreate(FormView):
    permission = Permission.CATALOG_EDIT
    title = _("New industry")
    form_class = IndustryForm
    submit_label = _("Create industry")
    success_message = _("%(it)s created.")

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Industries"), reverse("catalog:industry-list"))]

    def save(self, form: Any) -> Industry:
        return services.industry_create(
            organization=selectors.organization_of(self.actor),
            actor=self.actor,
            **form.cleaned_data,
        )

    def success_url(self, result: Any) -> str:
        return reverse("catalog:industry-list")


class IndustryEdit(EditView):
    permission = Permission.CATALOG_EDIT
    title = _("Edit industry")
    form_class = IndustryForm
    object: Industry

    def get_object(self) -> Industry:
        return access_industry(self.actor, self.kwargs["slug"], Permission.CATALOG_EDIT)

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Industries"), reverse("catalog:industry-list"))]

    def save(self, form: Any) -> Industry:
        changes = dict(form.cleaned_data)
        changes["slug"] = changes["slug"] or self.object.slug
        return services.industry_edit(industry=self.object, actor=self.actor, **changes)

    def success_url(self, result: Any) -> str:
        return reverse("catalog:industry-list")
