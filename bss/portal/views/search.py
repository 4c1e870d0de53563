"""Global search: whatever the apps know how to find, kind by kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from bss.accounts.permissions import Permission
from bss.ui import slots
from bss.ui.generic import Page

SHORTEST = 2


class Search(Page):
    permission = Permission.ACCOUNT_VIEW
    template_name = "portal/search.html"
    title = gettext_lazy("Search")

    def context(self) -> Mapping[str, Any]:
        text = self.request.GET.get("q", "").strip()
        groups = []
        if len(text) >= SHORTEST:
            for source in slots.items("portal.search", self.actor, slots.SearchSource):
                hits = list(source.find(self.request, text))
                if hits:
                    groups.append({"label": source.label, "hits": hits})
        return {"text": text, "groups": groups, "too_short": 0 < len(text) < SHORTEST}
