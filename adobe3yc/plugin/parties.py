"""Who buys, through whom, and as whom Adobe knows them. Read by key: a reseller lies above its customer's scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from adobe3yc.gateway import profiles
from adobe3yc.models import AdobeCustomer
from adobe3yc.rules.offers import MalformedOffer, Offer, OfferType, read_offer
from adobe3yc.selectors import mirror_of
from adobe3yc.vipmp.contracts import CompanyProfile
from bss.accounts.models import Account
from bss.orders.contracts import CustomerDetails, ReviewSubject
from bss.subscriptions.choices import LIVE
from bss.subscriptions.models import Subscription
from servicemanager.contracts import InstanceContext
from servicemanager.models import AccountLink, Instance


@dataclass(frozen=True, slots=True)
class Party:
    """A customer at one instance. `reseller_id` is Adobe's id of whoever sells to it, "" while Adobe has none.

    `account` is None for a customer that is only drafted; `customer` is its mirror, None when Adobe was never asked.
    """

    instance: Instance
    reseller: Account | None
    reseller_id: str
    account: Account | None
    draft: CustomerDetails | None
    customer: AdobeCustomer | None

    @property
    def name(self) -> str:
        if self.account is not None:
            return self.account.name
        return self.draft.name if self.draft else ""

    @property
    def is_reseller(self) -> bool:
        """Whether nobody said yet for whom it is: what is sold is for customers, and the catalogue holds that."""
        return self.account is not None and self.account.is_reseller

    @property
    def adobe_id(self) -> str:
        """As whom Adobe knows it; "" also where Adobe could not set it up, so that another id may be given."""
        return self.customer.usable_id if self.customer else ""

    def profile(self, segment: str, answers: Mapping[str, Any]) -> CompanyProfile:
        """What Adobe would be told of it, with what was answered in Service Details."""
        return profiles.answered(self.known_profile(segment), answers)

    def known_profile(self, segment: str) -> CompanyProfile:
        """What is known of it here."""
        if self.account is not None:
            return profiles.profile_of_account(self.account, segment)
        assert self.draft is not None  # noqa: S101 -- one of the two is there
        language = self.reseller.language if self.reseller else ""
        return profiles.profile_of_draft(self.draft, language, segment)


def instance_of(context: InstanceContext) -> Instance:
    return Instance.everywhere.get(
        public_id=context.public_id, organization_id=context.organization_id
    )


def party_of_subject(context: InstanceContext, subject: ReviewSubject) -> Party:
    """Who a basket or an order is for."""
    if subject.customer_draft is not None:
        reseller = Account.everywhere.get(pk=subject.account_id)
        return _party(context, None, reseller, subject.customer_draft)
    return party_of_account(context, subject.customer_id)


def party_of_account(context: InstanceContext, account_id: int) -> Party:
    account = Account.everywhere.select_related("parent").get(pk=account_id)
    return _party(context, account, account.parent, None)


def _party(
    context: InstanceContext,
    account: Account | None,
    reseller: Account | None,
    draft: CustomerDetails | None,
) -> Party:
    instance = instance_of(context)
    found = None
    if account is not None:
        found = mirror_of(account, instance)
    elif draft is not None:
        rows = AdobeCustomer.everywhere.filter(instance=instance)
        found = rows.filter(draft_reference=draft.reference).first()
    return Party(
        instance, reseller, reseller_id_of(instance, reseller, context), account, draft, found
    )


def reseller_id_of(instance: Instance, reseller: Account | None, context: InstanceContext) -> str:
    """Adobe's id of a reseller; without one that of the settings, under which the distributor sells directly."""
    if reseller is None:
        return str(context.settings.get("reseller_id") or "")
    link = AccountLink.everywhere.filter(instance=instance, account=reseller).first()
    return link.external_id if link else ""


def owned_by(party: Party) -> dict[OfferType, int]:
    """What it has here by type, of what counts towards levels and minimums (one query)."""
    return _by_type((x.product.external_id, x.quantity) for x in _held_by(party))


def renewing_by(party: Party) -> dict[OfferType, int]:
    """What renews of it as things stand, by type (one query)."""
    return _by_type((x.product.external_id, x.renewing) for x in _held_by(party))


def _held_by(party: Party) -> QuerySet[Subscription]:
    if party.account is None:
        return Subscription.everywhere.none()
    rows = Subscription.everywhere.filter(
        customer=party.account, managed_by=party.instance.public_id, state__in=LIVE
    )
    return rows.select_related("product")


def _by_type(held: Iterable[tuple[str, int]]) -> dict[OfferType, int]:
    total: Counter[OfferType] = Counter()
    for sku, quantity in held:
        offer = offer_of(sku)
        if offer is not None and offer.is_standard:
            total[offer.type] += quantity
    return dict(total)


def offer_of(sku: str) -> Offer | None:
    """A product's offer; None for a product that staff made by hand under another code."""
    try:
        return read_offer(sku)
    except MalformedOffer:
        return None
