"""My Workspace: the services a company uses, and how they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.permissions import Permission
from bss.core.errors import NotFound
from bss.subscriptions.models import Subscription
from bss.ui.components import Badge, Button, EmptyState
from bss.ui.generic import Page
from bss.ui.keyset import Cursor, page_of
from storefront.contracts import vendor_at
from storefront.selectors.subscriptions import health_of, services_of

CARDS = 24


@dataclass(frozen=True, slots=True)
class ServiceCard:
    """One service with its health."""

    subscription: Subscription
    health: Badge
    vendor: str


class Workspace(Page):
    """The services of the actor's own account as cards."""

    permission = Permission.WORKSPACE_USE
    template_name = "storefront/workspace.html"
    title = gettext_lazy("My Workspace")

    def context(self) -> Mapping[str, Any]:
        if self.actor.account_id is None:
            raise NotFound
        cursor = Cursor.decode(self.request.GET.get("after", ""))
        page = page_of(services_of(self.actor.account_id), "-id", cursor, CARDS)
        return {
            "cards": [self._card(row) for row in page.rows],
            "previous_url": f"?{urlencode({'after': page.previous})}" if page.previous else "",
            "next_url": f"?{urlencode({'after': page.next})}" if page.next else "",
            "may_view": self.may(Permission.SUBSCRIPTION_VIEW),
            "empty": self._empty(),
        }

    def _card(self, subscription: Subscription) -> ServiceCard:
        storefront = self.request.surface.storefront  # type: ignore[attr-defined]
        vendor = vendor_at(storefront, subscription.product.vendor)
        return ServiceCard(subscription, health_of(subscription), vendor)

    def _empty(self) -> EmptyState:
        button = Button(_("See all products"), reverse("storefront:catalog"), kind="primary")
        return EmptyState(
            _("No services yet"),
            _("The services your company uses stand here, with how they are."),
            button,
            "rectangle-group",
        )
