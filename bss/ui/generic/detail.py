"""The record screen: header, what needs attention, tabs, panels from slots, and the timeline.

class AccountDetail(DetailView):
    permission = "account.view"
    slot = "account"            # account.actions, account.panels, account.attention, account.tabs, account.timeline

    def get_object(self): return access_account(self.actor, self.kwargs["public_id"])
    def facts(self): return [Fact(_("Billing day"), self.object.billing_day), ...]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bss.ui import slots
from bss.ui import timeline as timelines
from bss.ui.components import Attention, Badge, Button, Fact, Tab, badge_of
from bss.ui.generic.screen import Screen


class DetailView(Screen):
    """See the module's example."""

    template_name = "ui/generic/detail.html"
    slot: str = ""
    has_timeline: bool = True
    tabs: Sequence[Tab] = ()
    object: Any

    # What a subclass says ------------------------------------------------------------------------

    def get_object(self) -> Model:
        """The record, through the app's access.py. Raises NotFound outside the actor's scope."""
        raise ImproperlyConfigured(f"{type(self).__name__} needs get_object()")

    def number(self) -> str:
        """The human number: SO-2026-000123. Never a UUID."""
        return str(getattr(self.object, "number", "") or "")

    def name(self) -> Any:
        return getattr(self.object, "name", "") or str(self.object)

    def badge(self) -> Badge | None:
        """The state in a word."""
        state = getattr(self.object, "state", "")
        label = self.object.get_state_display() if hasattr(self.object, "get_state_display") else ""
        return badge_of(state, label) if state else None

    def facts(self) -> Sequence[Fact]:
        """Three to five key facts."""
        return ()

    def primary_action(self) -> Button | None:
        """The one thing to do next; by default the slot's first action of kind primary."""
        return None

    def attention(self) -> Sequence[Attention]:
        """What needs attention, before what slots add."""
        return ()

    def related(self) -> Sequence[Model]:
        """Records whose history is told in this timeline too."""
        return ()

    # Requests --------------------------------------------------------------------------------------

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.object = self.get_object()
        return self.page({"object": self.object, **self.header(), **self.body()})

    def header(self) -> Mapping[str, Any]:
        buttons = (
            slots.buttons(f"{self.slot}.actions", self.request, self.object) if self.slot else []
        )
        primary = self.primary_action() or next((b for b in buttons if b.kind == "primary"), None)
        found = (
            slots.attention(f"{self.slot}.attention", self.request, self.object)
            if self.slot
            else []
        )
        return {
            "number": self.number(),
            "name": self.name(),
            "badge": self.badge(),
            "facts": self.facts(),
            "primary_action": primary,
            "actions": [button for button in buttons if button != primary],
            "attention": [*self.attention(), *found],
        }

    def body(self) -> Mapping[str, Any]:
        tabs, current = self._tabs()
        kind = self.request.GET.get("kind", "")
        kind = kind if kind in timelines.KINDS else ""
        return {
            "tabs": tabs,
            "tab": current,
            "tab_context": self._tab_context(current),
            "slot": self.slot,
            "panels_slot": f"{self.slot}.panels" if self.slot else "",
            "timeline_kind": kind,
            "timeline_kinds": [(key, label) for key, (label, _icon) in timelines.KINDS.items()],
            "timeline": self._timeline(kind),
        }

    def get_title(self) -> Any:
        return self.title or self.name()

    def _timeline(self, kind: str) -> list[timelines.Entry] | None:
        if not self.has_timeline:
            return None
        return timelines.timeline(
            self.request, self.slot, self.object, related=self.related(), kind=kind
        )

    def _tabs(self) -> tuple[list[Tab], Tab | None]:
        added = slots.items(f"{self.slot}.tabs", self.actor, slots.TabItem) if self.slot else []
        tabs = [
            *self.tabs,
            *(
                Tab(
                    item.key,
                    item.label,
                    item.template,
                    item.count(self.object) if item.count else None,
                )
                for item in added
            ),
        ]
        asked = self.request.GET.get("tab", "")
        current = next((tab for tab in tabs if tab.key == asked and tab.template), None)
        return tabs, current or next((tab for tab in tabs if tab.template), None)

    def _tab_context(self, current: Tab | None) -> Mapping[str, Any]:
        """What the open tab needs: from the slot that brought it, or from `tab_<key>()`."""
        if current is None:
            return {}
        added = slots.items(f"{self.slot}.tabs", self.actor, slots.TabItem) if self.slot else []
        item = next((item for item in added if item.key == current.key), None)
        if item is not None:
            return (item.context(self.request, self.object) if item.context else None) or {}
        own = getattr(self, f"tab_{current.key}", None)
        return own() if own else {}
