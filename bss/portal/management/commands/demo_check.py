"""Walk a reseller's self-upgrade through a running demo, over HTTP, and say in one line how it went."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bss.accounts.choices import AccountKind, MembershipKind, UserType
from bss.accounts.models import Membership
from bss.portal.seed.people import DEMO_PASSWORD
from bss.portal.walk import Page, Walker, WalkFailed

ALIAS = "demo-check"
PATIENCE_SECONDS = 30.0


class Command(BaseCommand):
    """`manage.py demo_check http://localhost:8000`"""

    help = "Walk a reseller's self-upgrade through a running demo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("base_url")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            seconds = walk(options["base_url"])
        except WalkFailed as problem:
            raise CommandError(f"The demo does not work: {problem}") from problem
        self.stdout.write(
            f"The demo works: a reseller upgraded itself; its storefront was live {seconds:.1f} s after Place order."
        )


def walk(base_url: str) -> float:
    """Sign in as a Basic reseller, buy Free, wait for the storefront. Returns seconds from order to live shop."""
    browser = Walker(base_url)
    page = browser.get("/account/login/").expect()
    email = basic_reseller_email()
    page = browser.submit(page, page.form("login"), {"login": email, "password": DEMO_PASSWORD})
    page = browser.get("/plans/").expect("Basic", "Free", "Standard")
    page = browser.submit(page, page.form("/plans/free/choose/")).expect()
    page = browser.get("/checkout/").expect()
    page = browser.submit(page, page.form("purchase_order"), {"do": "continue"}).expect()
    page = browser.submit(page, page.form("alias"), alias_answer(page)).expect("Place order")
    return place(browser, page)


def place(browser: Walker, page: Page) -> float:
    """Place the order and watch the storefront's address until it shows the shop."""
    form = page.form("Place order")
    began = time.monotonic()
    browser.submit(page, form, {"terms": "on"}).expect()
    while time.monotonic() - began < PATIENCE_SECONDS:
        if browser.get(f"/{ALIAS}/").status == 200:
            return time.monotonic() - began
        time.sleep(0.2)
    raise WalkFailed(f"/{ALIAS}/ was not live {PATIENCE_SECONDS:.0f} s after the order")


def alias_answer(page: Page) -> dict[str, str]:
    """The name of the alias field carries its line's id: find it on the page."""
    names = [name for name in page.form("alias").values if "storefront_alias" in name]
    if not names:
        raise WalkFailed(f"{page.url} does not ask for the storefront alias")
    return {names[0]: ALIAS}


def basic_reseller_email() -> str:
    """An admin of a reseller that is on Basic and has never had a plan."""
    found = (
        Membership.everywhere.filter(
            kind=MembershipKind.STOREFRONT,
            user_type=UserType.ADMIN,
            contact__account__kind=AccountKind.RESELLER,
            contact__account__reseller_profile__isnull=True,
            contact__account__tenant_organization__isnull=True,
            storefront__host="",
        )
        .order_by("pk")
        .values_list("user__email", flat=True)
        .first()
    )
    if found is None:
        raise WalkFailed("the seed has no reseller on Basic with an admin")
    return str(found)
