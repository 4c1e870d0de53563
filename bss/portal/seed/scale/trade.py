"""Orders, lines, subscriptions with their term, changes, provisioning jobs, and the history of each."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bss.catalog.choices import Unit
from bss.core.models import HistoryEntry
from bss.core.money import round_half_up
from bss.orders.choices import LineKind, LineState, OrderSource, OrderState
from bss.orders.models import Order, OrderLine
from bss.portal.seed.scale.accounts import People, Person
from bss.portal.seed.scale.billing import Bills, Bought
from bss.portal.seed.scale.copying import Table, ids_of, numbers_of
from bss.portal.seed.scale.ground import Ground, Offer
from bss.subscriptions.choices import ChangeState, SubscriptionState, SyncStatus
from bss.subscriptions.contracts import term_end
from bss.subscriptions.models import ScheduledChange, Subscription, Term
from servicemanager.choices import Operation, ProvisioningState
from servicemanager.models import ProvisioningJob

# What a reseller pays of the list price.
RESELLER_SHARE = Decimal("0.88")
# Rows are sent when this many orders are collected.
CHUNK = 5000
_KINDS = (Order, OrderLine, Subscription, Term, ScheduledChange, ProvisioningJob, HistoryEntry)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an order and of what it bought, and how many of a hundred had it."""

    share: int
    order: OrderState
    line: LineState
    subscription: SubscriptionState
    sync: SyncStatus
    job: ProvisioningState
    # The change that led there, and its state.
    change: LineKind | None = None
    change_state: ChangeState | None = None


_OK = (OrderState.EXECUTED, LineState.DELIVERED)
_DONE = (SyncStatus.SYNCHRONIZED, ProvisioningState.SUCCEEDED)
FATES = (
    Fate(79, *_OK, SubscriptionState.ACTIVE, *_DONE),
    Fate(5, *_OK, SubscriptionState.SUSPENDED, *_DONE, LineKind.SUSPEND, ChangeState.APPLIED),
    Fate(8, *_OK, SubscriptionState.CANCELLED, *_DONE, LineKind.CANCEL, ChangeState.APPLIED),
    Fate(2, *_OK, SubscriptionState.PENDING_CANCEL, *_DONE, LineKind.CANCEL, ChangeState.SCHEDULED),
    Fate(
        3, OrderState.FAILED, LineState.FAILED, SubscriptionState.FAILED, SyncStatus.FAILED,
        ProvisioningState.FAILED,
    ),
    Fate(
        3, OrderState.EXECUTING, LineState.PROVISIONING, SubscriptionState.PENDING, SyncStatus.IN_PROGRESS,
        ProvisioningState.IN_PROGRESS,
    ),
)  # fmt: skip
# A term that began this many days ago still runs.
_YOUNG = {Unit.P1M: 27, Unit.P3M: 88, Unit.P6M: 175, Unit.P1Y: 360}


def trade_make(
    ground: Ground, people: People, count: int, chance: random.Random, bills: Bills
) -> int:
    """`count` subscriptions from orders of one to three lines. Returns how many orders that took."""
    work = Work(ground, chance, bills)
    orders = 0
    while work.subscriptions < count:
        customer = chance.choice(people.customers)
        lines = min(chance.choice((1, 1, 2, 3)), count - work.subscriptions)
        fate = chance.choices(FATES, weights=[fate.share for fate in FATES])[0]
        work.order_add(customer, chance.choices(ground.offers, k=lines), fate)
        orders += 1
        if orders % CHUNK == 0:
            work.write()
    work.write()
    return orders


