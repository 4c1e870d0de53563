"""What a benchmark asks of the product from the inside; runs with the product's settings.

python -m bench.probes NAME '{"argument": value}'      answers JSON on standard output
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import NoReverseMatch, reverse  # noqa: E402

from bench import adobe_probes  # noqa: E402
from bss.accounts.choices import AccountKind, MembershipKind, StaffRole, UserType  # noqa: E402
from bss.accounts.models import Account, Membership, Organization, Storefront, User  # noqa: E402
from bss.accounts.permissions import Permission  # noqa: E402
from bss.accounts.selectors import staff_actor  # noqa: E402
from bss.accounts.services import token_create  # noqa: E402
from bss.catalog.choices import ProductAudience, ProductKind  # noqa: E402
from bss.catalog.models import Product  # noqa: E402
from bss.core import scope  # noqa: E402
from bss.core.actor import SYSTEM  # noqa: E402
from bss.core.garbage import imports_are_no_garbage  # noqa: E402
from bss.installments.contracts import PlanTerms  # noqa: E402
from bss.orders.models import Order  # noqa: E402
from bss.orders.selectors import terms_current  # noqa: E402
from bss.orders.services import basket_add, basket_open_for  # noqa: E402
from bss.pricing.contracts import UnitPrice  # noqa: E402
from bss.pricing.engine import planned  # noqa: E402
from bss.subscriptions.models import Subscription  # noqa: E402


@dataclass(frozen=True)
class Target:
    """A page with somebody signed in: what to ask for, what it costs inside, and its heaviest query."""

    name: str
    path: str
    cookie: str
    queries: int
    sql: str


@dataclass(frozen=True)
class Visitor:
    """A signed-in person's surface and cookie."""

    urlconf: str
    prefix: str
    cookie: str


def installments_due(count: int) -> int:
    """Bill what is due already, then make `count` installments due, at most three of a lot. How many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billing_installment SET bills_on = bills_on + 400"
            " WHERE state = 'scheduled' AND bills_on <= current_date + 1"
        )
        cursor.execute(
            """
            WITH chosen AS (
                SELECT id FROM (
                    SELECT id, row_number() OVER (PARTITION BY lot_id ORDER BY number) AS place
                    FROM billing_installment WHERE state = 'scheduled' AND order_id IS NULL
                        AND organization_id = (
                            SELECT id FROM accounts_organization WHERE parent_id IS NULL)
                ) ranked WHERE place <= 3 ORDER BY place, id LIMIT %s)
            UPDATE billing_installment mine SET bills_on = current_date - 1
            FROM chosen WHERE mine.id = chosen.id
            """,
            [count],
        )
        made = cursor.rowcount
        cursor.execute("VACUUM ANALYZE billing_installment")
    return made


def installments_billed() -> dict[str, int]:
    """What a billing run left and made today."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM billing_installment WHERE state = 'scheduled'"
            " AND bills_on < current_date),"
            " (SELECT count(*) FROM billing_invoice WHERE issued_at > now() - interval '1 hour')"
        )
        due, invoices = cursor.fetchone()
    return {"due": due, "invoices": invoices}


def targets() -> list[dict[str, Any]]:
    """The pages of both surfaces, as the reseller with most customers and as staff see them."""
    return [asdict(target) for target in _targets()]


def rows() -> dict[str, int]:
    """How many rows of each there are."""
    kinds = {
        "accounts": Account,
        "products": Product,
        "orders": Order,
        "subscriptions": Subscription,
    }
    return {name: kind.everywhere.count() for name, kind in kinds.items()}


def basic_resellers(count: int) -> list[str]:
    """E-mail addresses of that many resellers that never had a plan."""
    found = Membership.everywhere.filter(
        kind=MembershipKind.STOREFRONT,
        user_type=UserType.ADMIN,
        contact__account__kind=AccountKind.RESELLER,
        contact__account__reseller_profile__isnull=True,
        contact__account__tenant_organization__isnull=True,
        storefront__host="",
        user__email__startswith="admin@a",
    )
    return list(found.order_by("pk").values_list("user__email", flat=True)[:count])


