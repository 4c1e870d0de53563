"""Who signs in where: the table that the demo prints."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from bss.accounts.choices import StaffRole
from bss.portal.seed.customers import CUSTOMERS
from bss.portal.seed.orders import PLAN_MOVES
from bss.portal.seed.people import CUSTOMER_USERS, DEMO_PASSWORD, STAFF, USERS, UserRow
from bss.portal.seed.resellers import DIRECT_CUSTOMERS, NORDHAVEN_CUSTOMERS, RESELLERS

# What each reseller shows, in a few words; whoever is not here is a customer.
RESELLER_NOTES = {
    "techsolutions": "reseller on Basic, sells Adobe: upgrade it",
    "northbridge": "reseller whose alias was taken, pays by card",
    "lumenhaus": "reseller on Free since yesterday, sold Adobe for three years",
    "costaverde": "reseller on Free",
    "alpenwerk": "reseller on Standard, own prices",
    "ateliernord": "reseller on Standard, suspended",
    "baltica": "reseller, plan cancelled two days ago",
}


def logins_table() -> str:
    """The logins as text, one line each: e-mail, what it is, where it signs in."""
    rows = [*_staff(), *_users()]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"  {email:<{widths[0]}}  {what:<{widths[1]}}  {where}" for email, what, where in rows]
    return "\n".join([f"  Password of everybody: {DEMO_PASSWORD}", "", *lines])


def _staff() -> Iterator[tuple[str, str, str]]:
    for row in STAFF:
        house = "Meridian" if row.organization == "meridian" else "Nordhaven"
        yield row.email, f"{house} staff, {StaffRole(row.role).label}", f"{_base()}/portal/"


def _users() -> Iterator[tuple[str, str, str]]:
    for row in USERS:
        yield row.email, _what(row), f"{_shop(row.account)}/"
    for row in CUSTOMER_USERS:
        reseller = next(c.reseller for c in CUSTOMERS if c.key == row.account)
        alias = next(m.alias for m in PLAN_MOVES if m.account == reseller and m.alias)
        yield row.email, _what(row), f"{_base()}/{alias}/"


def _what(row: UserRow) -> str:
    note = RESELLER_NOTES.get(row.account) if not row.roles else ""
    company = next(
        c.name
        for c in (*RESELLERS, *DIRECT_CUSTOMERS, *NORDHAVEN_CUSTOMERS, *CUSTOMERS)
        if c.key == row.account
    )
    return f"{company}, {note or row.job_title}"


def _shop(account: str) -> str:
    if account in {row.key for row in NORDHAVEN_CUSTOMERS}:
        return _base().replace("localhost", "nordhaven.localhost")
    return _base()


def _base() -> str:
    return settings.PUBLIC_BASE_URL.rstrip("/")
