"""Products as cards, in HTML. Built here and not in a template, since a page shows fifty of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bss.catalog.models import Product
from bss.core.money import Money
from bss.ui import formats
from bss.ui.rendering import avatar_html
from bss.ui.slots import url_of
from storefront.contracts import CardPlan, ProductCard

_NOTHING = SafeString("")


def cards_html(
    cards: Sequence[ProductCard], *, is_visitor: bool, heading: str = "h3"
) -> SafeString:
    """A grid of cards, each named by a `heading`. Where a card has no price, a visitor is asked to sign in."""
    unpriced = _("Sign in to see prices") if is_visitor else _("Not sold to you at present")
    return format_html(
        '<div class="products">{}</div>',
        format_html_join("", "{}", ((_card(card, unpriced, heading),) for card in cards)),
    )


def picture_html(product: Product) -> SafeString:
    """A product's picture, or its initials."""
    return _picture(product.image.url if product.image else "", product.name)


def _picture(url: str, name: str) -> SafeString:
    if not url:
        return avatar_html(name)
    return format_html('<img src="{}" alt="" loading="lazy" decoding="async">', url)


class _Face(NamedTuple):
    """Everything that a card's HTML follows from, so that the same card is drawn once."""

    language: str
    url: str
    image_url: str
    name: str
    vendor: str
    summary: str
    unpriced: str
    heading: str
    price: Money | None
    per: str
    is_from: bool
    is_free: bool
    owned: int
    note: str
    installments: CardPlan | None


def _card(card: ProductCard, unpriced: str, heading: str) -> SafeString:
    product = card.product
    return _drawn(
        _Face(
            language=get_language() or "",
            url=url_of("storefront:product", product),
            image_url=product.image.url if product.image else "",
            name=product.name,
            vendor=card.vendor,
            summary=product.summary,
            unpriced=unpriced,
            heading=heading,
            price=card.price,
            per=str(card.per),
            is_from=card.is_from,
            is_free=card.is_free,
            owned=card.owned,
            note=str(card.note),
            installments=card.installments,
        )
    )


@lru_cache(maxsize=4096)
def _drawn(card: _Face) -> SafeString:
    return format_html(
        '<article class="product"><div class="product-pic">{}</div>'
        '<div class="stack tight"><div>{}<{}><a href="{}">{}</a></{}></div>{}{}</div>'
        '<div class="product-foot">{}</div></article>',
        _picture(card.image_url, card.name),
        format_html('<div class="product-vendor">{}</div>', card.vendor) if card.vendor else "",
        card.heading,
        card.url,
        card.name,
        card.heading,
        format_html('<p class="product-line">{}</p>', card.summary) if card.summary else "",
        _badges(card),
        _price(card) or format_html('<span class="muted">{}</span>', card.unpriced),
    )


def _badges(card: _Face) -> SafeString:
    owned = _("You own {n}").format(n=formats.number(card.owned)) if card.owned else ""
    texts = [(tone, text) for tone, text in (("success", owned), ("info", card.note)) if text]
    if not texts:
        return _NOTHING
    badges = format_html_join("", '<span class="badge" data-tone="{}">{}</span>', texts)
    return format_html('<div class="button-row">{}</div>', badges)


def _price(card: _Face) -> SafeString:
    if card.is_free:
        return format_html(
            '<div class="price"><span class="price-amount">{}</span></div>', _("Free")
        )
    if card.price is None:
        return _NOTHING
    return format_html(
        '<div class="price">{}<span class="price-amount">{}</span>'
        '<span class="price-period">{}</span>{}</div>',
        format_html('<span class="price-prefix">{}</span>', _("from")) if card.is_from else "",
        formats.amount_html(card.price),
        card.per,
        _plan(card.installments) if card.installments else "",
    )


def _plan(plan: CardPlan) -> SafeString:
    """ "or 12 times €8.33 monthly, the last €8.37"."""
    split = plan.option.split
    parts = format_html(
        _("{count} × {amount} {adverb}"),  # noqa: RUF001 -- the sign is meant
        count=split.parts,
        amount=formats.amount_html(split.regular_money),
        adverb=plan.option.adverb,
    )
    last = _NOTHING
    if not split.is_even:
        text = format_html(_(", the last {amount}"), amount=formats.amount_html(split.last_money))
        last = format_html('<span class="price-last">{}</span>', text)
    if plan.term:
        return format_html('<span class="price-note">{}: {}{}</span>', plan.term, parts, last)
    return format_html(
        '<span class="price-note">{}{}</span>', format_html(_("or {parts}"), parts=parts), last
    )
