"""What may be bought by whom, in which quantity. Every way into a basket or an order asks here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from bss.accounts.models import Account
from bss.accounts.ports import ENTITLEMENTS
from bss.catalog.choices import ProductAudience, ProductKind, Unit
from bss.catalog.models import AddOn, Product
from bss.core.actor import Actor
from bss.core.money import Money
from bss.installments.choices import SHORTEST_TERM_MONTHS
from bss.orders import selectors
from bss.orders.choices import IN_FLIGHT, LineKind, OrderState
from bss.orders.contracts import Bought, Priced, Track, Wanted
from bss.orders.errors import (
    CreditExceeded,
    NotForSale,
    NotForThisCustomer,
    OnlyOne,
    OrderingDisabled,
    PlanNotPossible,
    PriceChanged,
    QuantityNotPossible,
)
from bss.orders.models import BasketLine, OrderLine
from bss.orders.ports import CREDIT_EXPOSURE, OWNERSHIP
from bss.pricing.contracts import Preview
from bss.pricing.previews import seen_code

# An order that can still become subscriptions.
_UNDER_WAY = (OrderState.PENDING_APPROVAL, OrderState.PLACED, OrderState.EXECUTING)
# An integer column's limit: beyond it a quantity is a typing mistake.
LARGEST_QUANTITY = 2_000_000
_NOTHING = Decimal(0)


def check_quantity(product: Product, quantity: int, *, parent: Product | None = None) -> None:
    """Raises QuantityNotPossible naming the limit of the product type, or of the add-on for its product."""
    link = None if parent is None else _link(parent, product)
    _check_quantity(product, quantity, link.max_quantity if link else None)


def check_line(line: BasketLine, quantity: int) -> None:
    """As `check_quantity`, of a line of `basket_lines`, which knows how an add-on is sold."""
    if line.parent_id is not None and not line.link_is_active:  # type: ignore[attr-defined]
        raise NotForSale(
            _("%(add_on)s is not sold with this product any more.") % {"add_on": line.product.name},
            field="product",
        )
    _check_quantity(line.product, quantity, line.link_maximum)  # type: ignore[attr-defined]


def _check_quantity(product: Product, quantity: int, most: int | None) -> None:
    if quantity < 1:
        raise QuantityNotPossible(_("The smallest quantity is 1."), field="quantity")
    limits = (LARGEST_QUANTITY, product.type.max_quantity, most)
    maximum = min(limit for limit in limits if limit is not None)
    if quantity > maximum:
        raise QuantityNotPossible(
            _("%(product)s: the largest quantity is %(maximum)s.")
            % {"product": product.name, "maximum": maximum},
            field="quantity",
            extra={"maximum": maximum},
        )


def _link(parent: Product, add_on: Product) -> AddOn:
    link = AddOn.objects.filter(product=parent, add_on=add_on, is_active=True).first()
    if link is None:
        raise NotForSale(
            _("%(add_on)s cannot be bought with %(product)s.")
            % {"add_on": add_on.name, "product": parent.name},
            field="product",
        )
    return link


def check_kind(product: Product, parent: Product | None) -> None:
    """An add-on is bought with a product, a product by itself."""
    if (product.kind == ProductKind.ADD_ON) != (parent is not None):
        raise NotForSale(
            _("%(product)s is sold only together with its product.") % {"product": product.name}
            if parent is None
            else _("%(product)s is not an add-on.") % {"product": product.name},
            field="product",
        )


def check_customer(customer: Account, payer: Account) -> None:
    """The customer is the payer itself or one of its active end customers."""
    if not (customer.is_active and payer.is_active):
        raise NotForThisCustomer(_("This account is not active."), field="customer")
    if customer.pk == payer.pk:
        return
    if customer.parent_id != payer.pk or not payer.is_reseller:
        raise NotForThisCustomer(
            _("%(customer)s is not a customer of %(payer)s.")
            % {"customer": customer.name, "payer": payer.name},
            field="customer",
        )


def check_audience(products: Iterable[Product], *, payer: Account, customer: Account) -> None:
    """What is for resellers is for themselves only; what is for customers is for no reseller's own use."""
    wanted = list(products)
    check_reseller_products(wanted, payer=payer, customer=customer)
    for product in wanted:
        if product.type.audience == ProductAudience.CUSTOMER and customer.is_reseller:
            raise NotForThisCustomer(
                _("%(product)s is for customers: choose the customer it is for.")
                % {"product": product.name},
                field="customer",
            )


def check_reseller_products(
    products: Iterable[Product], *, payer: Account, customer: Account
) -> None:
    """The half of `check_audience` that holds before a reseller has said whom its basket is for."""
    for product in products:
        own_use = customer.pk == payer.pk and payer.is_reseller
        if product.type.audience == ProductAudience.RESELLER and not own_use:
            raise NotForThisCustomer(
                _("%(product)s is for resellers, for their own use.") % {"product": product.name},
                field="customer",
            )


def check_ordering(payer: Account, customer: Account) -> None:
    """Raises OrderingDisabled when the account that pays, or the one it is for, may not order."""
    if not payer.ordering_enabled or not customer.ordering_enabled:
        raise OrderingDisabled


def asks_by_itself(payer: Account, customer: Account, actor: Actor) -> bool:
    """Whether `actor` is a reseller's customer that asks for something at its reseller's expense."""
    return customer.pk != payer.pk and actor.account_id == customer.pk


