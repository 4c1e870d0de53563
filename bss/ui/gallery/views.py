"""The gallery's pages: components, and whole screens made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from bss.core.errors import NotFound, StaleState
from bss.ui.errors import explain
from bss.ui.gallery import brands, forms, samples, tokens
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

    @cached_property
    def brand(self) -> str:
        asked = self.request.GET.get("brand", "")
        return asked if asked in brands.INPUTS else ""

    def context(self) -> Mapping[str, Any]:
        table = samples.SampleTable(self.request)
        found = samples.subscriptions()
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
            "chips": samples.chips(),
            "clear_url": "#",
            "badges": samples.badges(),
            "facts": samples.facts(),
            "attentions": samples.attentions(),
            "timeline": samples.timeline(),
            "timeline_kinds": [(key, label) for key, (label, _icon) in KINDS.items()],
            "steps_sample": samples.steps(),
            "work_steps": samples.work_steps(),
            "failed_steps": samples.failed_steps(),
            "progresses": samples.progresses(),
            "log": samples.log(),
            "tiles": samples.tiles(),
            "charts": samples.chart_samples(),
            "tabs": samples.tabs(),
            "empty": samples.empty(),
            "plans": samples.plans(),
            "menu_sample": samples.menu("SUB-000411"),
            "filled": forms.filled(),
            "refused": forms.refused(),
            "fieldsets": forms.FIELDSETS,
            "nav_sample": samples.navigation(),
            "bulk_sample": samples.bulk(),
            "retry": samples.RETRY,
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
