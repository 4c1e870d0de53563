"""What the steps of the story share: the present time in it, who acts, and what exists so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from bss.accounts.models import Account, Membership, Organization
from bss.accounts.selectors import staff_actor, storefront_actor
from bss.catalog.models import PriceList, Product
from bss.core import clock, jobs, scope
from bss.core.actor import Actor
from bss.portal.seed.making.mails import Mails
from servicemanager.models import Instance

Say = Callable[[str], None]


@dataclass
class Stage:
    """The story as far as it is told. Records are found by the keys of the declarations."""

    say: Say
    mails: Mails
    now: datetime = field(default_factory=clock.now)
    organizations: dict[str, Organization] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    price_lists: dict[str, PriceList] = field(default_factory=dict)
    instances: dict[str, Instance] = field(default_factory=dict)
    memberships: dict[str, Membership] = field(default_factory=dict)

    @contextmanager
    def day(
        self, days_ago: int, hour: str = "10:00", organization: str = "meridian"
    ) -> Iterator[None]:
        """Be at an hour ("HH:MM", UTC) some days ago, in an organization; leaves once everything due then is done."""
        with clock.travel(self.moment(days_ago, hour) - clock.now()):
            with scope.activate(self.organizations[organization].scope):
                yield
            self.drain()
            self.mails.hand_over()

    def moment(self, days_ago: int, hour: str) -> datetime:
        """An hour of a day of the story; never later than a few minutes ago."""
        midnight = datetime.combine(
            self.now.date() - timedelta(days=days_ago), time(), self.now.tzinfo
        )
        wanted = midnight + timedelta(hours=int(hour[:2]), minutes=int(hour[3:]))
        return min(wanted, self.now - timedelta(minutes=5))

    def drain(self) -> None:
        """Do what is due, as the workers would, but the e-mails that somebody else does."""
        while ids := self.mails.rest_of(jobs.due_ids()):
            with scope.activate(None):
                if not jobs.run(ids):
                    return

    def actor(self, email: str) -> Actor:
        """Whoever signs in with this e-mail, as of now: roles and what its account may do."""
        membership = Membership.everywhere.select_related(
            "user", "contact__account__organization", "organization"
        ).get(pk=self.memberships[email].pk)
        act = storefront_actor if membership.contact else staff_actor
        return act(membership, membership.user)

    def account(self, key: str) -> Account:
        """An account as it is now."""
        return Account.everywhere.select_related("parent", "organization").get(
            pk=self.accounts[key].pk
        )
