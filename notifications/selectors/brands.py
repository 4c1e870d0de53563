"""In whose name an e-mail is sent: the storefront's, with nothing of whoever stands above it."""

from __future__ import annotations

from urllib.parse import urljoin

from django.conf import settings

from bss.accounts.links import home_url
from bss.accounts.models import Organization, Storefront
from bss.core.errors import Invalid
from bss.ui.theme import LIGHT, palette_on, parse_accent
from notifications.contracts import Brand
from notifications.selectors.pages import storefront_of

PLAIN_ACCENT = "#0b5d6e"


def brand_for(organization: Organization, storefront_id: int | None) -> Brand:
    """The brand of a storefront of `organization`; of the organization's own when `storefront_id` is None.

    An organization that has no storefront (yet) writes in its own name.
    """
    shop = storefront_of(organization, storefront_id)
    if shop is None:
        fill, on_fill = _colours(PLAIN_ACCENT)
        return Brand(
            name=organization.name,
            accent=fill,
            on_accent=on_fill,
            home_url=settings.PUBLIC_BASE_URL,
            reply_to=organization.support_email,
        )
    fill, on_fill = _colours(shop.accent)
    return Brand(
        name=shop.name,
        accent=fill,
        on_accent=on_fill,
        home_url=home_url(shop),
        logo_url=urljoin(settings.PUBLIC_BASE_URL, shop.logo.url) if shop.logo else "",
        reply_to=_reply_to(shop, organization),
        phone=shop.contact_phone,
    )


def _reply_to(shop: Storefront, organization: Organization) -> str:
    if shop.contact_email:
        return shop.contact_email
    if shop.owner is not None:
        # Never the organization's: a reseller's customers do not know that there is one.
        return shop.owner.corporate_email or ""
    return organization.support_email


def _colours(accent: str) -> tuple[str, str]:
    try:
        palette = palette_on(LIGHT, parse_accent(accent))
    except Invalid:
        palette = palette_on(LIGHT, parse_accent(PLAIN_ACCENT))
    return str(palette.accent), str(palette.on_accent)
