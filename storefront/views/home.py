"""The first page of a shop, and the page about who runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import nh3
from django.http import HttpRequest, HttpResponse
from django.utils.html import linebreaks
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Storefront
from bss.accounts.services.storefronts import ABOUT_TAGS
from bss.ui.generic import Screen
from storefront.choices import HomeSection
from storefront.contracts import Viewer
from storefront.selectors import window
from storefront.selectors.viewer import viewer_of


class Home(Screen):
    """The sections the storefront chose, in its order."""

    public = True
    template_name = "storefront/home.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        viewer = viewer_of(request)
        sections = sections_of(viewer)
        return self.page(
            {
                "shop": viewer.storefront,
                "viewer": viewer,
                "about": about_html(viewer.storefront),
                "sections": [f"storefront/home/{section}.html" for section in sections],
                **_contents(viewer, sections),
            }
        )

    def get_title(self) -> Any:
        shop = viewer_of(self.request).storefront
        return shop.title or shop.name


class About(Screen):
    """Who runs this shop and how to reach it."""

    public = True
    template_name = "storefront/about.html"
    title = _("About us")

    def get(self, request: HttpRequest) -> HttpResponse:
        shop = viewer_of(request).storefront
        return self.page({"shop": shop, "about": about_html(shop)})


def about_html(shop: Storefront) -> SafeString:
    """What a shop says about itself: plain text in paragraphs, or the few tags it was stored with, cleaned again."""
    cleaned = nh3.clean(shop.about, tags=ABOUT_TAGS)
    return SafeString(cleaned if "<" in cleaned else linebreaks(cleaned))


def sections_of(viewer: Viewer) -> list[str]:
    """The chosen sections that have something to say; all of them when none was chosen."""
    shop = viewer.storefront
    silent = {
        HomeSection.ABOUT: not shop.about,
        HomeSection.CONTACT: not (shop.contact_email or shop.contact_phone),
    }
    chosen = [s for s in shop.home_sections if s in HomeSection.values] or HomeSection.values
    return [section for section in chosen if not silent.get(HomeSection(section), False)]


def _contents(viewer: Viewer, sections: list[str]) -> Mapping[str, Any]:
    """What the chosen sections show; a section that is off costs no query."""
    found: dict[str, Any] = {}
    if HomeSection.FEATURED in sections:
        found["groups"] = window.front(viewer)
    if HomeSection.CATEGORIES in sections:
        found["shelves"] = window.shelves(viewer.organization.pk)
    return found
