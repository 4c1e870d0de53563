"""The reseller's own storefront: its products, prices and customers."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from bss.accounts.models import Account, Membership
from bss.catalog import selectors as catalog
from bss.catalog.choices import PriceRule, ProductKind
from bss.catalog.models import Listing, PriceList, PriceListItem, Product
from bss.core.fields import render
from bss.core.money import Money
from bss.pricing.contracts import UnitPrice
from bss.pricing.selectors import offers_for, resale_visitor_offers
from bss.subscriptions.choices import LIVE
from bss.subscriptions.models import Subscription
from resellers.contracts import MARKUP, OwnPriceRow
from resellers.selectors.offers import unit_label


def own_products(account: Account) -> QuerySet[Product]:
    """What a reseller's customers could buy: its price list, without what resellers buy for themselves."""
    on = catalog.local_date(account.organization)
    return catalog.visible_products(
        catalog.price_list_for(account, on), audience=catalog.CUSTOMERS
    ).filter(kind=ProductKind.PRIMARY)


def own_price_list(account: Account) -> PriceList | None:
    """The reseller's own list of selling prices, for whoever has none of its own."""
    return (
        PriceList.objects.filter(owner=account, is_default=True, is_active=True)
        .order_by("-id")
        .first()
    )


def own_price_rows(account: Account) -> list[OwnPriceRow]:
    """The reseller's products at their first term: what it pays, its mark-up, what its customers pay."""
    products = list(own_products(account).order_by("name"))
    ids = [product.pk for product in products]
    offers = offers_for(payer=account, product_ids=ids)
    resale = resale_visitor_offers(reseller=account, product_ids=ids)
    own = own_price_list(account)
    items = PriceListItem.objects.filter(price_list=own, unit="", rule=PriceRule.MARKUP)
    markups = dict(items.values_list("product_id", "percent")) if own else {}
    hidden = set(
        Listing.objects.filter(reseller=account, is_listed=False).values_list(
            "product_id", flat=True
        )
    )
    return [
        _own_row(product, offers[product.pk][0], resale.get(product.pk), markups, hidden)
        for product in products
        if offers.get(product.pk)
    ]


def _own_row(
    product: Product,
    offer: UnitPrice,
    resale: list[UnitPrice] | None,
    markups: dict[int, Decimal],
    hidden: set[int],
) -> OwnPriceRow:
    selling = resale[0].resale if resale else offer.list_price
    percent = markups.get(product.pk)
    return OwnPriceRow(
        product_id=product.pk,
        name=product.name,
        vendor=product.vendor,
        unit_label=unit_label(offer.unit),
        price=Money(offer.price, offer.currency),
        resale=Money(selling if selling is not None else offer.price, offer.currency),
        # What the next save reads back as the same percentage.
        markup=render(MARKUP, None if percent is None else percent.normalize()),
        is_listed=product.pk not in hidden,
    )


def customers_of(reseller: Account) -> QuerySet[Account]:
    """A reseller's end customers, with what each has."""
    subscriptions = (
        Subscription.everywhere.filter(customer=OuterRef("pk"), state__in=LIVE)
        .order_by()
        .values("customer")
        .annotate(n=Count("pk"))
        .values("n")
    )
    logins = (
        Membership.everywhere.filter(contact__account=OuterRef("pk"), is_active=True)
        .order_by()
        .values("contact__account")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return Account.objects.filter(parent=reseller).annotate(
        live_subscriptions=Coalesce(Subquery(subscriptions), 0),
        logins=Coalesce(Subquery(logins), 0),
    )


def sign_ins_of(account: Account) -> list[Membership]:
    """Who of an account can sign in somewhere."""
    return list(
        Membership.objects.filter(contact__account=account, is_active=True)
        .select_related("contact", "user")
        .order_by("contact__last_name")
    )
