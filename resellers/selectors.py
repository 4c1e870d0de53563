"""Reads of reseller plans."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from bss.accounts.choices import StorefrontState
from bss.accounts.models import Account, Membership, Organization, Storefront
from bss.accounts.services import alias_parse
from bss.catalog import selectors as catalog
from bss.catalog.choices import PriceRule, ProductKind, Unit
from bss.catalog.models import Listing, PriceList, PriceListItem, Product
from bss.core import clock
from bss.core.errors import Invalid
from bss.core.money import Money
from bss.pricing.contracts import UnitPrice
from bss.pricing.selectors import offers_for, resale_visitor_offers
from bss.subscriptions.choices import LIVE, OPEN_CHANGE, SubscriptionState
from bss.subscriptions.models import ScheduledChange, Subscription
from resellers.choices import ALIAS_FIELD, COMING, Capability, PlanCode
from resellers.contracts import CapabilityView, OwnPriceRow, PlanChange, PlanOffer, PlanPrice
from resellers.errors import AliasTaken
from resellers.models import Plan, ResellerProfile

# The plan subscription counts as the reseller's plan in these states; suspended keeps the plan but closes the shop.
HELD = frozenset(
    {SubscriptionState.ACTIVE, SubscriptionState.PENDING_CANCEL, SubscriptionState.SUSPENDED}
)
OPEN_FOR_BUSINESS = frozenset({SubscriptionState.ACTIVE, SubscriptionState.PENDING_CANCEL})


def alias_check(text: str, *, organization: Organization, account: Account | None) -> str:
    """The stored form of an alias this account may have.

    Raises Invalid on the field `storefront_alias`: ALIAS_FORMAT, ALIAS_RESERVED or ALIAS_TAKEN. The unique
    constraints decide in the end; this answers early and kindly.
    """
    try:
        alias = alias_parse(text)
    except Invalid as problem:
        raise Invalid(problem.message, field=ALIAS_FIELD, code=problem.code) from problem
    if alias_holder(alias, organization=organization, but=account) is not None:
        raise AliasTaken(AliasTaken.message, field=ALIAS_FIELD)
    return alias


def alias_holder(
    alias: str, *, organization: Organization, but: Account | None
) -> ResellerProfile | Storefront | None:
    """Who has this alias, living or reserved, other than `but`. Looks past scopes: an alias is one for all."""
    others = ResellerProfile.everywhere.filter(alias__iexact=alias)
    shops = Storefront.everywhere.filter(alias__iexact=alias)
    if but is not None:
        others, shops = others.exclude(account=but), shops.exclude(owner=but)
    lapsed = Q(subscription__isnull=True, reserved_until__lt=clock.now())
    holder = others.exclude(lapsed).first()
    if holder is not None:
        return holder
    freed = others.filter(lapsed).values("storefront_id")
    return shops.exclude(pk__in=freed).filter(host="").first()


def plan_for_product(product_id: int) -> Plan | None:
    return Plan.everywhere.filter(product_id=product_id).select_related("product").first()


def plans_of(organization_id: int) -> list[Plan]:
    """The organization's plans, Basic first."""
    return list(
        Plan.everywhere.filter(organization_id=organization_id)
        .select_related("product")
        .order_by("position")
    )


def profile_of(account: Account) -> ResellerProfile | None:
    """What the account has of the plans; None for one that never had any."""
    return (
        ResellerProfile.everywhere.filter(account=account)
        .select_related("plan__product", "subscription", "storefront", "account")
        .first()
    )


def capabilities_of(account_id: int) -> frozenset[str]:
    """What the account's plan grants now: nothing while it is suspended, Basic's flags without one."""
    profile = (
        ResellerProfile.everywhere.filter(account_id=account_id)
        .select_related("plan", "subscription")
        .first()
    )
    if profile is None:
        return frozenset()
    if profile.subscription is not None and profile.subscription.state not in OPEN_FOR_BUSINESS:
        return frozenset()
    return frozenset(profile.plan.capabilities)


class PlanEntitlements:
    """Fills accounts' entitlements port."""

    def capabilities(self, account_id: int) -> frozenset[str]:
        return capabilities_of(account_id)


