"""Categories: the shelves of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.permissions import Permission
from bss.catalog import selectors, services
from bss.catalog.access import access_category
from bss.catalog.forms.price_lists import CategoryForm
from bss.catalog.models import Category
from bss.catalog.tables import CategoryTable
from bss.ui.components import Button, Crumb, EmptyState
from bss.ui.generic import EditView, FormView, ListView


class CategoryList(ListView):
    permission = Permission.CATALOG_VIEW
    title = _("Categories")
    intro = _("The shelves on which buyers find products.")
    table = CategoryTable
    search = ("name",)
    search_label = _("Search categories")
    key_field = "slug"

    @property
    def empty(self) -> EmptyState:  # type: ignore[override]
        return EmptyState(
            _("No categories yet"),
            _("Categories are the storefront's navigation: Productivity, Backup, Security."),
            self.primary_action(),
            "rectangle-stack",
        )

    def queryset(self) -> QuerySet[Category]:
        return selectors.categories()

    def primary_action(self) -> Button | None:
        if not self.may(Permission.CATALOG_EDIT):
            return None
        return Button(_("New category"), reverse("catalog:category-create"), "plus", "primary")


class CategoryCreate(FormView):
    permission = Permission.CATALOG_EDIT
    title = _("New category")
    form_class = CategoryForm
    submit_label = _("Create category")
    success_message = _("%(it)s created.")

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Categories"), reverse("catalog:category-list"))]

    def save(self, form: Any) -> Category:
        return services.category_create(
            organization=selectors.organization_of(self.actor),
            actor=self.actor,
            **form.cleaned_data,
        )

    def success_url(self, result: Any) -> str:
        return reverse("catalog:category-list")


class CategoryEdit(EditView):
    permission = Permission.CATALOG_EDIT
    title = _("Edit category")
    form_class = CategoryForm
    object: Category

    def get_object(self) -> Category:
        return access_category(self.actor, self.kwargs["slug"], Permission.CATALOG_EDIT)

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Categories"), reverse("catalog:category-list"))]

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"but": self.object}

    def save(self, form: Any) -> Category:
        changes = dict(form.cleaned_data)
        changes["slug"] = changes["slug"] or self.object.slug
        return services.category_edit(category=self.object, actor=self.actor, **changes)

    def success_url(self, result: Any) -> str:
        return reverse("catalog:category-list")
