"""Customers at Adobe, mirrored: begun before Adobe is asked, written down as it tells them, linked to one account."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from adobe3yc.choices import CommitmentKind
from adobe3yc.events import AdobeCustomerChanged, CommitmentChanged
from adobe3yc.locks import customer_locked
from adobe3yc.models import AdobeCustomer, Commitment
from adobe3yc.rules.commitments import LIVE, OPEN
from adobe3yc.rules.offers import OfferType
from adobe3yc.selectors import CUSTOMER_NOT_ASKED, CUSTOMER_REFUSED, mirror_of
from adobe3yc.vipmp.contracts import Customer, Term
from adobe3yc.vipmp.errors import VipError
from bss.accounts.models import Account
from bss.core import clock, events, history
from bss.core.actor import SYSTEM, Actor
from bss.core.machine import mirror
from servicemanager.models import Instance

REQUESTED = "REQUESTED"
ACCEPTED = LIVE | {"ACCEPTED"}


def customer_start(
    *,
    instance: Instance,
    reseller: Account | None,
    account: Account | None = None,
    draft_reference: str = "",
    name: str = "",
    market_segment: str = "",
) -> AdobeCustomer:
    """The row of an account or of a draft, made before Adobe is asked, so that a second visit finds the first.

    A drafted customer's row belongs to its reseller until its account exists, and is the account's from then on.
    """
    owner = account or reseller
    if owner is None:
        raise ValueError(
            "a customer at Adobe belongs to an account or to the reseller that drafted it"
        )
    if account is not None and (known := mirror_of(account, instance)) is not None:
        return known
    key: dict[str, Any] = {"account": account} if account else {"draft_reference": draft_reference}
    found, _made = AdobeCustomer.everywhere.get_or_create(
        instance=instance,
        **key,
        defaults={
            "organization_id": owner.organization_id,
            "scope": owner.scope,
            "reseller": reseller,
            "name": name[:200],
            **({"market_segment": market_segment} if market_segment else {}),
        },
    )
    return found


def customer_record(
    *, customer: AdobeCustomer, found: Customer, actor: Actor = SYSTEM
) -> AdobeCustomer:
    """Write down what Adobe says of a customer, whatever that is: one transaction, with history and events."""
    seen = {
        "adobe_id": found.id,
        "status": found.status,
        "name": found.profile.name or customer.name,
        "coterm_on": found.coterm,
        "level_licenses": found.levels.get(OfferType.LICENSE, ""),
        "level_consumables": found.levels.get(OfferType.CONSUMABLES, ""),
    }
    if found.profile.segments:
        seen["market_segment"] = found.profile.segments[0]
    three = found.three_year
    with transaction.atomic():
        held = customer_locked(customer.pk)
        _keep(held, seen, actor)
        for kind, term in (
            (CommitmentKind.COMMITMENT, three.commitment),
            (CommitmentKind.REQUEST, three.request),
            (CommitmentKind.RECOMMITMENT, three.recommitment),
        ):
            _mirror(held, kind, term, actor)
    return held


def customer_refused(
    *, customer: AdobeCustomer, problem: str, error: VipError, key: str = ""
) -> None:
    """Adobe refused what was asked for, which ends the key of it. `problem` tells the error in words: the next review
    that wants the same (`key`, "" for none) says so.
    """
    action = CUSTOMER_REFUSED if error.ends_key else CUSTOMER_NOT_ASKED
    with transaction.atomic():
        held = customer_locked(customer.pk)
        held.problem, held.problem_key = problem, key
        held.save(update_fields=["problem", "problem_key"])
        history.record(held, actor=SYSTEM, action=action, reason=problem)


def customer_link(*, customer: AdobeCustomer, account: Account) -> AdobeCustomer:
    """A drafted customer has its account now: the row is the account's from here on. Linked already is fine."""
    with transaction.atomic():
        held = customer_locked(customer.pk)
        if held.account_id is None:
            held.account, held.scope = account, account.scope
            held.save(update_fields=["account", "scope"])
            Commitment.everywhere.filter(customer=held).update(scope=account.scope)
            history.record(held, actor=SYSTEM, action="adobe_customer.linked")
    return held


def _keep(customer: AdobeCustomer, seen: dict[str, Any], actor: Actor) -> None:
    changes = history.changed(history.snapshot(customer, seen), seen)
    for name, value in seen.items():
        setattr(customer, name, value)
    customer.synced_at, customer.problem, customer.problem_key = clock.now(), "", ""
    customer.save(update_fields=[*seen, "synced_at", "problem", "problem_key"])
    if not changes:
        return
    history.record(customer, actor=actor, action="adobe_customer.synced", changes=changes)
    if changes.keys() & {"adobe_id", "status"}:
        events.emit(AdobeCustomerChanged(customer.pk), subject=customer, actor=actor)


def _mirror(customer: AdobeCustomer, kind: str, term: Term | None, actor: Actor) -> None:
    """One of the three; what Adobe no longer sends has no status any more."""
    # Whoever brings the news may work in a scope below it.
    held = Commitment.everywhere.filter(customer=customer, kind=kind).first()
    if held is None and term is None:
        return
    if held is None:
        held = Commitment.everywhere.create(
            organization_id=customer.organization_id,
            scope=customer.scope,
            customer=customer,
            kind=kind,
        )
    told = term or Term("")
    seen = {
        "starts_on": told.start,
        "ends_on": told.end,
        "licenses": told.minimum(OfferType.LICENSE),
        "consumables": told.minimum(OfferType.CONSUMABLES),
        **_moments(held, told.status),
    }
    changes = history.changed(history.snapshot(held, seen), seen)
    if changes:
        Commitment.everywhere.filter(pk=held.pk).update(**seen)
        history.record(held, actor=actor, action="commitment.told", changes=changes)
    mirror(held, "status", told.status, actor=actor, event=CommitmentChanged)


def _moments(held: Commitment, status: str) -> dict[str, Any]:
    """When it was asked for and first seen accepted; a new status may be reminded of anew."""
    if status == held.status:
        return {}
    moments: dict[str, Any] = {"reminded_at": None}
    if status == REQUESTED:
        moments |= {"requested_at": clock.now(), "accepted_at": None}
    if status in ACCEPTED and (held.accepted_at is None or held.status not in OPEN | LIVE):
        moments["accepted_at"] = clock.now()
    return moments
