"""What people do with their own login: activate it, ask for a new password, change it."""

from __future__ import annotations

from django.db import transaction

from bss.accounts.contracts import Surface
from bss.accounts.events import MembershipActivated, PasswordResetRequested
from bss.accounts.models import Membership, User
from bss.accounts.ports import MAIL, SignInChange
from bss.accounts.selectors import may_sign_in, membership_on
from bss.core import clock, events, history
from bss.core.actor import Actor
from bss.core.db import new_public_id
from bss.core.errors import Conflict


def membership_password_set(*, membership: Membership, password: str) -> Membership:
    """The first password of an invited person; its login works from now on. Raises Conflict when there is one.

    `password` has passed the validators.
    """
    actor = _the_person(membership)
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=membership.user_id)
        if user.has_usable_password():
            raise Conflict(code="ALREADY_ACTIVE")
        user.set_password(password)
        user.save(update_fields=["password"])
        history.record(membership, actor=actor, action="membership.activated_by_person")
        events.emit(MembershipActivated(membership.pk), subject=membership, actor=actor)
    return membership


def password_reset_request(*, email: str, surface: Surface) -> None:
    """Have a reset link sent to somebody who may sign in on this surface; nothing happens for anybody else.

    Nothing tells the two apart: who asks learns neither whether the address exists nor where it signs in.
    """
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None or not may_sign_in(user, surface):
        return
    membership = membership_on(user, surface)
    if membership is None:
        return
    actor = _the_person(membership)
    with transaction.atomic():
        history.record(membership, actor=actor, action="membership.password_reset_requested")
        happened = PasswordResetRequested(membership.pk, request=new_public_id())
        events.emit(happened, subject=membership, actor=actor)


def sign_in_changed(*, user: User, surface: Surface, change: SignInChange) -> None:
    """Record that somebody's password or second factor changed, and have it told by e-mail."""
    membership = membership_on(user, surface)
    if membership is None:
        return
    with transaction.atomic():
        history.record(membership, actor=_the_person(membership), action=f"membership.{change}")
        notice = f"{change}:{membership.pk}:{clock.now().isoformat()}"
        MAIL.get().security_notice(membership_id=membership.pk, change=change, notice=notice)


def profile_edit(*, user: User, name: str, language: str) -> User:
    """A person's own name and language; "" follows the surface's language."""
    user.name, user.language = name.strip(), language
    user.save(update_fields=["name", "language"])
    return user


def _the_person(membership: Membership) -> Actor:
    return Actor(
        kind="storefront" if membership.storefront_id else "staff",
        label=membership.user.get_full_name(),
        user_id=membership.user_id,
        organization_id=membership.organization_id,
        membership_id=membership.pk,
    )
