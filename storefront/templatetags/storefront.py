"""Template tags of the shop."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString

from storefront.contracts import ProductCard, Viewer
from storefront.rendering import cards_html

register = template.Library()


@register.simple_tag
def product_cards(cards: Sequence[ProductCard], viewer: Viewer, heading: str = "h3") -> SafeString:
    """`{% product_cards listing.cards viewer "h2" %}`: a grid of products, named one level below what is above it."""
    return cards_html(cards, is_visitor=viewer.is_visitor, heading=heading)
