"""Baskets, with their prices of this moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import JSONObject

from bss.accounts.choices import AccountKind
from bss.accounts.models import Account, Storefront
from bss.catalog import selectors as catalog
from bss.catalog.models import AddOn
from bss.core.money import Money
from bss.core.prepared import Prepared
from bss.installments.splitting import split
from bss.orders.choices import NOT_OVER, BasketState
from bss.orders.contracts import Bought, Priced, Track, Wanted, seen_by
from bss.orders.models import Basket, BasketLine, CustomerDraft, OrderField, TermsVersion
from bss.orders.selectors.basket_shown import BasketItem, BasketView, PlanOption
from bss.orders.selectors.orders import terms_current
from bss.orders.selectors.prices import quotes_in, unit_prices, wanted_lines, with_plans
from bss.pricing.contracts import PriceRequest, UnitPrice
from bss.pricing.selectors import prices_of_known

# What a basket's pages read of it, in one query.
PARTIES = (
    "account__organization",
    "account__payment_method",
    "customer__organization",
    "customer_draft",
    "storefront",
    "organization",
)  # fmt: skip


# What the organization asks of every order: the specs of its order fields in their order, None where it asks nothing.
_ASKED = Subquery(
    OrderField.everywhere.filter(organization=OuterRef("organization"), is_active=True)
    .order_by()
    .values("organization")
    .annotate(specs=JSONBAgg("spec", order_by=("position", "pk")))
    .values("specs")
)


def _terms(seller: OuterRef | None) -> Subquery:
    """The terms of now of an organization (`seller` None) or of a reseller, as JSON; None where none were published."""
    return Subquery(
        TermsVersion.everywhere.filter(organization=OuterRef("organization"), seller=seller)
        .order_by("-published_at", "-id")
        .values(found=JSONObject(pk="pk", version="version", text="text"))[:1]
    )


# Of whom the basket's buyer buys: see `basket_track`.
_TERMS = Case(
    When(
        ~Q(customer=F("account")) & Q(scope=F("customer__scope")), then=_terms(OuterRef("account"))
    ),
    default=_terms(None),
)


# The user's other baskets here with something in them, as JSON: what waits is left and found again.
_OTHERS = Subquery(
    Basket.everywhere.filter(
        Exists(BasketLine.objects.filter(basket=OuterRef("pk"))),
        user=OuterRef("user"),
        storefront=OuterRef("storefront"),
        state__in=NOT_OVER,
    )
    .exclude(pk=OuterRef("pk"))
    .order_by()
    .values("user")
    .annotate(
        found=JSONBAgg(
            JSONObject(
                id="public_id",
                name=Case(
                    When(uses_draft=True, then="customer_draft__name"), default="customer__name"
                ),
                waits=Q(state=BasketState.WAITING) & ~Q(waiting_message=""),
                is_aside=Q(state=BasketState.WAITING, waiting_message=""),
            ),
            order_by="pk",
        )
    )
    .values("found")
)


def _whole(*, reads_terms: bool) -> QuerySet[Basket]:
    """Baskets with their parties and what their organization asks of every order, `reads_terms` with its terms of now:
    what the steps of a checkout read, in one query.
    """
    found = Basket.objects.select_related(*PARTIES).annotate(asked_specs=_ASKED, others=_OTHERS)
    return found.annotate(current_terms=_TERMS) if reads_terms else found


def _of_user(
    user_id: int, storefront_id: int, picked: str, *, reads_terms: bool = False
) -> QuerySet[Basket]:
    is_picked = Case(When(public_id=picked, then=0), default=1)
    found = _whole(reads_terms=reads_terms).filter(
        user_id=user_id, storefront_id=storefront_id, state__in=NOT_OVER
    )
    return found.order_by(is_picked, "state", "-pk")[:1]


_IN_BASKET = Prepared(
    lambda user_id, storefront_id: BasketLine.objects.filter(
        basket__user_id=user_id,
        basket__storefront_id=storefront_id,
        basket__state=BasketState.OPEN,
        parent=None,
    ).values_list("pk", flat=True),
    user_id=int,
    storefront_id=int,
)
_OF_USER = Prepared(_of_user, user_id=int, storefront_id=int, picked=str)
_OF_USER_WITH_TERMS = Prepared(
    partial(_of_user, reads_terms=True), user_id=int, storefront_id=int, picked=str
)
_AGAIN = Prepared(lambda pk: _whole(reads_terms=False).filter(pk=pk), pk=int)
_WHOLE = Prepared(
    lambda **wanted: _whole(reads_terms=True).filter(**wanted)[:1],
    public_id=str, user_id=int, storefront_id=int,
)  # fmt: skip


def basket_of(
    *, user_id: int, storefront: Storefront, reads_terms: bool = False, picked: str = ""
) -> Basket | None:
    """The user's basket here: the one that was `picked` (a public id), else the open one, else the latest that waits;
    None when nothing was ever put in.
    """
    ask = _OF_USER_WITH_TERMS if reads_terms else _OF_USER
    return ask.first(user_id=user_id, storefront_id=storefront.pk, picked=picked)


def basket_whole(public_id: str, *, user_id: int, storefront: Storefront) -> Basket | None:
    """One basket of a user here, with the terms of now; None when it is not its own, or is not here."""
    return _WHOLE.first(public_id=public_id, user_id=user_id, storefront_id=storefront.pk)


def basket_again(basket: Basket) -> Basket:
    """The basket as it is now. Raises DoesNotExist when it is gone."""
    return _AGAIN.get(pk=basket.pk)


def terms_of(basket: Basket) -> TermsVersion | None:
    """The terms of now of whom its buyer buys from: as they were read with the basket, otherwise asked for."""
    seller = basket.account if basket_track(basket) == "resale" else None
    if not hasattr(basket, "current_terms"):
        return terms_current(basket.organization_id, seller.pk if seller else None)
    read = basket.current_terms
    if not read:
        return None
    return TermsVersion(organization=basket.organization, seller=seller, **read)


def basket_count(*, user_id: int, storefront: Storefront) -> int:
    """How many items lie in the open basket, for its figure in the header (one query)."""
    return len(_IN_BASKET.all(user_id=user_id, storefront_id=storefront.pk))


def basket_track(basket: Basket) -> Track:
    """Whose price the basket shows: a reseller's customer sees what its reseller charges, everybody else what it pays.

    The basket's scope is that of the account whose user fills it; it equals an end customer's only when that
    customer orders by itself.
    """
    by_itself = basket.customer_id != basket.account_id and basket.scope == basket.customer.scope
    return "resale" if by_itself else "price"


def customer_of(basket: Basket) -> Account:
    """Who will use what is in the basket; for a drafted customer an account that is not saved and has no key."""
    draft = draft_of(basket)
    if draft is None or not basket.uses_draft:
        return basket.customer
    payer = basket.account
    return Account(
        organization=payer.organization,
        parent=payer,
        kind=AccountKind.CUSTOMER,
        name=draft.name,
        country=draft.country,
        currency=payer.currency,
        scope=payer.scope,
    )


def draft_of(basket: Basket) -> CustomerDraft | None:
    """The customer that was drafted for the basket, whether it is for it now or not."""
    found: CustomerDraft | None = getattr(basket, "customer_draft", None)
    return found


def basket_lines(basket: Basket) -> list[BasketLine]:
    """Every line with its product and type, parents before their add-ons (one query).

    An add-on's line knows `link_is_active` and `link_maximum`: whether it is sold with its product, and how many. Each
    knows `is_hidden`: whether its buyer's reseller took it out of its shop.
    """
    rows = _LINES.all(basket_id=basket.pk, payer_id=basket.account_id)
    unlisted = {row.pk for row in rows if row.is_unlisted}  # type: ignore[attr-defined]
    hidden = unlisted if unlisted and _is_bound(basket) else ()
    for row in rows:
        row.basket = basket
        row.is_hidden = row.pk in hidden  # type: ignore[attr-defined]
    return sorted(rows, key=lambda line: (line.parent_id or line.pk, line.pk))


def _is_bound(basket: Basket) -> bool:
    """Whether what its payer shows in its shop is all that its buyer can buy."""
    if basket_track(basket) != "resale":
        return False
    return catalog.choosing_reseller(basket.account_id, basket.customer_id) is not None


def _lines(basket_id: int, payer_id: int) -> QuerySet[BasketLine]:
    links = AddOn.everywhere.filter(
        product=OuterRef("parent__product"), add_on=OuterRef("product"), is_active=True
    )
    found = BasketLine.objects.filter(basket_id=basket_id).select_related("product__type")
    return found.annotate(
        link_is_active=Exists(links),
        link_maximum=Subquery(links.values("max_quantity")[:1]),
        is_unlisted=catalog.is_unlisted(payer_id, "product"),
    ).order_by("id")


_LINES = Prepared(_lines, basket_id=int, payer_id=int)


def basket_prices(basket: Basket, wanted: Sequence[Wanted]) -> list[Priced]:
    """What each wanted thing costs this basket's buyer, in order, by the plans chosen.

    A reseller that has not said whom its basket is for also gets the price of what is for customers only.
    """
    return with_plans(wanted, _paid_at_once(basket, wanted), basket.account)


def _paid_at_once(basket: Basket, wanted: Sequence[Wanted]) -> list[UnitPrice | None]:
    payer, customer = basket.account, customer_of(basket)
    if customer.pk != payer.pk or not payer.is_reseller:
        return unit_prices(wanted, payer=payer, customer=customer)
    return prices_of_known(
        payer=payer,
        products=[w.product for w in wanted],
        requests=[PriceRequest(w.product.pk, w.unit, w.quantity) for w in wanted],
        browsing=True,
        quotes=quotes_in(wanted),
    )


def wanted_of(lines: Sequence[BasketLine]) -> list[Wanted]:
    return wanted_lines(lines)


def basket_view(basket: Basket) -> BasketView:
    """The basket with today's prices: a constant number of queries, however many lines."""
    lines = basket_lines(basket)
    return view_of(basket, lines, basket_prices(basket, wanted_of(lines)))