def buyers(count: int) -> list[dict[str, str]]:
    """Resellers that may buy without limit: an admin's e-mail, a product that asks nothing, and staff's token."""
    root = Organization.objects.get(parent=None)
    sold = Product.everywhere.filter(
        organization=root, is_active=True, kind=ProductKind.PRIMARY, type__managed_by="", type__characteristics=[],
        list_prices__unit="P1M", list_prices__currency=root.currency,
    ).exclude(type__audience=ProductAudience.RESELLER)  # fmt: skip
    product, terms = sold.latest("pk"), terms_current(root.pk)
    shared = {
        "token": _token(root),
        "product": product.public_id,
        "unit": "P1M",
        "terms": terms.version if terms else "",
    }
    found = []
    for email in basic_resellers(count):
        account = Account.everywhere.get(contacts__membership__user__email=email)
        account.credit_limit, account.ordering_enabled = None, True
        account.save(update_fields=["credit_limit", "ordering_enabled"])
        found.append({**shared, "email": email, "customer": account.public_id})
    return found


def basket() -> dict[str, Any]:
    """The cookie of a buyer with a basket of one product for its own use, and the paths of its checkout's steps."""
    bought = buyers(1)[0]
    login = Membership.everywhere.select_related("user", "contact__account").get(
        user__email=bought["email"]
    )
    account = login.contact.account
    shop = Storefront.everywhere.get(owner=None, host="")
    with scope.activate(account.scope):
        chosen = Product.objects.get(public_id=bought["product"])
        opened = basket_open_for(user_id=login.user_id, storefront=shop, account=account)
        basket_add(basket=opened, product=chosen, unit=bought["unit"], quantity=1, actor=SYSTEM)
    steps = ("basket", "checkout-billing", "checkout-review")
    paths = {step: reverse(f"storefront:{step}", settings.ROOT_URLCONF) for step in steps}
    return {"cookie": _cookie(login.user, shop), "paths": paths}


def _token(organization: Organization) -> str:
    """A token of the organization that places orders, made by an administrator."""
    maker = Membership.everywhere.select_related("user", "organization").filter(
        organization=organization, staff_role=StaffRole.ADMINISTRATOR
    )[0]
    _row, text = token_create(
        organization=organization,
        name="Benchmark",
        scopes=[Permission.ORDER_CREATE, Permission.ORDER_VIEW],
        actor=staff_actor(maker, maker.user),
    )
    return text


def _targets() -> Iterator[Target]:
    shop = Storefront.everywhere.get(owner=None, host="")
    reseller = _busiest_reseller()
    product = Product.everywhere.filter(
        organization=shop.organization, code="business-mail-plus"
    ).get()
    owned = Subscription.everywhere.filter(payer=reseller.contact.account).order_by("-id").first()
    order = Order.everywhere.filter(account=reseller.contact.account).order_by("-id").first()
    seen = Visitor(settings.ROOT_URLCONF, "", _cookie(reseller.user, shop))
    stranger = Visitor(settings.ROOT_URLCONF, "", "")
    for who, visitor in (("reseller", seen), ("visitor", stranger)):
        yield from _page(f"shop home, {who}", visitor, "storefront:home")
        yield from _page(f"catalogue, {who}", visitor, "storefront:catalog")
        yield from _page(f"product, {who}", visitor, "storefront:product", product.public_id)
    yield from _page("search", seen, "storefront:search", query="?q=mail")
    yield from _page("plans", seen, "plans:plans")
    yield from _page("my customers", seen, "plans:customers")
    yield from _page("subscriptions", seen, "storefront:subscriptions")
    yield from _page("subscription", seen, "storefront:subscription", owned and owned.public_id)
    yield from _page("orders", seen, "storefront:orders")
    yield from _page("order", seen, "storefront:order", order and order.public_id)
    staff = Membership.everywhere.select_related("user").get(
        organization=shop.organization, staff_role=StaffRole.ADMINISTRATOR
    )
    portal = Visitor(settings.PORTAL_URLCONF, "/portal", _cookie(staff.user, None))
    yield from _page("portal: dashboard", portal, "portal:home")
    yield from _page("portal: accounts", portal, "accounts:list")
    account = reseller.contact.account.public_id
    yield from _page("portal: account", portal, "accounts:detail", account)
    yield from _page("portal: products", portal, "catalog:product-list")
    yield from _page("portal: product", portal, "catalog:product-detail", product.public_id)
    yield from _page("portal: orders", portal, "orders:list")
    yield from _page("portal: order", portal, "orders:detail", order and order.public_id)
    yield from _page("portal: subscriptions", portal, "subscriptions:list")
    yield from _page(
        "portal: subscription", portal, "subscriptions:detail", owned and owned.public_id
    )
    yield from _page("portal: mail", portal, "notifications:list")
    yield from _page("portal: search", portal, "portal:search", query="?q=amber")


