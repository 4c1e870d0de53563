"""What is counted and followed once a day: how popular products are, and the language their words are stemmed in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.db import transaction

from bss.accounts.models import Organization
from bss.catalog.choices import SearchLanguage
from bss.catalog.models import Product


@transaction.atomic
def popularity_set(*, organization: Organization, counts: Mapping[int, int]) -> int:
    """Note how many live subscriptions each product has: product id to number, 0 for those left out.

    Returns how many products changed. It is a figure and no decision: the history tells nothing of it.
    """
    products = Product.everywhere.filter(organization=organization)
    changed = products.exclude(pk__in=counts).exclude(popularity=0).update(popularity=0)
    by_number: dict[int, list[int]] = defaultdict(list)
    for product_id, number in counts.items():
        by_number[number].append(product_id)
    for number, ids in by_number.items():
        fresh = products.filter(pk__in=ids).exclude(popularity=number)
        changed += fresh.update(popularity=number)
    return changed


def search_language_follow(*, organization: Organization) -> int:
    """Stem the products' words in the organization's present language. Returns how many products changed."""
    language = SearchLanguage.of(organization.language)
    others = Product.everywhere.filter(organization=organization).exclude(search_language=language)
    return others.update(search_language=language)
