"""The story as scenes in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from bss.accounts.choices import AccountKind
from bss.core import clock
from bss.orders.models import Order
from bss.portal.seed import customers, orders, people, resellers
from bss.portal.seed.adobe import COMMITMENT
from bss.portal.seed.making import (
    adobe,
    billing,
    catalogue,
    organizations,
    payment_plans,
    payments,
    plans,
    service_managers,
    trade,
)
from bss.portal.seed.making.accounts import account_make, customer_make, users_make
from bss.portal.seed.making.stage import Stage
from bss.portal.seed.orders import Desk, PlanMove, Purchase
from bss.portal.seed.payment_plans import ACCESS, NORDHAVEN_ACCESS, NORDHAVEN_PLANS, PLANS
from bss.portal.seed.plans import OWN_TERMS
from servicemanager.selectors import is_active

FIRST_DAY = 72
TENANT_DAY = 69
# Who makes a reseller's customers: its own admin.
_ADMINS = {row.account: row.email for row in people.USERS if not row.roles}
_TENANT_ADMIN = "admin@nordhaven.example"


@dataclass(frozen=True)
class Scene:
    """Something that happens at an hour ("HH:MM") of a day, in one organization."""

    days_ago: int
    hour: str
    play: Callable[[], object]
    organization: str = "meridian"

    @property
    def order(self) -> tuple[int, str]:
        return -self.days_ago, self.hour


def beginning_play(stage: Stage) -> None:
    """What was there before anything was sold: the distributor, its catalogue and its service managers."""
    with clock.travel(stage.moment(FIRST_DAY, "07:00") - clock.now()):
        organizations.distributor_make(stage)
    stage.say("  Meridian Cloud Distribution with its staff")
    with stage.day(FIRST_DAY, "09:00"):
        actor = stage.actor(orders.ADMIN)
        catalogue.meridian_catalogue_make(stage, actor)
        organization = stage.organizations["meridian"]
        payment_plans.payment_plans_make(stage, organization, PLANS, actor)
        payment_plans.industries_make(stage, organization, actor)
        service_managers.plans_make(stage, actor)
        service_managers.echo_make(stage, actor)
        adobe.adobe_make(stage, actor)
        service_managers.manual_make(stage)


def scenes_of(stage: Stage) -> list[Scene]:
    """Every scene after the beginning, earliest first."""
    found = [
        *_people(stage),
        *_customers(stage),
        *_plans(stage),
        *_trade(stage),
        *_tenant(stage),
        *_evenings(stage),
        *_money(stage),
    ]
    return sorted(found, key=lambda scene: scene.order)


def _people(stage: Stage) -> Iterator[Scene]:
    yield Scene(71, "08:00", partial(_resellers_make, stage))
    yield Scene(70, "07:30", partial(_users_make, stage, "meridian"))
    yield Scene(70, "07:40", partial(_adobe_sellers, stage))
    yield Scene(55, "12:00", partial(_customer_users_make, stage))
    yield Scene(0, "06:00", partial(_basket_leave, stage))


def _customers(stage: Stage) -> Iterator[Scene]:
    """Each customer is there a few days before it buys for the first time."""
    bought: dict[str, int] = {}
    for row in (*orders.PURCHASES, *(desk.purchase for desk in orders.DESKS)):
        bought[row.customer] = max(bought.get(row.customer, 0), row.days_ago)
    for index, customer in enumerate(customers.CUSTOMERS):
        days_ago = min(70, bought.get(customer.key, 10 + index) + 1 + index % 3)
        yield Scene(days_ago, "08:30", partial(_customer_make, stage, customer))


def _plans(stage: Stage) -> Iterator[Scene]:
    for move in orders.PLAN_MOVES:
        yield Scene(move.days_ago, move.hour, partial(plans.plan_move, stage, move))
        brand = plans.brand_of(move.account)
        if move.verb == "choose" and brand:
            yield Scene(move.days_ago - 1, "09:10", partial(_dress, stage, move, brand))
    yield Scene(34, "10:00", partial(_own_prices, stage, "alpenwerk"))
    yield Scene(34, "10:20", partial(_own_terms, stage))
    contest = orders.ALIAS_CONTEST
    yield Scene(contest[0].days_ago, contest[0].hour, partial(_contest, stage, contest))


def _trade(stage: Stage) -> Iterator[Scene]:
    shelf = trade.Shelf(stage)
    for row in orders.PURCHASES:
        yield from _purchase(stage, row, shelf, "meridian")
    for desk in orders.DESKS:
        yield Scene(desk.days_ago, "10:45", partial(_desk, stage, desk, shelf))
    yield Scene(0, "05:40", partial(adobe.commitment_buy, stage, COMMITMENT))


def _tenant(stage: Stage) -> Iterator[Scene]:
    yield Scene(TENANT_DAY, "07:00", partial(organizations.tenant_make, stage))
    yield Scene(TENANT_DAY, "08:00", partial(_tenant_catalogue, stage), "nordhaven")
    yield Scene(68, "08:00", partial(_tenant_customers, stage), "nordhaven")
    shelf = trade.Shelf(stage, "nordhaven:")
    for row in orders.NORDHAVEN_PURCHASES:
        yield from _purchase(stage, row, shelf, "nordhaven")


def _evenings(stage: Stage) -> Iterator[Scene]:
    """Billing runs by itself, each day, in each organization."""
    for days_ago in range(FIRST_DAY - 1, -1, -1):
        yield Scene(days_ago, "21:00", partial(billing.evening_play, stage, "meridian"))
        if days_ago < TENANT_DAY:
            play = partial(billing.evening_play, stage, "nordhaven")
            yield Scene(days_ago, "21:10", play, "nordhaven")


def _money(stage: Stage) -> Iterator[Scene]:
    """Payments come in each week, some written down by hand, the others out of a file; the rest is reminded of."""
    yield Scene(70, "09:00", partial(payments.ladder_set, stage))
    for days_ago in (38, 31, 24, 17, 10, 3):
        yield Scene(days_ago, "07:50", partial(payments.transfers_record, stage))
        yield Scene(days_ago, "08:20", partial(payments.bank_file_import, stage))
    for days_ago in (26, 19, 12, 5, 0):
        yield Scene(days_ago, "05:30", partial(payments.overdue_look, stage))
    yield Scene(16, "08:00", partial(payments.card_leave, stage))
    yield Scene(0, "05:50", partial(payments.approval_ask, stage))


def _purchase(
    stage: Stage, row: Purchase, shelf: trade.Shelf, organization: str
) -> Iterator[Scene]:
    """The purchase and each of its steps; steps of one day follow each other by the hour."""
    placed: list[Order] = []

    def buy() -> None:
        placed.append(trade.purchase_make(stage, row, shelf))

    yield Scene(row.days_ago, row.hour, buy, organization)
    for number, step in enumerate(row.steps):
        play = partial(_step, stage, placed, step, row)
        yield Scene(step.days_ago, f"{11 + number:02}:20", play, organization)


def _step(stage: Stage, placed: list[Order], step: orders.Step, row: Purchase) -> None:
    trade.step_do(stage, placed[0], step, row)


def _resellers_make(stage: Stage) -> None:
    organization, actor = stage.organizations["meridian"], stage.actor(orders.SALES)
    for row in resellers.RESELLERS:
        account_make(stage, organization, row, AccountKind.RESELLER, actor)
    for row in resellers.DIRECT_CUSTOMERS:
        account_make(stage, organization, row, AccountKind.DIRECT, actor)
    payment_plans.access_give(stage, ACCESS, stage.actor(orders.ADMIN))
    stage.say(
        f"  {len(resellers.RESELLERS)} resellers, {len(resellers.DIRECT_CUSTOMERS)} direct customers"
    )


def _users_make(stage: Stage, organization: str) -> None:
    home = {row.key for row in resellers.NORDHAVEN_CUSTOMERS}
    rows = [u for u in people.USERS if (u.account in home) == (organization == "nordhaven")]
    admin = orders.ADMIN if organization == "meridian" else _TENANT_ADMIN
    users_make(stage, rows, stage.actor(admin))


def _adobe_sellers(stage: Stage) -> None:
    adobe.sellers_set_up(stage, stage.actor(orders.ADMIN))


def _customer_make(stage: Stage, row: customers.CustomerRow) -> None:
    customer_make(stage, row, stage.actor(_ADMINS[row.reseller]))


def _customer_users_make(stage: Stage) -> None:
    for row in people.CUSTOMER_USERS:
        reseller = stage.account(row.account).parent
        assert reseller is not None  # noqa: S101 -- they are end customers
        admin = next(key for key, account in stage.accounts.items() if account.pk == reseller.pk)
        users_make(stage, [row], stage.actor(_ADMINS[admin]))


def _dress(stage: Stage, move: PlanMove, brand: resellers.Brand) -> None:
    plans.storefront_dress(stage, brand, stage.actor(move.by))


def _own_prices(stage: Stage, account: str) -> None:
    plans.own_prices_make(stage, account, stage.actor(_ADMINS[account]))


def _own_terms(stage: Stage) -> None:
    plans.own_terms_make(stage, OWN_TERMS, stage.actor(_ADMINS[OWN_TERMS.account]))


def _contest(stage: Stage, moves: tuple[PlanMove, ...]) -> None:
    # Both are placed before either is provisioned: nothing is drained between them.
    for move in moves:
        plans.plan_move(stage, move)


def _desk(stage: Stage, desk: Desk, shelf: trade.Shelf) -> None:
    if not is_active(stage.instances["echo"]):
        return
    if not desk.misbehaviour:
        trade.purchase_make(stage, desk.purchase, shelf)
        return
    with service_managers.echo_misbehaving(desk.misbehaviour):
        trade.purchase_make(stage, desk.purchase, shelf)
        stage.drain()


def _tenant_catalogue(stage: Stage) -> None:
    actor = stage.actor(_TENANT_ADMIN)
    catalogue.nordhaven_catalogue_make(stage, actor)
    organization = stage.organizations["nordhaven"]
    payment_plans.payment_plans_make(stage, organization, NORDHAVEN_PLANS, actor)


def _tenant_customers(stage: Stage) -> None:
    organization, actor = stage.organizations["nordhaven"], stage.actor(_TENANT_ADMIN)
    for row in resellers.NORDHAVEN_CUSTOMERS:
        account_make(stage, organization, row, AccountKind.DIRECT, actor)
    payment_plans.access_give(stage, NORDHAVEN_ACCESS, actor)
    _users_make(stage, "nordhaven")
    stage.say(f"  Nordhaven Systems, a tenant with {len(resellers.NORDHAVEN_CUSTOMERS)} customers")


def _basket_leave(stage: Stage) -> None:
    """Maria has not made up her mind."""
    items = (orders.Item("business-mail-plus", 3, "P1Y"), orders.Item("endpoint-shield", 3, "P1Y"))
    customer = stage.account("techsolutions")
    trade.basket_filled(stage, orders.MARIA, items, trade.Shelf(stage), customer=customer)