def plan_in_flight(account: Account) -> Subscription | None:
    """The plan subscription that is still being provisioned, if any."""
    return (
        Subscription.everywhere.filter(
            customer=account,
            product__reseller_plan__isnull=False,
            state__in=[SubscriptionState.PENDING, SubscriptionState.FAILED],
        )
        .order_by("-id")
        .first()
    )


def change_in_flight(subscription: Subscription) -> bool:
    return ScheduledChange.everywhere.filter(
        subscription=subscription, state__in=OPEN_CHANGE
    ).exists()


def plan_prices(account: Account, plans: Sequence[Plan]) -> dict[int, list[UnitPrice]]:
    """The prices at which this reseller may buy each plan, by product."""
    ids = [plan.product_id for plan in plans if plan.product_id]
    return offers_for(payer=account, product_ids=ids)


def capability_views(plan: Plan) -> list[CapabilityView]:
    return [
        CapabilityView(
            code=flag,
            label=flag.label,
            included=flag in plan.capabilities,
            note=COMING.get(flag, "") if flag in plan.capabilities else "",
        )
        for flag in Capability
    ]


def plan_offers(account: Account, *, may_switch: bool) -> list[PlanOffer]:
    """The three columns of the plans page, for this reseller."""
    plans = plans_of(account.organization_id)
    profile = profile_of(account)
    held = held_profile(profile)
    current = held.plan if held else next((p for p in plans if p.code == PlanCode.BASIC), None)
    prices = plan_prices(account, plans)
    busy = plan_in_flight(account) is not None or bool(
        held and held.subscription and change_in_flight(held.subscription)
    )
    return [
        _offer(plan, current, held, prices.get(plan.product_id or 0, []), busy, may_switch)
        for plan in plans
    ]


def held_profile(profile: ResellerProfile | None) -> ResellerProfile | None:
    """The profile while its plan subscription lives (suspended included); None on Basic."""
    if profile is None or profile.subscription is None:
        return None
    return profile if profile.subscription.state in HELD else None


def _offer(
    plan: Plan,
    current: Plan | None,
    held: ResellerProfile | None,
    prices: list[UnitPrice],
    busy: bool,
    may_switch: bool,
) -> PlanOffer:
    is_current = current is not None and plan.pk == current.pk
    action = "" if is_current or not may_switch else _action(plan, held)
    obstacle = ""
    if action and busy:
        action, obstacle = "", _("A change is under way")
    elif action in {"choose", "switch"} and not prices:
        action, obstacle = "", _("Not on sale to you")
    elif (
        action
        and held
        and held.subscription
        and held.subscription.state == SubscriptionState.SUSPENDED
    ):
        action, obstacle = "", _("Your plan is suspended")
    return PlanOffer(
        code=plan.code,
        name=str(plan),
        text=plan_text(plan),
        image_url=plan.product.image.url if plan.product and plan.product.image else "",
        is_current=is_current,
        prices=[_price(p) for p in prices],
        capabilities=capability_views(plan),
        changes=_in_short(current, plan),
        action=action,
        obstacle=obstacle,
    )


def _action(plan: Plan, held: ResellerProfile | None) -> str:
    if plan.product_id is None:
        return "cancel" if held else ""
    return "switch" if held else "choose"


def plan_text(plan: Plan) -> str:
    if plan.product:
        return plan.product.summary
    return _("Order for yourself and for your customers in this shop.")


def _price(price: UnitPrice) -> PlanPrice:
    return PlanPrice(price.unit, Unit(price.unit).per, Money(price.price, price.currency))


def _in_short(current: Plan | None, plan: Plan) -> list[str]:
    """What moving from the present plan to this one gives and takes, in a few words."""
    if current is None or current.pk == plan.pk:
        return []
    if plan.product_id is None:
        return [
            _("Your storefront closes at once."),
            _("Your settings are kept, and your alias stays reserved for 90 days."),
        ]
    gained, lost = gains_and_losses(current, plan)
    words = [] if current.product_id else [_("Your storefront opens under an alias you choose.")]
    if gained and current.product_id:
        words.append(_("You gain: %(what)s.") % {"what": _listed(gained)})
    if lost:
        words.append(_("You lose: %(what)s. Their settings are kept.") % {"what": _listed(lost)})
    return [*words, _("It takes effect at once.")]


