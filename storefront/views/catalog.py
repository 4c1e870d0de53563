"""The catalogue: its pages, a shelf, a search, a product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.permissions import Permission
from bss.catalog.models import Category
from bss.ui.components import Crumb
from bss.ui.fields import problems
from bss.ui.generic import Screen
from bss.ui.keyset import Cursor
from storefront.choices import Sorting
from storefront.contracts import (
    AddOnRow,
    Asked,
    CataloguePage,
    Choice,
    Facet,
    ProductView,
    Viewer,
)
from storefront.forms.catalog import ADD_ON, PLAN, ProductForm, group_of, sorting_of
from storefront.selectors import product, window
from storefront.selectors.viewer import viewer_of, ways_of

# What a product's form says, beside its add-ons and the plan of each term.
CHOSEN = frozenset({"unit", "quantity", "plan"})


class Catalogue(Screen):
    """Everything this viewer sees, narrowed by vendor, industry and group, sorted, page by page."""

    public = True
    template_name = "storefront/catalog.html"
    title: Any = gettext_lazy("All products")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        viewer, asked = viewer_of(request), self.asked()
        found = window.listing(viewer, asked, Cursor.decode(request.GET.get("after", "")))
        nothing = bool(asked.text) and not found.count
        response = self.page(
            {
                "viewer": viewer,
                "listing": found,
                "asked": asked,
                "narrowed": bool(asked.vendor or asked.industry or asked.group),
                "groups": self._groups(found, asked),
                "vendors": self._vendors(found, asked),
                "industries": self._industries(asked),
                "sortings": self._sortings(asked),
                "suggestion": window.suggestion(viewer, asked.text) if nothing else None,
                "previous_url": self._link(after=found.previous) if found.previous else "",
                "next_url": self._link(after=found.next) if found.next else "",
            }
        )
        patch_vary_headers(response, ["HX-Request"])
        return response

    def asked(self) -> Asked:
        """What the address says, as far as it makes sense."""
        given, text = self.request.GET, self.text()
        group = group_of(given.get("group", ""))
        usual = Sorting.BEST if text else Sorting.NAME
        return Asked(
            text=text,
            shelf=self.shelf(),
            vendor=given.get("vendor", ""),
            industry=given.get("industry", ""),
            group=group,
            sorting=sorting_of(given.get("sort", ""), group.sorting if group else usual),
        )

    def shelf(self) -> Category | None:
        return None

    def text(self) -> str:
        return ""

    def _groups(self, found: CataloguePage, asked: Asked) -> list[Facet]:
        return [
            self._facet("group", group.value, group.label, count, group is asked.group)
            for group, count in found.groups
        ]

    def _vendors(self, found: CataloguePage, asked: Asked) -> list[Facet]:
        return [
            self._facet("vendor", name, name, count, name == asked.vendor)
            for name, count in found.vendors
        ]

    def _industries(self, asked: Asked) -> list[Facet]:
        return [
            self._facet("industry", way.slug, way.name, None, way.slug == asked.industry)
            for way in ways_of(self.request).industries
        ]

    def _facet(
        self, name: str, value: str, label: Any, count: int | None, is_current: bool
    ) -> Facet:
        """The current one leads back to where it is off."""
        return Facet(
            label, self._link(**{name: "" if is_current else value, "after": ""}), count, is_current
        )

    def _sortings(self, asked: Asked) -> list[Facet]:
        return [
            Facet(
                sorting.label,
                self._link(sort="" if sorting is Sorting.BEST else sorting.value, after=""),
                None,
                sorting is asked.sorting,
            )
            for sorting in Sorting
            if sorting is not Sorting.BEST or asked.text
        ]

    def _link(self, **changes: str) -> str:
        """This page with other words in its address; an empty one is left out."""
        params = self.request.GET.copy()
        for name, value in changes.items():
            if value:
                params[name] = value
            else:
                params.pop(name, None)
        return f"{self.request.path}?{params.urlencode()}"


class Shelf(Catalogue):
    """One category, with what stands in the categories below it."""

    def shelf(self) -> Category:
        if not hasattr(self, "_shelf"):
            self._shelf = window.shelf_called(self.kwargs["slug"])
        return self._shelf

    def get_title(self) -> Any:
        return self.shelf().name

    def crumbs(self) -> Sequence[Crumb]:
        way = [Crumb(_("All products"), reverse("storefront:catalog"))]
        above = self.shelf().parent
        if above is not None:
            way.append(Crumb(above.name, reverse("storefront:category", args=[above.slug])))
        return way


class Search(Catalogue):
    """What the words in the search field find."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.text():
            return HttpResponseRedirect(reverse("storefront:catalog"))
        return super().get(request, *args, **kwargs)

    def text(self) -> str:
        return str(self.request.GET.get("q", "")).strip()[:100]

    def get_title(self) -> Any:
        return _("Results for “%(text)s”") % {"text": self.text()}

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("All products"), reverse("storefront:catalog"))]


