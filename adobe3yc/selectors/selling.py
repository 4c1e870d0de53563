"""Prices of offers as they stand in the files in force, and customers and commitments as Adobe last told them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet

from adobe3yc.choices import (
    MANAGER,
    CommitmentKind,
    PriceFileKind,
    PriceFileState,
)
from adobe3yc.models import AdobeCustomer, AdobeOrder, Commitment, PriceFile, PriceRow
from adobe3yc.rules.commitments import ACCEPT_DAYS, BUY_DAYS, OPEN
from adobe3yc.rules.prices import Chosen, PriceWindow, choose
from adobe3yc.vipmp.contracts import ThreeYearCommit
from bss.accounts.models import Account
from bss.core.prepared import Prepared
from bss.orders.models import Order
from bss.subscriptions.models import Subscription
from servicemanager.choices import InstanceState
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
    found = _PRICES.all(instance_id=instance.pk, offer_ids=list(set(offer_ids)), currency=currency)
    rows: defaultdict[bool, defaultdict[str, list[PriceWindow]]] = defaultdict(
        lambda: defaultdict(list)
    )
    has_committed = False
    for kind, offer_id, price, first, last, code, street in found:
        is_committed = kind == PriceFileKind.COMMITTED
        has_committed = has_committed or is_committed
        if offer_id is not None:
            rows[is_committed][offer_id].append(PriceWindow(price, first, last, code, street))
    return PriceBook(dict(rows[False]), dict(rows[True]), has_committed)


def _prices(
    instance_id: int, offer_ids: list[str], currency: str
) -> QuerySet[PriceFile, tuple[Any, ...]]:
    hit = Q(rows__offer_id__any=offer_ids, rows__currency=currency)
    return (
        PriceFile.objects.filter(instance_id=instance_id, state=PriceFileState.IN_FORCE)
        .annotate(hit=FilteredRelation("rows", condition=hit))
        .values_list(
            "kind",
            "hit__offer_id",
            "hit__price",
            "hit__first_on",
            "hit__last_on",
            "hit__code",
            "hit__street_price",
        )
    )


_PRICES = Prepared(_prices, instance_id=int, offer_ids=list[str], currency=str)


def rows_on_sale(instance: Instance, currency: str) -> Iterator[PriceRow]:
    """The rows of the segments' files in force, in a currency, without discount codes: as they lie in the database."""
    files = PriceFile.objects.filter(instance=instance, state=PriceFileState.IN_FORCE).exclude(
        kind=PriceFileKind.COMMITTED
    )
    rows = PriceRow.objects.filter(file__in=files, currency=currency, code="")
    return rows.order_by("offer_id", "first_on").iterator()


def customer_of(account: Account, instance: Instance) -> AdobeCustomer | None:
    """An account as Adobe knows it; None when Adobe was never asked to."""
    return AdobeCustomer.objects.filter(instance=instance, account=account).first()


def commitments_of(customer: AdobeCustomer) -> list[Commitment]:
    """What Adobe last said of its commitment and its requests, in the order of their kinds."""
    return list(customer.commitments.order_by("kind"))


def three_year_of(customer: AdobeCustomer) -> ThreeYearCommit:
    """The same as the rules of commitments take it. What has no status is not there."""
    found = {each.kind: each.term for each in _TOLD.all(customer_id=customer.pk)}
    return ThreeYearCommit(
        commitment=found.get(CommitmentKind.COMMITMENT),
        request=found.get(CommitmentKind.REQUEST),
        recommitment=found.get(CommitmentKind.RECOMMITMENT),
    )


# Whoever asks may work in a scope below it: the mirror is the reseller's until its account is linked.
_TOLD = Prepared(
    lambda customer_id: Commitment.everywhere.filter(customer_id=customer_id).exclude(status=""),
    customer_id=int,
)


def latest_order(order: Order, instance: Instance) -> AdobeOrder | None:
    """What was last sent to Adobe for an order."""
    return AdobeOrder.objects.filter(instance=instance, order=order).order_by("-id").first()


# What is due ---------------------------------------------------------------------------------------------

# Adobe's word for an account that is set up.
DONE = "1000"
OFTEN = timedelta(minutes=15)
DAILY = timedelta(days=1)
# How long before its time is over a request is reminded of; what is open has 7 days, what is accepted 30.
REMIND_ACCEPT = timedelta(days=ACCEPT_DAYS - 2)
REMIND_BUY = timedelta(days=BUY_DAYS - 7)


def customers_to_sync(now: datetime) -> QuerySet[AdobeCustomer]:
    """Who is to be asked about again: a quarter of an hour after the last time where something is open, else a day.

    Of every tenant, the longest unasked first.
    """
    waits = Commitment.everywhere.filter(customer=OuterRef("pk"), status__in=OPEN)
    due = Q(synced_at__lte=now - DAILY) | (
        Q(synced_at__lte=now - OFTEN) & (Exists(waits) | ~Q(status=DONE))
    )
    active = Q(instance__state=InstanceState.ACTIVE)
    return AdobeCustomer.everywhere.filter(due, active).exclude(adobe_id="").order_by("synced_at")


def commitments_to_remind(now: datetime) -> QuerySet[Commitment]:
    """Open requests of every tenant whose time is over soon and nobody was told."""
    due = Q(status="REQUESTED", requested_at__lte=now - REMIND_ACCEPT) | Q(
        status="ACCEPTED", accepted_at__lte=now - REMIND_BUY
    )
    kinds = [CommitmentKind.REQUEST, CommitmentKind.RECOMMITMENT]
    found = Commitment.everywhere.filter(due, kind__in=kinds, reminded_at=None)
    return found.order_by("pk")


def is_adobes(subscription: Subscription) -> bool:
    """Whether a subscription is provisioned by an instance of Adobe Services."""
    if not subscription.managed_by:
        return False
    return Instance.everywhere.filter(public_id=subscription.managed_by, manager=MANAGER).exists()
