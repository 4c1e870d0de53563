"""Who buys, through whom, and as whom Adobe knows them. Read by key: a reseller lies above its customer's scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery

from adobe3yc.gateway import profiles
from adobe3yc.models import AdobeCustomer
from adobe3yc.rules.offers import MalformedOffer, Offer, OfferType, read_offer
from adobe3yc.selectors import mirror_of, mirror_of_draft
from adobe3yc.vipmp.contracts import CompanyProfile
from bss.accounts.models import Account
from bss.core.prepared import Prepared
from bss.orders.contracts import CustomerDetails, ReviewSubject
from bss.subscriptions.choices import LIVE
from bss.subscriptions.models import Subscription
from servicemanager.contracts import InstanceContext
from servicemanager.models import AccountLink, Instance
from servicemanager.selectors import instances_by_id


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
    def reference(self) -> str:
        """Our name for it, by which what is said of it at a checkout is found again: its account's, or its draft's."""
        if self.account is not None:
            return self.account.public_id
        return self.draft.reference if self.draft else ""

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
    """The row of an instance. Raises KeyError when it is gone."""
    return instances_by_id([context.public_id], context.organization_id)[context.public_id]


def party_of_subject(context: InstanceContext, subject: ReviewSubject) -> Party:
    """Who a basket or an order is for (three queries)."""
    draft = subject.customer_draft
    if draft is None:
        return party_of_account(context, subject.customer_id)
    instance = instance_of(context)
    reseller = _SELLER.get(pk=subject.account_id, instance_id=instance.pk)
    found = mirror_of_draft(draft.reference, instance)
    return Party(instance, reseller, reseller.adobe_id or "", None, draft, found)


def party_of_account(context: InstanceContext, account_id: int) -> Party:
    """The same for an account. Without a reseller it buys under the id of the settings, as the distributor's own."""
    instance = instance_of(context)
    account = _BUYER.get(pk=account_id, instance_id=instance.pk)
    reseller_id = account.adobe_id if account.parent else context.settings.get("reseller_id")
    found = mirror_of(account, instance)
    return Party(instance, account.parent, str(reseller_id or ""), account, None, found)


def _known_as(reseller: str, instance_id: int) -> Subquery:
    """Adobe's id of the account in a column."""
    links = AccountLink.everywhere.filter(account=OuterRef(reseller), instance=instance_id)
    return Subquery(links.values("external_id")[:1])


_SELLER = Prepared(
    lambda pk, instance_id: Account.everywhere.filter(pk=pk).annotate(
        adobe_id=_known_as("pk", instance_id)
    ),
    pk=int, instance_id=int,
)  # fmt: skip
_BUYER = Prepared(
    lambda pk, instance_id: Account.everywhere.filter(pk=pk).select_related("parent").annotate(
        adobe_id=_known_as("parent", instance_id)
    ),
    pk=int, instance_id=int,
)  # fmt: skip


def owned_by(party: Party) -> dict[OfferType, int]:
    """What it has here by type, of what counts towards levels and minimums (one query)."""
    return _by_type((x.product.external_id, x.quantity) for x in _held_by(party))


def renewing_by(party: Party) -> dict[OfferType, int]:
    """What renews of it as things stand, by type (one query)."""
    return _by_type((x.product.external_id, x.renewing) for x in _held_by(party))


def _held_by(party: Party) -> Sequence[Subscription]:
    if party.account is None:
        return ()
    return _HELD.all(customer_id=party.account.pk, managed_by=party.instance.public_id)


_HELD = Prepared(
    lambda customer_id, managed_by: Subscription.everywhere.filter(
        customer_id=customer_id, managed_by=managed_by, state__in=LIVE
    ).select_related("product"),
    customer_id=int, managed_by=str,
)  # fmt: skip


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
