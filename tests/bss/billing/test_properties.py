"""Whatever happens in whatever order: invoiced - credited + still due is what was bought less what was given back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bss.billing.choices import InstallmentState
from bss.billing.models import (
    Credit,
    CreditNote,
    CreditNoteLine,
    Installment,
    Invoice,
    InvoiceLine,
)
from bss.billing.selectors import BillingLotCharges
from bss.billing.services import billing_run_start, lot_settle, order_bill
from bss.core import clock, jobs, scope
from bss.core.actor import SYSTEM
from bss.core.models import Job
from bss.pricing.schedule import Amounts, given_back, lot_total, nothing
from bss.subscriptions.models import SeatLot
from tests.factories.accounts import AccountFactory, OrganizationFactory, ResellerFactory
from tests.factories.billing import add_seats, make_bought, make_rate, take_seats
from tests.factories.orders import make_product

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 30, 22, 10, tzinfo=UTC)

seats = st.integers(1, 40)
prices = st.decimals("0.0001", "99.9999", places=4)
plans = st.sampled_from(
    [None, ("monthly", 12), ("quarterly", 4), ("monthly", 24), ("semi_annual", 2)]
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("buy"), seats, prices, plans, st.booleans()),
        st.tuples(st.just("add"), seats),
        st.tuples(st.just("take"), seats, st.sampled_from(["full", "unused", ""])),
        st.tuples(st.just("take"), st.just(1000), st.sampled_from(["full", "unused"])),
        st.tuples(st.just("days"), st.sampled_from([1, 7, 28, 31, 59, 200])),
        st.tuples(st.just("bill"), st.booleans()),
        st.tuples(st.just("hear"), st.booleans()),
    ),
    min_size=3,
    max_size=14,
)


@dataclass
class Story:
    """A payer's history. `bought` and `returned` are told by the pure engine, not by what billing wrote."""

    organization: object
    payer: object
    customer: object
    product: object
    lots: list[SeatLot] = field(default_factory=list)
    bought: Amounts = field(default_factory=lambda: nothing(resale=False))
    returned: Amounts = field(default_factory=lambda: nothing(resale=False))
    shift: timedelta = timedelta()

    def buy(self, count, price, plan, resale):
        columns = {"plan_frequency": plan[0], "plan_count": plan[1]} if plan else {}
        lot = make_bought(
            self.payer, self.product, customer=self.customer if resale else None, quantity=count,
            price=str(price), cost=str(price / 2), resale=str(price * 2) if resale else None,
            unit="P2Y" if plan and plan[1] == 24 else "P1Y", plan=columns,
        )  # fmt: skip
        self._added(lot)

    def add(self, count):
        running = [lot for lot in self.lots if lot.term.ends_at > clock.now()]
        if running:
            self._added(add_seats(running[len(running) // 2], count))

    def _added(self, lot):
        self.lots.append(lot)
        self.bought += lot_total(lot.price)

    def take(self, count, refund):
        """Seats out of the newest lot that still has some, at most all of them."""
        for lot in reversed(self.lots):
            lot.refresh_from_db()
            if lot.quantity and lot.term.ends_at > clock.now():
                self._took(lot, min(count, lot.quantity), refund)
                return

    def _took(self, lot, count, refund):
        # It is worth the same whether it is heard of before its parts are billed or after.
        if not Installment.everywhere.filter(lot=lot).exists():
            lot_settle(lot_id=lot.pk, actor=SYSTEM)
        price = SeatLot.everywhere.get(pk=lot.pk).price
        charged = BillingLotCharges().charged([lot.pk]).get(lot.pk, [])
        reduction = take_seats(lot, count, refund=refund)
        if refund and charged:
            worth = given_back(
                price, charged, keep=reduction.charged_quantity, at=reduction.at,
                policy=reduction.policy,
            )  # fmt: skip
            self.returned += worth.amounts

    def bill(self, at_once):
        if at_once:
            order_bill(
                order_id=self.lots[-1].order_line.order_id, actor=SYSTEM
            ) if self.lots else None
            return
        run = billing_run_start(organization=self.organization, actor=SYSTEM)
        work(list(Job.objects.filter(payload__run=run.pk).values_list("pk", flat=True)))
        run.refresh_from_db()
        assert (run.state, run.failures) == ("succeeded", 0)

    def hear(self, backwards):
        """What waits to be heard of is, in either order."""
        due = jobs.due_ids()
        work(due[::-1] if backwards else due)

    def days(self, count):
        self.shift += timedelta(days=count)


def work(ids):
    with scope.activate(None):
        jobs.run(ids)


def settle_all():
    for _round in range(20):
        ids = jobs.due_ids()
        if not ids:
            return
        work(ids)
    raise AssertionError("jobs keep making jobs")


def added(rows):
    total = nothing(resale=False)
    for row in rows:
        total += row.amounts
    return total


def tracks(amounts):
    """Cost, price, resale. Seats that cost next to nothing have no row, and so no third track: that is 0 in each."""
    return amounts.cost, amounts.price, amounts.resale or 0


def check(story):
    states = [InstallmentState.INVOICED, InstallmentState.CREDITED]
    invoiced = added(Installment.everywhere.filter(state__in=states))
    due = added(Installment.everywhere.filter(state=InstallmentState.SCHEDULED))
    credited = added(Credit.everywhere.all())
    assert tracks(invoiced - credited + due) == tracks(story.bought - story.returned)
    for lines, item in ((InvoiceLine, "installment"), (CreditNoteLine, "credit")):
        for line in lines.everywhere.select_related(item):
            thing = getattr(line, item)
            assert (line.net, line.cost, line.resale) == (thing.price, thing.cost, thing.resale)
    for line in InvoiceLine.everywhere.prefetch_related("credits"):
        back = added(line.credits.all())
        assert back.cost <= line.cost
        assert back.price <= line.net
        assert (back.resale or 0) <= (line.resale or 0)
    on_invoices = set(
        InvoiceLine.everywhere.filter(invoice__state__in=["issued", "settled"]).values_list(
            "installment_id", flat=True
        )
    )
    assert on_invoices == set(
        Installment.everywhere.filter(state__in=states).values_list("pk", flat=True)
    )
    for model, kind in ((Invoice, "INV"), (CreditNote, "CN")):
        documents = model.everywhere.exclude(number="").order_by("number")
        for document in documents:
            assert document.net == sum((line.net for line in document.lines.all()), Decimal(0))
            assert document.total == document.net + document.tax
        numbers = [document.number for document in documents]
        years = sorted({number.split("-")[1] for number in numbers})
        assert numbers == [
            f"{kind}-{year}-{n:06d}"
            for year in years
            for n in range(1, sum(f"-{year}-" in each for each in numbers) + 1)
        ]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
@example(
    [
        ("buy", 1, Decimal("0.0001"), None, False),
        ("buy", 1, Decimal("0.0001"), None, True),
        ("add", 1),
    ]
)
# Billed between the moment that seats go and the moment that billing hears of it.
@example(
    [
        ("buy", 10, Decimal("20.0000"), ("monthly", 12), True),
        ("take", 4, "full"),
        ("bill", False),
        ("take", 2, "unused"),
        ("days", 59),
        ("bill", False),
        ("hear", True),
    ]
)
def test_billed_plus_still_due_is_what_was_bought_less_what_was_given_back(history):
    with transaction.atomic():
        organization = OrganizationFactory(time_zone="Europe/Athens")
        payer = ResellerFactory(organization=organization, billing_day=28)
        story = Story(
            organization, payer, AccountFactory(parent=payer),
            make_product(organization, units=("P1Y", "P2Y")),
        )  # fmt: skip
        make_rate(organization)
        base = START - clock.now()
        with scope.activate(organization.scope):
            for name, *arguments in history:
                with clock.travel(base + story.shift):
                    getattr(story, name)(*arguments)
            with clock.travel(base + story.shift):
                settle_all()
                check(story)
            # Two years on everything is billed, and it still adds up.
            with clock.travel(base + story.shift + timedelta(days=800)):
                story.bill(at_once=False)
                settle_all()
                check(story)
                drafted = InvoiceLine.everywhere.filter(invoice__state="draft")
                left = Installment.everywhere.filter(state=InstallmentState.SCHEDULED)
                assert not left.exclude(pk__in=drafted.values("installment_id")).exists()
        transaction.set_rollback(True)
