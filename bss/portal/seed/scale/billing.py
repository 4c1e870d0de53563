"""Lots, their installments, and the documents and payments of what was due in the past."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bss.billing.choices import InstallmentState, InvoiceState, NumberKind
from bss.billing.models import Allocation, Installment, Invoice, InvoiceLine, Payment
from bss.billing.services import numbers_take
from bss.catalog.choices import Unit
from bss.core.models import HistoryEntry
from bss.core.money import round_half_up
from bss.installments.contracts import PlanTerms
from bss.portal.seed.scale.accounts import People, Person
from bss.portal.seed.scale.copying import Table, ids_of, numbers_of
from bss.portal.seed.scale.ground import Ground, Offer
from bss.pricing.schedule import Amounts, LotPrice, Part, billing_date, nothing, parts_of
from bss.subscriptions.models import SeatLot, SeatReduction

# Of a hundred that are bought for a year or longer, how many are paid by the month.
BY_THE_MONTH = 60
# Whoever pays does so within this many days; what is younger is open.
DAYS_TO_PAY = 30
TAX_PERCENT = Decimal(24)
_KINDS = (SeatLot, SeatReduction, Installment, InvoiceLine)
_LAST = (Invoice, Payment, Allocation, HistoryEntry)


@dataclass(slots=True)
class Bill:
    """An invoice in the making: its lines are written already."""

    pk: int
    payer: Person
    on: date
    order_id: int | None
    lines: int = 0
    sum: Amounts = field(default_factory=lambda: nothing(resale=False))


@dataclass(frozen=True, slots=True)
class Bought:
    """What a lot needs to know of the subscription it belongs to."""

    subscription_id: int
    term_id: int
    line_id: int
    order_id: int
    offer: Offer
    row: dict[str, Any]
    starts_at: datetime
    ends_at: datetime


class Bills:
    """The tables of lots and documents being filled."""

    def __init__(self, ground: Ground, people: People, chance: random.Random) -> None:
        self.ground = ground
        self.chance = chance
        self._payers = {person.pk: person for person in (*people.resellers, *people.customers)}
        self._zone = ZoneInfo(ground.organization.time_zone)
        self._today = ground.now.astimezone(self._zone).date()
        self._tables = {kind: Table(kind) for kind in (*_KINDS, *_LAST)}
        self._ids = {kind: ids_of(kind) for kind in (*_KINDS, *_LAST)}
        self._bills: dict[tuple[int, date, int | None], Bill] = {}

    def write(self) -> None:
        """Send lots and installments; what they refer to has to be there. Documents wait for `finish`."""
        for kind in (SeatLot, SeatReduction, Installment):
            self._tables[kind].write()

    def lot_add(self, customer: Person, bought: Bought, ended_by: int | None) -> None:
        """The lot a delivered line bought, and its installments; those of the past are invoiced.

        `ended_by` is the line of the cancellation after which nobody uses it; what was sold stays due.
        """
        lot_id = next(self._ids[SeatLot])
        plan = self._plan(bought.offer)
        row = bought.row
        self._tables[SeatLot].add(
            id=lot_id,
            organization_id=self.ground.organization.pk,
            scope=customer.scope,
            subscription_id=bought.subscription_id,
            term_id=bought.term_id,
            order_line_id=bought.line_id,
            product_id=bought.offer.product_id,
            bought=row["quantity"],
            quantity=0 if ended_by else row["quantity"],
            charged_quantity=row["quantity"],
            starts_at=bought.starts_at,
            currency=row["currency"],
            unit_cost=row["unit_cost"],
            unit_price=row["unit_price"],
            unit_resale=row["unit_resale"],
            plan_frequency=plan.frequency if plan else "",
            plan_count=plan.count if plan else None,
            created_at=bought.starts_at,
        )
        if ended_by:
            self._reduction(customer, lot_id, ended_by, row["quantity"])
        price = LotPrice(
            currency=row["currency"],
            quantity=row["quantity"],
            unit_cost=row["unit_cost"],
            unit_price=row["unit_price"],
            unit_resale=row["unit_resale"],
            starts_at=bought.starts_at,
            term_starts_at=bought.starts_at,
            term_ends_at=bought.ends_at,
            plan=plan,
        )
        for part in parts_of(price):
            self._installment(customer, self._payers[customer.payer_id], bought, lot_id, part)

    def _plan(self, offer: Offer) -> PlanTerms | None:
        if Unit(offer.unit).months < 12 or self.chance.randrange(100) >= BY_THE_MONTH:
            return None
        return PlanTerms("monthly", 12)

    def _reduction(self, customer: Person, lot_id: int, line_id: int, quantity: int) -> None:
        self._tables[SeatReduction].add(
            id=next(self._ids[SeatReduction]),
            organization_id=self.ground.organization.pk,
            scope=customer.scope,
            lot_id=lot_id,
            order_line_id=line_id,
            quantity=quantity,
            charged_quantity=quantity,
            at=self.ground.now,
        )

    def _installment(
        self, customer: Person, payer: Person, bought: Bought, lot_id: int, part: Part
    ) -> None:
        pk = next(self._ids[Installment])
        first = part.number == 1
        day = part.due_at.astimezone(self._zone).date()
        bills_on = day if first else billing_date(part.due_at, 1, self._zone.key)
        is_billed = bills_on < self._today
        self._tables[Installment].add(
            id=pk,
            organization_id=self.ground.organization.pk,
            scope=customer.scope,
            payer_id=payer.pk,
            customer_id=customer.pk,
            subscription_id=bought.subscription_id,
            order_id=bought.order_id if first else None,
            lot_id=lot_id,
            currency=bought.row["currency"],
            cost=part.amounts.cost,
            price=part.amounts.price,
            resale=part.amounts.resale,
            bills_on=bills_on,
            number=part.number,
            count=part.count,
            quantity=bought.row["quantity"],
            due_at=part.due_at,
            ends_at=part.ends_at,
            state=str(InstallmentState.INVOICED if is_billed else InstallmentState.SCHEDULED),
            created_at=bought.starts_at,
        )
        if is_billed:
            bill = self._bill(payer, bills_on, bought.order_id if first else None)
            self._invoice_line(bill, customer, bought, part, pk)

    def _bill(self, payer: Person, on: date, order_id: int | None) -> Bill:
        key = (payer.pk, on, order_id)
        if key not in self._bills:
            self._bills[key] = Bill(next(self._ids[Invoice]), payer, on, order_id)
        return self._bills[key]

    def _invoice_line(
        self, bill: Bill, customer: Person, bought: Bought, part: Part, installment_id: int
    ) -> None:
        bill.lines += 1
        bill.sum += part.amounts
        self._tables[InvoiceLine].add(
            id=next(self._ids[InvoiceLine]),
            organization_id=self.ground.organization.pk,
            scope=bill.payer.scope,
            invoice_id=bill.pk,
            installment_id=installment_id,
            position=bill.lines,
            customer_id=customer.pk,
            subscription_id=bought.subscription_id,
            text=bought.offer.name,
            quantity=bought.row["quantity"],
            unit_price=bought.row["unit_price"],
            unit=bought.row["unit"],
            net=part.amounts.price,
            cost=part.amounts.cost,
            resale=part.amounts.resale,
            starts_at=part.due_at,
            ends_at=part.ends_at,
            tax_class="standard",
            tax_percent=TAX_PERCENT,
        )

    def finish(self) -> int:
        """Number and write the invoices, oldest first, and what paid those that are not new. Returns how many."""
        bills = sorted(self._bills.values(), key=lambda bill: (bill.on, bill.pk))
        organization = self.ground.organization
        payments = numbers_of("PAY", organization.pk)
        for year in sorted({bill.on.year for bill in bills}):
            mine = [bill for bill in bills if bill.on.year == year]
            numbers = numbers_take(
                organization_id=organization.pk,
                kind=NumberKind.INVOICE,
                year=year,
                count=len(mine),
            )
            for bill, number in zip(mine, numbers, strict=True):
                self._invoice(bill, number, payments)
        for kind in (Invoice, InvoiceLine, Payment, Allocation, HistoryEntry):
            self._tables[kind].write()
        return len(bills)

    def _invoice(self, bill: Bill, number: str, payments: Any) -> None:
        organization = self.ground.organization
        net = bill.sum.price
        tax = round_half_up(net * TAX_PERCENT / 100, organization.currency)
        due_on = bill.on + timedelta(days=DAYS_TO_PAY)
        # One of fifty is late.
        is_paid = due_on < self._today and self.chance.randrange(50) > 0
        issued_at = datetime.combine(bill.on, datetime.min.time(), self._zone)
        self._tables[Invoice].add(
            id=bill.pk,
            organization_id=organization.pk,
            scope=bill.payer.scope,
            number=number,
            payer_id=bill.payer.pk,
            order_id=bill.order_id,
            currency=organization.currency,
            seller=_seller(organization),
            buyer=_buyer(bill.payer, organization),
            taxes=[
                {"treatment": "standard", "tax_class": "standard", "percent": f"{TAX_PERCENT}",
                 "net": f"{net:f}", "tax": f"{tax:f}", "text": ""}
            ],
            net=net,
            tax=tax,
            total=net + tax,
            settled=net + tax if is_paid else 0,
            issued_at=issued_at,
            issued_on=bill.on,
            due_on=due_on,
            state=str(InvoiceState.SETTLED if is_paid else InvoiceState.ISSUED),
            created_at=issued_at,
        )  # fmt: skip
        self._history(bill, "issue", issued_at, InvoiceState.DRAFT, InvoiceState.ISSUED)
        if is_paid and net + tax > 0:
            self._payment(bill, next(payments), net + tax, due_on)
            paid_at = issued_at + timedelta(days=DAYS_TO_PAY)
            self._history(bill, "settle", paid_at, InvoiceState.ISSUED, InvoiceState.SETTLED)

    def _payment(self, bill: Bill, number: str, amount: Decimal, on: date) -> None:
        organization = self.ground.organization
        payment_id = next(self._ids[Payment])
        shared = {"organization_id": organization.pk, "scope": bill.payer.scope}
        self._tables[Payment].add(
            **shared,
            id=payment_id,
            number=number,
            payer_id=bill.payer.pk,
            currency=organization.currency,
            amount=amount,
            allocated=amount,
            received_on=on,
            recorded_by_label="Accounts receivable",
        )
        self._tables[Allocation].add(
            **shared,
            id=next(self._ids[Allocation]),
            invoice_id=bill.pk,
            payment_id=payment_id,
            amount=amount,
        )

    def _history(
        self, bill: Bill, verb: str, at: datetime, source: InvoiceState, target: InvoiceState
    ) -> None:
        self._tables[HistoryEntry].add(
            id=next(self._ids[HistoryEntry]),
            organization_id=self.ground.organization.pk,
            scope=bill.payer.scope,
            subject_type="billing.invoice",
            subject_id=bill.pk,
            at=at,
            actor_label="Tradewind",
            action=f"invoice.{verb}",
            from_state=str(source),
            to_state=str(target),
        )


def _seller(organization: Any) -> dict[str, str]:
    return {
        "name": organization.name,
        "country": organization.country,
        "vat_id": organization.vat_id,
        "email": organization.support_email,
        "bank_details": organization.bank_details,
        "time_zone": organization.time_zone,
    }


def _buyer(payer: Person, organization: Any) -> dict[str, str]:
    return {
        "number": str(payer.pk),
        "name": payer.name,
        "country": organization.country,
        "language": organization.language,
    }
