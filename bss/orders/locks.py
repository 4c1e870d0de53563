"""Row locks, always taken in this order: basket, order, accounts by primary key.

None of them is for a key's sake: rows that point to a held one (their foreign keys are checked) are written meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from bss.accounts.models import Account
from bss.core.prepared import Prepared
from bss.orders.choices import BasketState
from bss.orders.models import Basket, Order


def basket_locked(pk: int) -> Basket:
    """The basket as it is now with its parties, held until the transaction ends."""
    _HELD_BASKET.get(pk=pk)
    return _BASKET.get(pk=pk)


def baskets_locked(basket: Basket) -> list[Basket]:
    """A basket and the open one of its user at its storefront as they are now, by primary key, held until the
    transaction ends.
    """
    return _BASKETS.all(pk=basket.pk, user_id=basket.user_id, storefront_id=basket.storefront_id)


def order_locked(pk: int) -> Order:
    """The order as it is now, held until the transaction ends. Whoever moves one of its lines holds it."""
    return _ORDER.get(pk=pk)


def accounts_locked(ids: Iterable[int]) -> dict[int, Account]:
    """Payer and customer, held so that two orders at once cannot both pass the credit limit or "only one".

    The payer lies above its end customer's scope, hence the manager without one.
    """
    return {account.pk: account for account in _ACCOUNTS.all(ids=list(ids))}


# Held first and read then: one statement for both loses the row when the customer was changed while it waited.
_HELD_BASKET = Prepared(
    lambda pk: (
        Basket.objects.filter(pk=pk).select_for_update(no_key=True).values_list("pk", flat=True)
    ),
    pk=int,
)
_BASKET = Prepared(
    lambda pk: Basket.objects.filter(pk=pk).select_related(
        "account__organization", "customer__organization", "customer_draft"
    ),
    pk=int,
)
_ORDER = Prepared(
    lambda pk: Order.objects.filter(pk=pk).select_for_update(of=("self",), no_key=True), pk=int
)
_ACCOUNTS = Prepared(
    lambda ids: (
        Account.everywhere.filter(pk__any=ids)
        # An account never changes its organization, so that no row is lost to whoever waited.
        .select_related("organization")
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    ),
    ids=list,
)
_BASKETS = Prepared(
    lambda pk, user_id, storefront_id: (
        Basket.objects.filter(
            Q(pk=pk) | Q(user_id=user_id, storefront_id=storefront_id, state=BasketState.OPEN)
        )
        .order_by("pk")
        .select_for_update(no_key=True)
    ),
    pk=int,
    user_id=int,
    storefront_id=int,
)
