"""Prices of offers as they stand in the files in force, and customers and commitments as Adobe last told them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import FilteredRelation, Q

from adobe3yc.choices import CommitmentKind, PriceFileKind, PriceFileState
from adobe3yc.models import AdobeCustomer, AdobeOrder, Commitment, PriceFile
from adobe3yc.rules.prices import Chosen, PriceWindow, choose
from adobe3yc.vipmp.contracts import ThreeYearCommit
from bss.accounts.models import Account
from bss.orders.models import Order
from servicemanager.models import Instance


@dataclass(frozen=True, slots=True)
class PriceBook:
    """The rows of some offers. `has_committed` says whether a file of commitments is in force at all."""

    standard: dict[str, Sequence[PriceWindow]]
    committed: dict[str, Sequence[PriceWindow]]
    has_committed: bool

    def price(
        self, offer_id: str, *, accepted_on: date | None, ordered_on: date, code: str = ""
    ) -> Chosen:
        """The price of one of the offers. Raises CommittedListMissing, NoPrice (adobe3yc.rules.prices)."""
        return choose(
            accepted_on=accepted_on,
            ordered_on=ordered_on,
            standard=self.standard.get(offer_id, ()),
            committed=self.committed.get(offer_id, ()) if self.has_committed else None,
            code=code,
        )


def price_book(instance: Instance, offer_ids: Collection[str], currency: str) -> PriceBook:
    """What the files in force say about some offers in a currency: one query, however many there are."""
    hit = Q(rows__offer_id__in=set(offer_ids), rows__currency=currency)
    found = (
        PriceFile.objects.filter(instance=instance, state=PriceFileState.IN_FORCE)
        .annotate(hit=FilteredRelation("rows", condition=hit))
        .values_list(
            "kind", "hit__offer_id", "hit__price", "hit__first_on", "hit__last_on", "hit__code"
        )
    )
    rows: defaultdict[bool, defaultdict[str, list[PriceWindow]]] = defaultdict(
        lambda: defaultdict(list)
    )
    has_committed = False
    for kind, offer_id, price, first, last, code in found:
        is_committed = kind == PriceFileKind.COMMITTED
        has_committed = has_committed or is_committed
        if offer_id is not None:
            rows[is_committed][offer_id].append(PriceWindow(price, first, last, code))
    return PriceBook(dict(rows[False]), dict(rows[True]), has_committed)


def customer_of(account: Account, instance: Instance) -> AdobeCustomer | None:
    """An account as Adobe knows it; None when Adobe was never asked to."""
    return AdobeCustomer.objects.filter(instance=instance, account=account).first()


def customer_of_draft(reference: str, instance: Instance) -> AdobeCustomer | None:
    """A customer that is only drafted, as Adobe knows it already; None when Adobe was never asked to."""
    if not reference:
        return None
    return AdobeCustomer.objects.filter(instance=instance, draft_reference=reference).first()


def commitments_of(customer: AdobeCustomer) -> list[Commitment]:
    """What Adobe last said of its commitment and its requests, in the order of their kinds."""
    return list(customer.commitments.order_by("kind"))


def three_year_of(customer: AdobeCustomer) -> ThreeYearCommit:
    """The same as the rules of commitments take it. What has no status is not there."""
    found = {each.kind: each.term for each in customer.commitments.all() if each.status}
    return ThreeYearCommit(
        commitment=found.get(CommitmentKind.COMMITMENT),
        request=found.get(CommitmentKind.REQUEST),
        recommitment=found.get(CommitmentKind.RECOMMITMENT),
    )


def latest_order(order: Order, instance: Instance) -> AdobeOrder | None:
    """What was last sent to Adobe for an order."""
    return AdobeOrder.objects.filter(instance=instance, order=order).order_by("-id").first()
