"""The gallery's pages: components, and whole screens made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from bss.core.errors import NotFound, StaleState
from bss.ui.context import PORTAL
from bss.ui.errors import explain
from bss.ui.gallery import brands, forms, tokens
from bss.ui.gallery.samples import figures, records, rows, shop, work
from bss.ui.generic.screen import Page
from bss.ui.timeline import KINDS

SCREENS: dict[str, Any] = {
    "list": _("List"),
    "record": _("Record"),
    "form": _("Form"),
    "work": _("Long work"),
    "dashboard": _("Dashboard"),
    "shop": _("Shop"),
    "product": _("Product"),
    "checkout": _("Checkout"),
    "plans": _("Reseller plans"),
    "sign-in": _("Sign in"),
    "error": _("Error"),
}


class Gallery(Page):
    """Every component in every state."""

    public = True
    template_name = "ui/gallery/components.html"
    title = _("Design system")
    search = ("number",)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # A reseller's customers see nothing of the house on its storefront.
        if getattr(getattr(request, "surface", None), "kind", PORTAL) != PORTAL:
            raise NotFound
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def brand(self) -> str:
        asked = self.request.GET.get("brand", "")
        return asked if asked in brands.INPUTS else ""

    def context(self) -> Mapping[str, Any]:
        table = rows.SampleTable(self.request)
        found = rows.subscriptions()
        return {
            "gallery_dir": "rtl" if self.request.GET.get("dir") == "rtl" else "",
            "gallery_brand": self.brand,
            "brands": brands.brands(),
            "brands_url": reverse("ui:theme", args=[brands.KEY, brands.sheet().digest]),
            "screens": SCREENS,
            "colours": tokens.colours(),
            "table": table,
            "heads": [(head, "#") for head in table.heads("-monthly")],
            "rows": list(table.rows(found)),
            "totals": table.totals(found),
            "menus": True,
            "count": 1000,
            "count_capped": True,
            "next_url": "#",
            "chips": rows.chips(),
            "clear_url": "#",
            "badges": records.badges(),
            "facts": records.facts(),
            "attentions": records.attentions(),
            "timeline": records.timeline(),
            "timeline_kinds": [(key, label) for key, (label, _icon) in KINDS.items()],
            "steps_sample": work.steps(),
            "work_steps": work.work_steps(),
            "failed_steps": work.failed_steps(),
            "progresses": work.progresses(),
            "log": work.log(),
            "tiles": figures.tiles(),
            "charts": figures.chart_samples(),
            "tabs": records.tabs(),
            "empty": records.empty(),
            "plans": shop.plans(),
            "menu_sample": rows.menu("SUB-000411"),
            "filled": forms.filled(),
            "refused": forms.refused(),
            "fieldsets": forms.FIELDSETS,
            "nav_sample": rows.navigation(),
            "bulk_sample": rows.bulk(),
            "retry": records.RETRY,
            "filter_fields": [forms.filled()["country"], forms.filled()["kind"]],
            "error_sample": explain(self.request, StaleState()),
        }


class Screen(Gallery):
    """One whole screen, as a surface would show it."""

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        name = self.kwargs["name"]
        if name not in SCREENS:
            raise NotFound
        context = {"screen": name, "screen_title": SCREENS[name]}
        return self.page(context, template=f"ui/gallery/{name.replace('-', '_')}.html")