def _page(name: str, who: Visitor, view: str, *args: Any, query: str = "") -> Iterator[Target]:
    if None in args:
        return
    try:
        path = who.prefix + reverse(view, who.urlconf, args=args) + query
    except NoReverseMatch:
        print(f"  no page {view}", file=sys.stderr)
        return
    client = Client(HTTP_HOST="localhost")
    if who.cookie:
        key, _, value = who.cookie.partition("=")
        client.cookies[key] = value
    client.get(path)
    heaviest, count = _counted(lambda: client.get(path))
    yield Target(name, path, who.cookie, count, heaviest)


def _counted(ask: Callable[[], Any]) -> tuple[str, int]:
    """(the query that took longest, how many there were)"""
    seen: list[tuple[float, str, Any]] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            seen.append((time.perf_counter() - began, sql, params))

    with connection.execute_wrapper(watch):
        answer = ask()
    if answer.status_code != 200:
        raise SystemExit(f"{answer.request['PATH_INFO']} answered {answer.status_code}")
    reads = [row for row in seen if row[1].lstrip().upper().startswith("SELECT")]
    _seconds, sql, params = max(reads, key=lambda row: row[0])
    with connection.cursor() as cursor:
        return cursor.mogrify(sql, params).decode(), len(seen)


def _busiest_reseller() -> Membership:
    """An admin of the reseller with most customers, who signs in at the distributor's shop."""
    found = Membership.everywhere.raw(
        """
        SELECT m.* FROM accounts_membership m JOIN accounts_contact c ON c.id = m.contact_id
        JOIN accounts_account a ON a.id = c.account_id
        WHERE a.kind = 'reseller' AND m.user_type = 'admin'
        ORDER BY (SELECT count(*) FROM accounts_account below WHERE below.parent_id = a.id) DESC, m.id LIMIT 1
        """
    )
    return Membership.everywhere.select_related("user", "contact__account").get(pk=found[0].pk)


def _cookie(user: User, shop: Storefront | None) -> str:
    """A session as signing in leaves it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["surface"] = f"storefront:{shop.pk}" if shop else "portal"
    session.save()
    return f"{f'tw_shop_{shop.pk}' if shop else 'tw_portal'}={session.session_key}"


def installments(products: int, runs: int) -> dict[str, list[float]]:
    """Milliseconds of each run that splits one unit of that many products in twelve, by what is split: in a process
    that collects garbage as the web's do.
    """
    imports_are_no_garbage()
    cents = [Decimal(100 + 7 * number) / 100 for number in range(products)]
    plain = [_unit_price(price, None) for price in cents]
    resold = [_unit_price(price, price * 2) for price in cents]
    free, charged = PlanTerms("monthly", 12), PlanTerms("monthly", 12, Decimal("2.5"))
    cases = {
        "as a list shows them": (plain, free),
        "with an extra charge": (plain, charged),
        "with an extra charge and a resale price": (resold, charged),
    }
    return {name: [_split_ms(*case) for _ in range(runs)] for name, case in cases.items()}


def _unit_price(price: Decimal, resale: Decimal | None) -> UnitPrice:
    return UnitPrice(1, "P1Y", "EUR", price, price, price, resale, "", None)


def _split_ms(prices: list[UnitPrice], plan: PlanTerms) -> float:
    began = time.perf_counter()
    lines = [planned(price, plan, 1) for price in prices]
    amounts = [line.customer for line in lines if line is not None]
    spent = (time.perf_counter() - began) * 1000
    if len(amounts) != len(prices):
        raise SystemExit("a total was too small to be split")
    return spent


PROBES: dict[str, Callable[..., Any]] = {
    "targets": targets,
    "installments_due": installments_due,
    "installments_billed": installments_billed,
    "rows": rows,
    "installments": installments,
    "basic_resellers": basic_resellers,
    "buyers": buyers,
    "basket": basket,
    "adobe_reviews": adobe_probes.adobe_reviews,
    "adobe_upload": adobe_probes.adobe_upload,
    "adobe_prices": adobe_probes.adobe_prices,
}

if __name__ == "__main__":
    print(json.dumps(PROBES[sys.argv[1]](**json.loads(sys.argv[2]))))