class Work:
    """The tables of orders and subscriptions being filled, with ids and numbers to give out."""

    def __init__(self, ground: Ground, chance: random.Random, bills: Bills) -> None:
        self.ground = ground
        self.chance = chance
        self.subscriptions = 0
        self.bills = bills
        self.organization_id = ground.organization.pk
        self._tables = {kind: Table(kind) for kind in _KINDS}
        self._ids = {kind: ids_of(kind) for kind in _KINDS}
        self._order_numbers: dict[int, Iterator[str]] = {}
        self._numbers = numbers_of("SUB", self.organization_id)

    def write(self) -> None:
        for table in self._tables.values():
            table.write()
        self.bills.write()

    def order_add(self, customer: Person, offers: Sequence[Offer], fate: Fate) -> list[int]:
        """An order of these offers, all with one fate, placed within the last two years. Returns what it bought."""
        placed = self._placed(offers)
        rows = [self._prices(offer, customer) for offer in offers]
        order_id = self._order(customer, placed, rows, state=fate.order)
        bought = []
        for position, (offer, row) in enumerate(zip(offers, rows, strict=True)):
            line_id = self._line(order_id, customer, offer, row, placed, fate.line, position)
            bought.append(self._subscription(customer, offer, row, placed, order_id, line_id, fate))
        return bought

    def _placed(self, offers: Sequence[Offer]) -> datetime:
        days = min(_YOUNG.get(Unit(offer.unit), 700) for offer in offers)
        return self.ground.now - timedelta(minutes=self.chance.randrange(60, days * 1440))

    def _prices(self, offer: Offer, customer: Person) -> dict[str, Any]:
        """Quantity and the tracks of a line, in the columns that lines, subscriptions and terms share."""
        direct = customer.payer_id == customer.pk
        price = offer.price if direct else offer.price * RESELLER_SHARE
        return {
            "quantity": 1 if offer.managed_by else self.chance.choice((1, 2, 5, 8, 12, 20, 45)),
            "unit": offer.unit,
            "currency": self.ground.organization.currency,
            "unit_cost": offer.cost,
            "unit_price": price,
            "unit_resale": None if direct else offer.price,
        }

    def _total(self, row: dict[str, Any], column: str) -> Decimal:
        return round_half_up(row[column] * row["quantity"], row["currency"])

    def _totals(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "total": self._total(row, "unit_price"),
            "total_cost": self._total(row, "unit_cost"),
            "total_resale": None if row["unit_resale"] is None else self._total(row, "unit_resale"),
        }

    def _order(
        self,
        customer: Person,
        placed: datetime,
        rows: Sequence[dict[str, Any]],
        *,
        state: OrderState,
        name: str = "",
        due_at: datetime | None = None,
    ) -> int:
        pk = next(self._ids[Order])
        totals = [self._totals(row) for row in rows]
        number = self._number(placed.year)
        ended = state in {OrderState.EXECUTED, OrderState.FAILED}
        self._tables[Order].add(
            id=pk,
            organization_id=self.organization_id,
            scope=customer.scope,
            number=number,
            account_id=customer.payer_id,
            customer_id=customer.pk,
            storefront_id=self.ground.shop.pk,
            source=str(OrderSource.STOREFRONT),
            name=name or f"{customer.name}, {number}",
            currency=self.ground.organization.currency,
            state=str(state),
            total=sum(t["total"] for t in totals),
            total_cost=sum(t["total_cost"] for t in totals),
            total_resale=_sum_or_none([t["total_resale"] for t in totals]),
            placed_by_label="Order desk",
            placed_at=placed,
            due_at=due_at,
            finished_at=placed + timedelta(hours=5) if ended else None,
            created_at=placed - timedelta(minutes=4),
        )
        self._order_history(pk, customer, placed, state)
        return pk

    def _number(self, year: int) -> str:
        if year not in self._order_numbers:
            self._order_numbers[year] = numbers_of("SO", self.organization_id, year=year)
        return next(self._order_numbers[year])

    def _line(
        self,
        order_id: int,
        customer: Person,
        offer: Offer,
        row: dict[str, Any],
        placed: datetime,
        state: LineState,
        position: int = 0,
        **action: Any,
    ) -> int:
        pk = next(self._ids[OrderLine])
        failed = state == LineState.FAILED
        self._tables[OrderLine].add(
            id=pk,
            organization_id=self.organization_id,
            scope=customer.scope,
            order_id=order_id,
            position=position,
            product_id=offer.product_id,
            product_name=offer.name,
            state=str(state),
            managed_by=offer.managed_by,
            problem_code="DECLINED" if failed else "",
            problem_text="The customer's directory has duplicate addresses." if failed else "",
            delivered_at=placed + timedelta(hours=5) if state == LineState.DELIVERED else None,
            created_at=placed,
            **row,
            **(action or self._totals(row)),
        )
        return pk

    def _subscription(
        self,
        customer: Person,
        offer: Offer,
        row: dict[str, Any],
        placed: datetime,
        order_id: int,
        line_id: int,
        fate: Fate,
    ) -> int:
        pk = next(self._ids[Subscription])
        live = fate.line == LineState.DELIVERED
        started = placed + timedelta(hours=5) if live else None
        ends = term_end(started, offer.unit) if started else None
        cancelled = fate.subscription == SubscriptionState.CANCELLED
        self._tables[Subscription].add(
            id=pk,
            organization_id=self.organization_id,
            scope=customer.scope,
            number=next(self._numbers),
            customer_id=customer.pk,
            payer_id=customer.payer_id,
            order_line_id=line_id,
            product_id=offer.product_id,
            name=offer.name,
            state=str(fate.subscription),
            sync_status=str(fate.sync),
            managed_by=offer.managed_by,
            external_id=f"M-{pk}" if live else "",
            started_at=started,
            ends_at=ends,
            cancelled_at=self.ground.now if cancelled else None,
            problem_code="DECLINED" if fate.line == LineState.FAILED else "",
            created_at=placed,
            **row,
        )
        self.subscriptions += 1
        self._subscription_history(pk, customer, placed, fate)
        self._job(pk, customer, offer, placed, fate.job, Operation.CREATE)
        if started is not None and ends is not None:
            term_id = self._term(pk, customer, offer, row, started, ends)
            asked = None
            if fate.change is not None:
                asked = self._change(pk, customer, offer, row, ends, fate)
            lot = Bought(pk, term_id, line_id, order_id, offer, row, started, ends)
            self.bills.lot_add(customer, lot, asked if cancelled else None)
        return pk

    def _term(
        self,
        subscription_id: int,
        customer: Person,
        offer: Offer,
        row: dict[str, Any],
        started: datetime,
        ends: datetime,
    ) -> int:
        pk = next(self._ids[Term])
        self._tables[Term].add(
            id=pk,
            organization_id=self.organization_id,
            scope=customer.scope,
            subscription_id=subscription_id,
            number=1,
            starts_at=started,
            ends_at=ends,
            product_id=offer.product_id,
            total=self._total(row, "unit_price"),
            created_at=started,
            **row,
        )
        return pk

    def _change(
        self,
        subscription_id: int,
        customer: Person,
        offer: Offer,
        row: dict[str, Any],
        ends: datetime,
        fate: Fate,
    ) -> int:
        """The action that led to a suspension or an end: an order, its line (whose id is returned) and the change."""
        assert fate.change is not None and fate.change_state is not None  # noqa: S101, PT018
        waits = fate.change_state == ChangeState.SCHEDULED
        asked = self.ground.now - timedelta(minutes=30)
        order_id = self._order(
            customer,
            asked,
            [],
            state=OrderState.PLACED if waits else OrderState.EXECUTED,
            name=f"{fate.change.label}: {offer.name}",
            due_at=ends if waits else None,
        )
        line_id = self._line(
            order_id,
            customer,
            offer,
            row,
            asked,
            LineState.PENDING if waits else LineState.DELIVERED,
            kind=str(fate.change),
            previous_quantity=row["quantity"],
        )
        change_id = next(self._ids[ScheduledChange])
        self._tables[ScheduledChange].add(
            id=change_id,
            organization_id=self.organization_id,
            scope=customer.scope,
            subscription_id=subscription_id,
            order_line_id=line_id,
            kind=str(fate.change),
            state=str(fate.change_state),
            due_at=ends if waits else asked,
            created_at=asked,
            applied_at=None if waits else asked,
        )
        if not waits:
            operation = Operation(str(fate.change))
            succeeded = ProvisioningState.SUCCEEDED
            self._job(subscription_id, customer, offer, asked, succeeded, operation, change_id)
        return line_id

    def _job(
        self,
        subscription_id: int,
        customer: Person,
        offer: Offer,
        at: datetime,
        state: ProvisioningState,
        operation: Operation,
        change_id: int | None = None,
    ) -> None:
        pk = next(self._ids[ProvisioningJob])
        ended = state in {ProvisioningState.SUCCEEDED, ProvisioningState.FAILED}
        self._tables[ProvisioningJob].add(
            id=pk,
            organization_id=self.organization_id,
            scope=customer.scope,
            instance_id=offer.instance_id,
            subscription_id=subscription_id,
            change_id=change_id,
            operation=str(operation),
            idempotency_key=f"scale-{pk}",
            state=str(state),
            code="DECLINED" if state == ProvisioningState.FAILED else "",
            calls=1,
            first_called_at=at,
            finished_at=at + timedelta(hours=5) if ended else None,
            created_at=at,
        )

    def _order_history(
        self, pk: int, customer: Person, placed: datetime, state: OrderState
    ) -> None:
        past = [("created", "", ""), ("place", OrderState.DRAFT, OrderState.PLACED)]
        if state != OrderState.PLACED:
            past.append(("execute", OrderState.PLACED, OrderState.EXECUTING))
        if state in {OrderState.EXECUTED, OrderState.FAILED}:
            verb = "finish" if state == OrderState.EXECUTED else "fail"
            past.append((verb, OrderState.EXECUTING, state))
        self._history("orders.order", "order", pk, customer, placed, past)

    def _subscription_history(
        self, pk: int, customer: Person, placed: datetime, fate: Fate
    ) -> None:
        past = [("created", "", "")]
        if fate.line == LineState.DELIVERED:
            past.append(("activate", SubscriptionState.PENDING, SubscriptionState.ACTIVE))
        elif fate.line == LineState.FAILED:
            past.append(("fail", SubscriptionState.PENDING, SubscriptionState.FAILED))
        if fate.change is not None:
            verb = (
                "schedule_cancel"
                if fate.change_state == ChangeState.SCHEDULED
                else str(fate.change)
            )
            past.append((verb, SubscriptionState.ACTIVE, fate.subscription))
        self._history("subscriptions.subscription", "subscription", pk, customer, placed, past)

    def _history(
        self,
        subject_type: str,
        entity: str,
        pk: int,
        customer: Person,
        begun: datetime,
        past: Sequence[tuple[str, str, str]],
    ) -> None:
        for hours, (verb, source, target) in enumerate(past):
            self._tables[HistoryEntry].add(
                id=next(self._ids[HistoryEntry]),
                organization_id=self.organization_id,
                scope=customer.scope,
                subject_type=subject_type,
                subject_id=pk,
                at=begun + timedelta(hours=hours),
                actor_label="Tradewind",
                action=f"{entity}.{verb}",
                from_state=str(source),
                to_state=str(target),
            )


def _sum_or_none(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None
