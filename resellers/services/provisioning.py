"""What a plan subscription does to a reseller: storefront, alias, plan. Each may run twice with one effect."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from bss.accounts.choices import StorefrontState
from bss.accounts.models import Account, Storefront
from bss.accounts.services import (
    storefront_alias_change,
    storefront_close,
    storefront_create,
    storefront_open,
)
from bss.core import clock, events, history
from bss.core.actor import Actor
from bss.core.errors import Invalid
from bss.subscriptions.models import Subscription
from resellers.choices import ALIAS_FIELD, RESERVATION_DAYS, Capability, PlanCode
from resellers.errors import AliasTaken
from resellers.events import PlanActivated, PlanEnded, PlanPaused, PlanResumed, PlanSwitched
from resellers.locks import profiles_for_update
from resellers.models import Plan, ResellerProfile
from resellers.selectors import alias_check


def profile_ensure(account: Account) -> ResellerProfile:
    """The account's profile, locked; on Basic when it had none. Call inside a transaction."""
    basic = Plan.everywhere.get(organization_id=account.organization_id, code=PlanCode.BASIC)
    ResellerProfile.everywhere.get_or_create(
        account=account,
        defaults={
            "plan": basic,
            "organization_id": account.organization_id,
            "scope": account.scope,
        },
    )
    return profiles_for_update().get(account=account)


def plan_start(
    *, account: Account, plan: Plan, subscription: Subscription, alias: str, actor: Actor
) -> ResellerProfile:
    """Put a reseller on a plan, for the first time or again; its storefront opens under `alias`.

    An empty alias means the one it has. Raises AliasInvalid, AliasReserved or AliasTaken; nothing is changed then.
    """
    with transaction.atomic():
        profile = profile_ensure(account)
        if profile.subscription_id == subscription.pk and profile.plan_id == plan.pk:
            return profile
        wanted = alias_check(
            alias or profile.alias, organization=account.organization, account=account
        )
        _release_lapsed(wanted, profile, actor)
        try:
            with transaction.atomic():
                _write(
                    profile,
                    plan=plan,
                    subscription=subscription,
                    alias=wanted,
                    reserved_until=None,
                    storefront=_storefront_with(profile, wanted, actor),
                )
        except (IntegrityError, Invalid) as error:
            # Somebody else was first between the check and the write: the constraints decide.
            raise AliasTaken(AliasTaken.message, field=ALIAS_FIELD) from error
        _open_or_close(profile, actor, reason=str(plan))
        history.record(
            account, actor=actor, action="plan.activated", reason=str(plan), to_state=plan.code
        )
        events.emit(PlanActivated(profile.pk), subject=profile, actor=actor)
    return profile


def plan_move(*, account: Account, plan: Plan, actor: Actor) -> ResellerProfile:
    """Switch plans on the same subscription: alias, storefront and data stay."""
    with transaction.atomic():
        profile = profile_ensure(account)
        if profile.plan_id == plan.pk:
            return profile
        before = profile.plan
        _write(profile, plan=plan)
        _open_or_close(profile, actor, reason=str(plan))
        history.record(
            account,
            actor=actor,
            action="plan.switched",
            reason=f"{before} → {plan}",
            from_state=before.code,
            to_state=plan.code,
        )
        events.emit(PlanSwitched(profile.pk), subject=profile, actor=actor)
    return profile


def plan_end(*, account: Account, subscription: Subscription, actor: Actor) -> ResellerProfile:
    """Back to Basic. Storefront closed, settings kept, alias reserved for 90 days; customers untouched."""
    with transaction.atomic():
        profile = profile_ensure(account)
        if profile.subscription_id != subscription.pk:
            return profile
        before = profile.plan
        basic = Plan.everywhere.get(organization_id=account.organization_id, code=PlanCode.BASIC)
        _write(
            profile,
            plan=basic,
            subscription=None,
            reserved_until=clock.now() + timedelta(days=RESERVATION_DAYS),
        )
        _close(profile, actor, reason="plan ended")
        history.record(
            account,
            actor=actor,
            action="plan.ended",
            from_state=before.code,
            to_state=basic.code,
        )
        events.emit(PlanEnded(profile.pk), subject=profile, actor=actor)
    return profile


def plan_pause(*, account: Account, actor: Actor) -> ResellerProfile:
    """A suspended plan closes the storefront until it is resumed."""
    with transaction.atomic():
        profile = profile_ensure(account)
        if _close(profile, actor, reason="plan suspended"):
            _write(profile)
            history.record(account, actor=actor, action="plan.suspended")
            events.emit(PlanPaused(profile.pk), subject=profile, actor=actor)
    return profile


def plan_resume(*, account: Account, actor: Actor) -> ResellerProfile:
    with transaction.atomic():
        profile = profile_ensure(account)
        if _open_or_close(profile, actor, reason="plan resumed"):
            _write(profile)
            history.record(account, actor=actor, action="plan.resumed")
            events.emit(PlanResumed(profile.pk), subject=profile, actor=actor)
    return profile


def storefront_follow_plan(profile: ResellerProfile, actor: Actor) -> None:
    """Open or close a storefront after the flags of its plan changed."""
    _open_or_close(profile, actor, reason="plan changed")


def _write(profile: ResellerProfile, **values: Any) -> None:
    """Write columns and the moment, which names this happening to the e-mail about it."""
    values["updated_at"] = clock.now()
    ResellerProfile.everywhere.filter(pk=profile.pk).update(**values)
    for name, value in values.items():
        setattr(profile, name, value)


def _storefront_with(profile: ResellerProfile, alias: str, actor: Actor) -> Storefront:
    """The reseller's storefront under `alias`: a new one, or the kept one, moved if it comes back under another."""
    storefront = profile.storefront
    if storefront is None:
        account = profile.account
        return storefront_create(
            organization=account.organization,
            owner=account,
            alias=alias,
            name=account.name,
            actor=actor,
        )
    return storefront_alias_change(storefront=storefront, alias=alias, actor=actor)


def _release_lapsed(alias: str, mine: ResellerProfile, actor: Actor) -> None:
    """Take the alias from a reseller whose reservation has ended; its closed storefront gets a spare name."""
    lapsed = (
        profiles_for_update()
        .filter(alias__iexact=alias, subscription__isnull=True, reserved_until__lt=clock.now())
        .exclude(pk=mine.pk)
        .first()
    )
    if lapsed is None:
        return
    _write(lapsed, alias="", reserved_until=None)
    if lapsed.storefront is not None:
        spare = f"released-{lapsed.storefront.public_id}"
        storefront_alias_change(storefront=lapsed.storefront, alias=spare, actor=actor)
    history.record(lapsed.account, actor=actor, action="plan.alias_released", reason=alias)


def _open_or_close(profile: ResellerProfile, actor: Actor, *, reason: str) -> bool:
    """Bring the storefront in line with the plan's flag. True when it moved."""
    if Capability.OWN_STOREFRONT not in profile.plan.capabilities:
        return _close(profile, actor, reason=reason)
    storefront = profile.storefront
    if storefront is None or storefront.state == StorefrontState.OPEN:
        return False
    storefront_open(storefront=storefront, actor=actor, reason=reason)
    return True


def _close(profile: ResellerProfile, actor: Actor, *, reason: str) -> bool:
    storefront = profile.storefront
    if storefront is None or storefront.state == StorefrontState.CLOSED:
        return False
    storefront_close(storefront=storefront, actor=actor, reason=reason)
    return True
