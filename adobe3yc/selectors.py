"""Prices of offers, as they stand in the files in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import FilteredRelation, Q

from adobe3yc.choices import PriceFileKind, PriceFileState
from adobe3yc.models import PriceFile
from adobe3yc.rules.prices import Chosen, PriceWindow, choose
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
