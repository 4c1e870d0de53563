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
from bss.ui.generic import Screen
from bss.ui.keyset import Cursor
from storefront.choices import Sorting
from storefront.contracts import AddOnRow, CataloguePage, Choice, ProductView, Viewer
from storefront.forms.catalog import ADD_ON, ProductForm, sorting_of
from storefront.selectors import window
from storefront.selectors.viewer import viewer_of


class Catalogue(Screen):
    """Everything this viewer sees, narrowed by vendor, sorted, page by page."""

    public = True
    template_name = "storefront/catalog.html"
    title: Any = gettext_lazy("All products")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        viewer, shelf = viewer_of(request), self.shelf()
        found = window.listing(
            viewer,
            text=self.text(),
            shelf=shelf,
            vendor=request.GET.get("vendor", ""),
            sorting=sorting_of(request.GET.get("sort", "")),
            cursor=Cursor.decode(request.GET.get("after", "")),
        )
        response = self.page(
            {
                "viewer": viewer,
                "listing": found,
                "shelf": shelf,
                "text": self.text(),
                "vendors": self._vendors(found),
                "sortings": self._sortings(),
                "previous_url": self._link(after=found.previous) if found.previous else "",
                "next_url": self._link(after=found.next) if found.next else "",
                "vendor": request.GET.get("vendor", ""),
                "all_url": self._link(vendor="", after=""),
            }
        )
        patch_vary_headers(response, ["HX-Request"])
        return response

    def shelf(self) -> Category | None:
        return None

    def text(self) -> str:
        return ""

    def _vendors(self, found: CataloguePage) -> list[Mapping[str, Any]]:
        chosen = self.request.GET.get("vendor", "")
        return [
            {
                "label": name,
                "count": count,
                "url": self._link(vendor="" if name == chosen else name, after=""),
                "current": name == chosen,
            }
            for name, count in found.vendors
        ]

    def _sortings(self) -> list[Mapping[str, Any]]:
        chosen = sorting_of(self.request.GET.get("sort", ""))
        return [
            {
                "label": sorting.label,
                "url": self._link(sort=sorting.value, after=""),
                "current": sorting is chosen,
            }
            for sorting in Sorting
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
        self.found = window.product_view(viewer, self.kwargs["public_id"])
        form = ProductForm(request.GET if "unit" in request.GET else None, view=self.found)
        chosen = form.choice() if not form.is_bound or form.is_valid() else None
        context = {
            "viewer": viewer,
            "product": self.found.product,
            "found": self.found,
            "form": form,
            "choice": chosen,
            "add_ons": self._add_ons(viewer, form, chosen),
            "sum": window.sum_of(viewer, self.found, chosen) if chosen else None,
            **self._way_to_buy(viewer),
        }
        response = self._answer(context)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The button without JavaScript: the same choice as an address, without the form's token in it."""
        names = [n for n in request.POST if n in {"unit", "quantity"} or n.startswith(ADD_ON)]
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

    def _add_ons(self, viewer: Viewer, form: ProductForm, chosen: Choice | None) -> list[AddOnRow]:
        """Each add-on with what it costs in the chosen term."""
        term = self.found.term(chosen.unit if chosen else "")
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
            "unit": self.request.GET.get("unit", ""),
        }
