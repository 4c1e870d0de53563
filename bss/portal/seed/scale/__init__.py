"""A distributor of a believable size, for benchmarks: thousands of rows that keep every promise of the tables.

Rows go in by COPY, past the services: no event, no job, no e-mail follows from them. Each of them could have been
written by the services; the history entries that those would have left are written as well.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction

from bss.accounts.models import Organization
from bss.portal.seed.scale.accounts import people_make
from bss.portal.seed.scale.billing import Bills
from bss.portal.seed.scale.catalogue import products_make
from bss.portal.seed.scale.ground import Ground, ground_of
from bss.portal.seed.scale.plans import plans_make
from bss.portal.seed.scale.trade import trade_make

Say = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """How many of each are added. `accounts` counts the resellers in it."""

    resellers: int
    accounts: int
    subscriptions: int
    products: int


def scale_make(size: Size, say: Say, *, seed: int = 20260101) -> None:
    """Add a distributor's worth of rows to the root organization. The same `seed` makes the same rows.

    Raises Organization.DoesNotExist without a distributor, ValueError when it sells nothing yet.
    """
    organization = Organization.objects.get(parent=None)
    chance = random.Random(seed)  # noqa: S311 -- invented names and dates
    with transaction.atomic():
        products_make(organization, size.products, chance)
        say(f"  {size.products} products")
        ground = ground_of(organization)
        people = people_make(ground, size.resellers, size.accounts, chance)
        say(
            f"  {size.resellers} resellers, {size.accounts - size.resellers} customers, {len(people.users)} logins"
        )
        bills = Bills(ground, people, chance)
        plans = plans_make(ground, people, chance, bills)
        say(f"  {plans} reseller plans with their storefronts")
        orders = trade_make(ground, people, size.subscriptions, chance, bills)
        say(f"  {size.subscriptions} subscriptions from {orders} orders")
        say(f"  {bills.finish()} invoices")
    with connection.cursor() as cursor:
        # The planner knows nothing of rows that came in a moment ago.
        cursor.execute("ANALYZE")


__all__ = ["Ground", "Size", "scale_make"]
