"""Resellers, their customers, contacts and logins."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate

from bss.accounts.choices import AccountKind, MembershipKind, UserType
from bss.accounts.models import Account, Contact, Membership, User
from bss.catalog.models import PriceListAssignment
from bss.core.models import HistoryEntry
from bss.installments.models import PaymentPlanAccess
from bss.portal.seed.making.passwords import demo_hash
from bss.portal.seed.scale import names
from bss.portal.seed.scale.copying import ids_take, numbers_take, tables
from bss.portal.seed.scale.ground import Ground

# One account in a hundred buys directly.
DIRECT_SHARE = 100


@dataclass(frozen=True, slots=True)
class Person:
    """An account with whoever pays for it; `scope` is its own path."""

    pk: int
    scope: str
    name: str
    payer_id: int


@dataclass(frozen=True)
class People:
    resellers: Sequence[Person]
    customers: Sequence[Person]
    users: Sequence[str]


def people_make(ground: Ground, resellers: int, accounts: int, chance: random.Random) -> People:
    """`accounts` accounts, `resellers` of them resellers with a login at the distributor's shop."""
    root = ground.organization.pk
    ids = ids_take(Account, accounts)
    above = [_person(pk, f"{root}.", chance, payer=pk) for pk in ids[:resellers]]
    direct = [
        _person(pk, f"{root}.", chance, payer=pk)
        for pk in ids[resellers : resellers + (accounts - resellers) // DIRECT_SHARE]
    ]
    weights = list(accumulate(_weights(len(above))))
    below = []
    for pk in ids[resellers + len(direct) :]:
        reseller = chance.choices(above, cum_weights=weights)[0]
        below.append(_person(pk, reseller.scope, chance, payer=reseller.pk))
    _accounts_write(ground, above, direct, below, chance)
    users = _logins_write(ground, above, chance)
    _price_lists_assign(ground, above, chance)
    _plans_allow(ground, [*above, *direct])
    return People(above, [*direct, *below], users)


def _weights(resellers: int) -> Iterator[int]:
    """The first reseller has a tenth of all customers; of the others, one in ten has ten times as many as the rest."""
    others = [10 if i % 10 == 0 else 1 for i in range(resellers - 1)]
    yield max(1, sum(others) // 9)
    yield from others


def _person(pk: int, above: str, chance: random.Random, *, payer: int) -> Person:
    return Person(pk, f"{above}{pk}.", names.company(pk, chance), payer)


def _accounts_write(
    ground: Ground,
    above: Sequence[Person],
    direct: Sequence[Person],
    below: Sequence[Person],
    chance: random.Random,
) -> None:
    total = len(above) + len(direct) + len(below)
    numbers = numbers_take("ACC", ground.organization.pk, total)
    entries = iter(ids_take(HistoryEntry, total))
    kinds = (
        (AccountKind.RESELLER, above),
        (AccountKind.DIRECT, direct),
        (AccountKind.CUSTOMER, below),
    )
    with tables(Account, HistoryEntry) as (accounts, history):
        for kind, people in kinds:
            for person in people:
                city, country = chance.choice(names.CITIES)
                created = ground.now - timedelta(days=chance.randrange(1100, 1500))
                accounts.add(
                    id=person.pk,
                    organization_id=ground.organization.pk,
                    scope=person.scope,
                    number=next(numbers),
                    kind=str(kind),
                    parent_id=person.payer_id if kind == AccountKind.CUSTOMER else None,
                    name=person.name,
                    corporate_email=f"office@a{person.pk}.example" if person.pk % 7 else None,
                    city=city,
                    country=country,
                    tax_country=country,
                    currency=ground.organization.currency,
                    reselling_enabled=kind == AccountKind.RESELLER,
                    credit_limit=None,
                    created_at=created,
                )
                history.add(
                    id=next(entries),
                    organization_id=ground.organization.pk,
                    scope=person.scope,
                    subject_type="accounts.account",
                    subject_id=person.pk,
                    at=created,
                    actor_label="Tradewind",
                    action="account.created",
                )


def _logins_write(ground: Ground, people: Sequence[Person], chance: random.Random) -> Sequence[str]:
    """A contact of each with an admin's login; they share the demonstration password."""
    emails = [f"admin@a{person.pk}.example" for person in people]
    contact_ids = ids_take(Contact, len(people))
    user_ids = ids_take(User, len(people))
    membership_ids = ids_take(Membership, len(people))
    password = demo_hash()
    with tables(User, Contact, Membership) as (users, contacts, memberships):
        for i, person in enumerate(people):
            first, last = names.person(chance)
            owned = {"organization_id": ground.organization.pk, "scope": person.scope}
            users.add(id=user_ids[i], email=emails[i], name=f"{first} {last}", password=password)
            contacts.add(
                id=contact_ids[i],
                account_id=person.pk,
                first_name=first,
                last_name=last,
                email=emails[i],
                is_primary=True,
                **owned,
            )
            memberships.add(
                id=membership_ids[i],
                user_id=user_ids[i],
                kind=str(MembershipKind.STOREFRONT),
                contact_id=contact_ids[i],
                storefront_id=ground.shop.pk,
                user_type=str(UserType.ADMIN),
                **owned,
            )
    return emails


def _price_lists_assign(ground: Ground, resellers: Sequence[Person], chance: random.Random) -> None:
    """Two resellers of three buy from a list of their own, the others from the default."""
    chosen = [person for i, person in enumerate(resellers) if i % 3]
    if not ground.price_lists:
        return
    ids = ids_take(PriceListAssignment, len(chosen))
    with tables(PriceListAssignment) as (assignments,):
        for pk, person in zip(ids, chosen, strict=True):
            assignments.add(
                id=pk,
                organization_id=ground.organization.pk,
                scope=person.scope,
                account_id=person.pk,
                price_list_id=chance.choice(ground.price_lists).pk,
            )


def _plans_allow(ground: Ground, payers: Sequence[Person]) -> None:
    """Every payer may pay by installments, for nothing more."""
    ids = ids_take(PaymentPlanAccess, len(payers))
    with tables(PaymentPlanAccess) as (access,):
        for pk, person in zip(ids, payers, strict=True):
            access.add(
                id=pk,
                organization_id=ground.organization.pk,
                scope=person.scope,
                account_id=person.pk,
                is_enabled=True,
            )
