"""Products as cards: the lowest price, its installments, and what the viewer already has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from bss.catalog.choices import ProductAudience, Unit
from bss.catalog.models import Product
from bss.core.money import Money
from bss.installments.contracts import PlanTerms
from bss.installments.selectors import OfferKey
from bss.pricing.contracts import UnitPrice
from bss.subscriptions.choices import LIVE
from bss.subscriptions.models import Subscription
from storefront.contracts import CardPlan, ProductCard, Viewer
from storefront.selectors.paying import offers_seen, options_of, plans_seen


def cards(viewer: Viewer, products: Sequence[Product]) -> list[ProductCard]:
    """Products as cards, in their order; as many queries for one as for fifty. They were read `with_owned`."""
    offers = offers_seen(viewer, products)
    plans = plans_seen(viewer, [product.pk for product in products])
    return [_card(viewer, product, offers.get(product.pk, ()), plans) for product in products]


def with_owned(viewer: Viewer, found: QuerySet[Product]) -> QuerySet[Product]:
    """`found` with `owned`: how many units of each product the viewer's own account has."""
    if viewer.account is None:
        return found.annotate(owned=Value(0))
    return with_owned_by(viewer.account.pk, found)


def with_owned_by(account_id: int, found: QuerySet[Product]) -> QuerySet[Product]:
    """`with_owned` for an account by its id."""
    rows = Subscription.objects.filter(
        customer_id=account_id, product=OuterRef("pk"), state__in=LIVE
    )
    number = rows.order_by().values("product").annotate(number=Sum("quantity")).values("number")
    return found.annotate(owned=Coalesce(Subquery(number), 0))


def _card(
    viewer: Viewer,
    product: Product,
    offers: Sequence[UnitPrice],
    plans: Mapping[OfferKey, Sequence[PlanTerms]],
) -> ProductCard:
    cheapest = min(offers, key=lambda offer: viewer.money_of(offer).amount, default=None)
    return ProductCard(
        product=product,
        vendor=viewer.vendor_of(product.vendor),
        price=_in_short(viewer.money_of(cheapest)) if cheapest else None,
        per=Unit(cheapest.unit).per if cheapest else "",
        is_from=len(offers) > 1,
        owned=product.owned,  # type: ignore[attr-defined]  # with_owned annotates it
        note=audience_note(viewer, product),
        installments=_installments(viewer, offers, cheapest, plans),
    )


def _installments(
    viewer: Viewer,
    offers: Sequence[UnitPrice],
    priced: UnitPrice | None,
    plans: Mapping[OfferKey, Sequence[PlanTerms]],
) -> CardPlan | None:
    """The smallest installments of one unit: of the card's own term, or else of the shortest that has a plan."""
    for offer in sorted(offers, key=lambda offer: offer is not priced):
        options = options_of(viewer, offer, plans.get((offer.product_id, offer.unit), ()), 1)
        if options:
            return CardPlan(options[-1], "" if offer is priced else Unit(offer.unit).label)
    return None


def _in_short(money: Money) -> Money:
    """A unit price for a card: to the cent, unless that would say that it is free."""
    return money.rounded() or money


def audience_note(viewer: Viewer, product: Product) -> str:
    """For whom a reseller may buy this, where that is not everybody."""
    if not viewer.is_reseller:
        return ""
    audience = product.type.audience
    if audience == ProductAudience.RESELLER:
        return _("For yourself only")
    return _("For your customers") if audience == ProductAudience.CUSTOMER else ""
