"""What the shell itself puts into its navigation."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.permissions import Permission
from bss.portal import selectors
from bss.ui import slots
from bss.ui.slots import Figure, NavItem


def _dead(_request: HttpRequest) -> int:
    return selectors.dead_jobs().count()


def register() -> None:
    slots.register(
        "portal.nav",
        NavItem(_("Home"), "portal:home", "home", permission=Permission.ACCOUNT_VIEW, order=0),
        NavItem(
            _("All of Setup"), "portal:setup", "cog-6-tooth", section=_("Setup"),
            permission=Permission.ACCOUNT_VIEW, order=900, matches=("portal:setup",),
        ),
    )  # fmt: skip
    slots.register(
        "setup.pages",
        NavItem(
            _("Background work"), "portal:jobs", "queue-list", section=_("Operation"),
            permission=Permission.JOBS_VIEW, count=_dead, order=800,
            text=_("What waits, what runs, what gave up, and another try."),
        ),
        NavItem(
            _("Design system"), "ui:gallery", "swatch", section=_("Operation"),
            permission=Permission.ACCOUNT_VIEW, order=990,
            text=_("Every component of both surfaces in every state."),
        ),
    )  # fmt: skip
    slots.register("portal.search_url", Figure(lambda _request: reverse("portal:search")))