def view_of(basket: Basket, lines: Sequence[BasketLine], found: Sequence[Priced]) -> BasketView:
    """As `basket_view`, of lines and prices that were read already."""
    track = basket_track(basket)
    # Prices are in the payer's currency of today, which an old basket does not know yet.
    currency = next((each.price.currency for each in found if each.price), basket.currency)
    items = [
        _item(line, each, currency, track, seen_in=basket.currency)
        for line, each in zip(lines, found, strict=True)
    ]
    children: dict[int, list[BasketItem]] = {}
    for item in items:
        if item.line.parent_id:
            children.setdefault(item.line.parent_id, []).append(item)
    total = Money.total((i.total for i in items if i.total), currency)
    tops = tuple(
        replace(i, add_ons=tuple(children.get(i.line.pk, ())))
        for i in items
        if i.line.parent_id is None
    )
    return BasketView(basket, tops, total, track)


def _item(
    line: BasketLine, found: Priced, currency: str, track: Track, *, seen_in: str
) -> BasketItem:
    if found.price is None or found.at_once is None:
        return BasketItem(line, currency, None, None, None)
    unit: Decimal = seen_by(track, found.price)
    old = line.seen_price
    bought = Bought(found.price, found.plan, found.coterm)
    paid = _option(line, bought, track)
    without = Bought(found.at_once, None, found.coterm)
    at_once = paid if found.plan is None else _option(line, without, track)
    options = [_option(line, each, track) for each in found.plans]
    return BasketItem(
        line,
        currency,
        Money(unit, currency),
        paid.total,
        Money(old, seen_in) if old is not None and (old, seen_in) != (unit, currency) else None,
        paid=paid,
        options=(at_once, *options),
        is_plan_lost=found.is_plan_lost,
        charged=_charged(line, bought) if track == "price" else None,
        bought=bought,
    )


def _charged(line: BasketLine, bought: Bought) -> Money | None:
    if bought.price.resale is None:
        return None
    amounts = bought.line(line.quantity)
    return None if amounts.resale is None else Money(amounts.resale, amounts.currency)


def _option(line: BasketLine, bought: Bought, track: Track) -> PlanOption:
    amounts = bought.line(line.quantity)
    total = amounts.total if track == "price" or amounts.resale is None else amounts.resale
    parts = split(total, bought.installments, amounts.currency) if bought.plan else None
    return PlanOption(bought.plan, Money(total, amounts.currency), parts, bought.payment)
