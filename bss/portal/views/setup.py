"""Set-up: every page that apps put into the slot `setup.pages`, by section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from bss.accounts.permissions import Permission
from bss.ui import slots
from bss.ui.generic import Page


class Setup(Page):
    permission = Permission.ACCOUNT_VIEW
    template_name = "portal/setup.html"
    title = gettext_lazy("Setup")

    def context(self) -> Mapping[str, Any]:
        return {"groups": slots.navigation("setup.pages", self.request)}