def check_self_service(payer: Account, customer: Account, actor: Actor) -> None:
    """Raises OrderingDisabled when a reseller's customer asks by itself, and the reseller's plan has no such thing."""
    if not asks_by_itself(payer, customer, actor):
        return
    if "self_service_ordering" not in ENTITLEMENTS.get().capabilities(payer.pk):
        raise OrderingDisabled(
            _("%(name)s takes no orders here. Ask them for what you need.") % {"name": payer.name}
        )


def check_only_one(
    products: Sequence[Product], customer: Account, *, except_order: int = 0
) -> None:
    """Raises OnlyOne for a second subscription of a type that allows one. The customer's row must be locked.

    Twice in what is bought now, once more on its way in another order, or owned already: all are "a second".
    """
    single = [p for p in products if p.type.one_per_account]
    if not single:
        return
    wanted = [p.type_id for p in single]
    on_their_way = set(
        OrderLine.everywhere.filter(
            order__customer=customer,
            order__state__in=_UNDER_WAY,
            kind=LineKind.NEW,
            state__in=IN_FLIGHT,
            product__type__in=wanted,
        )
        .exclude(order_id=except_order)
        .values_list("product__type_id", flat=True)
    )
    taken = on_their_way | OWNERSHIP.get().owned_types(customer.pk, set(wanted))
    for product in single:
        if product.type_id in taken or wanted.count(product.type_id) > 1:
            raise OnlyOne(
                _("%(customer)s can have %(type)s only once, and has it or has ordered it.")
                % {"customer": customer.name, "type": product.type.name},
                extra={"product_type": product.type.public_id},
            )


def check_credit(
    payer: Account, total: Money, *, track: Track = "price", secured: Decimal = _NOTHING
) -> None:
    """Raises CreditExceeded when what the payer owes plus `total` (net) exceeds its limit, both in its currency: in
    that of what is ordered, whatever the payer's is by now.

    `secured` is what is held on a card for this order, with tax: it is credit for this order alone.
    A limit of None is unlimited; 0 means that nothing may ever be owed. To a reseller's customer (`track`
    "resale") neither the limit nor the debt is told: they are its reseller's.
    """
    if payer.credit_limit is None or not total.amount:
        return
    exposure = CREDIT_EXPOSURE.get().exposure(payer.pk, total.currency)
    available = payer.credit_limit - exposure + min(secured, total.amount)
    if total.amount <= available:
        return
    if track == "resale":
        raise CreditExceeded(
            _("This order cannot be placed now. Ask your supplier."), code="ORDERING_PAUSED"
        )
    raise CreditExceeded(
        extra={
            "limit": str(payer.credit_limit),
            "available": str(available),
            "total": str(total.amount),
            "currency": total.currency,
        },
        remedy=_("Lower the order, pay an open invoice, or have the limit raised."),
    )


def check_seen(seen: str | None, previews: Mapping[Track, Preview], track: Track) -> None:
    """Raises PriceChanged unless the preview with the code `seen` says what would go on which document now.

    None is for who confirms without a page; whoever has a page and sends no code has not read it.
    """
    preview = previews.get(track)
    if seen is None or preview is None or seen == seen_code(preview):
        return
    raise PriceChanged(
        _("What goes on which invoice changed since you looked. Check it again before you go on."),
        extra={"lines": []},
    )


def priced(wanted: Sequence[Wanted], *, payer: Account, customer: Account) -> list[Bought]:
    """What is wanted with today's prices, in order, each by its plan.

    Raises one Invalid: NotForSale keyed by each line that is not on sale, or PlanNotPossible keyed
    "<line>.payment_plan" for each whose plan cannot be chosen any more.
    """
    return all_bought(wanted, selectors.priced_of(wanted, payer=payer, customer=customer))


def all_bought(wanted: Sequence[Wanted], found: Sequence[Priced]) -> list[Bought]:
    """What was found, when everything can be had as it is wanted. Raises what `priced` raises."""
    missing = {
        w.key: w.product.name for w, each in zip(wanted, found, strict=True) if not each.price
    }
    if missing:
        raise NotForSale(
            errors={
                key: [_("%(product)s is not on sale to this buyer any more.") % {"product": name}]
                for key, name in missing.items()
            }
        )
    lost = [w for w, each in zip(wanted, found, strict=True) if each.is_plan_lost]
    if lost:
        raise PlanNotPossible(
            errors={
                f"{w.key}.payment_plan": [
                    _(
                        "%(product)s can no longer be paid by this plan. Choose another one, or pay at once."
                    )
                    % {"product": w.product.name}
                ]
                for w in lost
            }
        )
    return [Bought(each.price, each.plan, each.coterm) for each in found if each.price]


def check_plan(wanted: Wanted, found: Priced) -> None:
    """Raises PlanNotPossible naming why the plan of one line cannot be chosen; None for a line that is paid at once."""
    if not found.is_plan_lost:
        return
    if Unit(wanted.unit).months < SHORTEST_TERM_MONTHS:
        text = _("Installments are possible for a term of a year or more. Choose a longer term.")
    else:
        text = _(
            "%(product)s cannot be paid by this plan at this term and quantity. Choose another plan, or pay at once."
        ) % {"product": wanted.product.name}
    raise PlanNotPossible(text, field="payment_plan")