def _listed(labels: list[Any]) -> str:
    return ", ".join(str(label).lower() if i else str(label) for i, label in enumerate(labels))


def gains_and_losses(before: Plan, after: Plan) -> tuple[list[Any], list[Any]]:
    """Labels of the capabilities that come and go; what is not built yet can be neither gained nor lost."""
    built = [flag for flag in Capability if flag not in COMING]
    gained = [f.label for f in built if f in after.capabilities and f not in before.capabilities]
    lost = [f.label for f in built if f in before.capabilities and f not in after.capabilities]
    return gained, lost


def change_preview(account: Account, plan: Plan) -> PlanChange:
    """What moving this reseller to `plan` means: prices, capabilities, data. Nothing is changed."""
    profile = held_profile(profile_of(account))
    plans = plans_of(account.organization_id)
    basic = next(p for p in plans if p.code == PlanCode.BASIC)
    before = profile.plan if profile else basic
    unit = profile.subscription.unit if profile and profile.subscription else ""
    prices = plan_prices(account, [before, plan])
    after_price = _unit_money(prices.get(plan.product_id or 0, []), unit)
    gained, lost = gains_and_losses(before, plan)
    return PlanChange(
        from_name=str(before),
        to_name=str(plan),
        price_before=_frozen_price(profile),
        price_after=after_price[0],
        unit_label=after_price[1] or _unit_label(unit),
        gained=gained,
        lost=lost,
        kept=_kept(profile, plan),
        effects=_effects(profile, plan),
    )


def _frozen_price(profile: ResellerProfile | None) -> Money | None:
    if profile is None or profile.subscription is None:
        return None
    return Money(profile.subscription.unit_price, profile.subscription.currency)


def _unit_money(prices: list[UnitPrice], unit: str) -> tuple[Money | None, str]:
    chosen = next((p for p in prices if p.unit == unit), prices[0] if prices else None)
    if chosen is None:
        return None, ""
    return Money(chosen.price, chosen.currency), _unit_label(chosen.unit)


def _unit_label(unit: str) -> str:
    return Unit(unit).per if unit else ""


def _kept(profile: ResellerProfile | None, plan: Plan) -> list[str]:
    kept = [_("Your customers, their subscriptions and your invoices stay as they are.")]
    if profile is not None and profile.alias:
        kept.append(_("Your alias “%(alias)s” stays yours.") % {"alias": profile.alias})
        kept.append(_("Logo, colours, texts, prices and listings are kept."))
    return kept


def _effects(profile: ResellerProfile | None, plan: Plan) -> list[str]:
    if plan.product_id is None:
        return [
            _(
                "Your storefront shows a neutral page at once, and your customers cannot sign in there."
            ),
            _("Come back within 90 days and everything is as it was."),
            _("After 90 days another reseller may take the alias."),
        ]
    if profile is None:
        return [_("Your storefront opens as soon as the order is executed.")]
    return [_("The change takes effect at once; your storefront stays open.")]


def storefront_is_open(profile: ResellerProfile) -> bool:
    return profile.storefront is not None and profile.storefront.state == StorefrontState.OPEN


def plans_with_counts() -> QuerySet[Plan]:
    """The organization's plans with the number of resellers on each."""
    return Plan.objects.select_related("product").annotate(resellers=Count("profiles"))


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
        unit_label=_unit_label(offer.unit),
        price=Money(offer.price, offer.currency),
        resale=Money(selling if selling is not None else offer.price, offer.currency),
        markup="" if percent is None else format(percent.normalize(), "f"),
        is_listed=product.pk not in hidden,
    )


def coming(offers: Sequence[PlanOffer]) -> list[tuple[Any, list[Any]]]:
    """What plans already carry and is still to be built: when it arrives, and what."""
    found: dict[str, list[Any]] = {}
    for flag in Capability:
        carried = any(view.code == flag and view.note for o in offers for view in o.capabilities)
        if carried:
            found.setdefault(str(COMING[flag]), []).append(flag.label)
    return list(found.items())