class ProductPage(Screen):
    """What a product is, and how to buy it. The sum follows each change; without JavaScript by a button."""

    public = True
    template_name = "storefront/product.html"
    found: ProductView

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        viewer = viewer_of(request)
        self.found = product.product_view(viewer, self.kwargs["public_id"])
        form = ProductForm(request.GET if "unit" in request.GET else None, view=self.found)
        fits = not form.is_bound or form.is_valid()
        kept = form.choice()
        chosen = kept if fits else None
        context = {
            "viewer": viewer,
            "product": self.found.product,
            "found": self.found,
            "form": form,
            "choice": chosen,
            "problems": problems(form),
            "terms": product.term_rows(viewer, self.found, kept),
            "add_ons": self._add_ons(viewer, form, kept),
            "sum": product.sum_of(viewer, self.found, chosen) if chosen else None,
            **self._way_to_buy(viewer),
        }
        response = self._answer(context)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The button without JavaScript: the same choice as an address, without the form's token in it."""
        names = [n for n in request.POST if n in CHOSEN or n.startswith((ADD_ON, PLAN))]
        chosen = urlencode([(name, request.POST[name]) for name in names])
        return HttpResponseRedirect(f"{request.path}?{chosen}")

    def get_title(self) -> Any:
        return self.found.product.name

    def crumbs(self) -> Sequence[Crumb]:
        way = [Crumb(_("All products"), reverse("storefront:catalog"))]
        shelf = self.found.product.category
        if shelf is not None:
            way.append(Crumb(shelf.name, reverse("storefront:category", args=[shelf.slug])))
        return way

    def _answer(self, context: Mapping[str, Any]) -> HttpResponse:
        htmx = getattr(self.request, "htmx", None)
        if htmx and not htmx.boosted and not htmx.history_restore_request:
            return self.page(context, template="storefront/_product_change.html")
        return self.page(context)

    def _add_ons(self, viewer: Viewer, form: ProductForm, chosen: Choice) -> list[AddOnRow]:
        """Each add-on with what it costs in the chosen term."""
        term = self.found.term(chosen.unit)
        rows = []
        for option in self.found.add_ons:
            price = option.prices.get(term.unit) if term else None
            rows.append(
                AddOnRow(
                    product=option.product,
                    money=viewer.money_of(price) if price else None,
                    per=term.per if term else "",
                    input=form[f"{ADD_ON}{option.product.public_id}"],
                )
            )
        return rows

    def _way_to_buy(self, viewer: Viewer) -> Mapping[str, Any]:
        """Who may put it into a basket, and what stands there for who may not."""
        sells = bool(self.found.terms)
        return {
            "may_buy": sells and self.may(Permission.ORDER_CREATE),
            "must_sign_in": viewer.is_visitor,
            "asks_seller": not viewer.is_visitor and not self.may(Permission.ORDER_CREATE),
        }
