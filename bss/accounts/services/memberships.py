"""Logins: who may sign in where, as what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from bss.accounts.choices import (
    AccountKind,
    MembershipKind,
    StaffRole,
    StorefrontRole,
    UserType,
)
from bss.accounts.events import MembershipInvited
from bss.accounts.models import Account, Contact, Membership, Organization, Storefront, User
from bss.accounts.ports import ENTITLEMENTS
from bss.accounts.selectors import storefront_for
from bss.accounts.services.contacts import contact_create
from bss.core import events, history
from bss.core.actor import Actor
from bss.core.db import new_public_id
from bss.core.errors import Conflict, Invalid, PermissionDenied


def membership_invite(
    *,
    contact: Contact,
    actor: Actor,
    user_type: str = UserType.ADMIN,
    roles: Sequence[str] = (),
) -> Membership:
    """Give a contact a login at the storefront of its account, and have the activation e-mail sent.

    The storefront is the reseller's own for an end customer whose reseller has one, otherwise the organization's.
    A deactivated login of this contact is taken up again. Raises Invalid by field and Conflict; PermissionDenied
    when a reseller invites its customers without the capability customer_users.
    """
    account = contact.account
    user_type, chosen = _type_and_roles(account, user_type, roles)
    _reseller_may_invite(actor, account)
    storefront = storefront_for(account)
    if storefront is None:
        raise Conflict(_("There is no storefront to sign in to yet."), code="NO_STOREFRONT")
    with transaction.atomic():
        user = _user_of(contact.email, contact.full_name, account.language)
        membership = _membership_of(contact, user, storefront)
        membership.user_type, membership.roles, membership.is_active = user_type, chosen, True
        _saved(membership)
        _invited(membership, actor)
    return membership


def storefront_user_invite(
    *,
    account: Account,
    last_name: str,
    email: str,
    actor: Actor,
    first_name: str = "",
    user_type: str = UserType.SIMPLE,
    roles: Sequence[str] = (),
) -> Membership:
    """Invite somebody by name and e-mail: the contact is found by its e-mail, or made. Raises as the two do."""
    with transaction.atomic():
        contact = Contact.objects.filter(account=account, email__iexact=email.strip()).first()
        if contact is None:
            contact = contact_create(
                account=account,
                first_name=first_name,
                last_name=last_name,
                email=email,
                actor=actor,
            )
        return membership_invite(contact=contact, actor=actor, user_type=user_type, roles=roles)


def staff_invite(
    *, organization: Organization, email: str, name: str, role: str, actor: Actor
) -> Membership:
    """Make somebody staff of an organization, and have the activation e-mail sent.

    Raises Invalid by field; EMAIL_TAKEN when this e-mail is active staff here already.
    """
    email = email.strip().lower()
    _email_checked(email)
    _role_checked(role)
    with transaction.atomic():
        user = _user_of(email, name.strip(), organization.language)
        membership = Membership.everywhere.filter(
            user=user, organization=organization, kind=MembershipKind.STAFF
        ).first()
        if membership is not None and membership.is_active:
            raise Invalid(
                _("This person is on the staff already."), field="email", code="EMAIL_TAKEN"
            )
        membership = membership or Membership(
            user=user,
            organization=organization,
            scope=organization.scope,
            kind=MembershipKind.STAFF,
        )
        membership.staff_role, membership.is_active = role, True
        _saved(membership)
        _invited(membership, actor)
    return membership


def membership_invite_again(*, membership: Membership, actor: Actor) -> Membership:
    """Have the activation e-mail sent once more. Raises Conflict for a deactivated login."""
    if not membership.is_active:
        raise Conflict(_("This login is deactivated."), code="MEMBERSHIP_INACTIVE")
    with transaction.atomic():
        _invited(membership, actor, action="membership.invited_again")
    return membership


def membership_edit(
    *, membership: Membership, actor: Actor, user_type: str, roles: Sequence[str] = ()
) -> Membership:
    """Change what a storefront user may do. Raises Invalid by field; Conflict for the last admin of an account."""
    if membership.contact is None:
        raise Conflict(code="NOT_A_STOREFRONT_USER")
    user_type, chosen = _type_and_roles(membership.contact.account, user_type, roles)
    return _changed(
        membership, {"user_type": user_type, "roles": chosen}, actor, "membership.edited"
    )


def staff_role_set(*, membership: Membership, role: str, actor: Actor) -> Membership:
    """Give a member of staff another role. Raises Conflict for the last administrator."""
    _role_checked(role)
    return _changed(membership, {"staff_role": role}, actor, "membership.edited")


def membership_deactivate(*, membership: Membership, actor: Actor, reason: str = "") -> Membership:
    """End a login here, at once and for open sessions too; the person's other logins stay.

    Raises Conflict for one's own login and for the last admin.
    """
    if actor.membership_id == membership.pk:
        raise Conflict(_("You cannot deactivate your own login."), code="OWN_LOGIN")
    return _changed(
        membership, {"is_active": False}, actor, "membership.deactivated", reason=reason
    )


def membership_activate(*, membership: Membership, actor: Actor) -> Membership:
    """Let somebody sign in again, as what it was before."""
    return _changed(membership, {"is_active": True}, actor, "membership.activated")


def _changed(
    membership: Membership, values: dict[str, Any], actor: Actor, action: str, reason: str = ""
) -> Membership:
    with transaction.atomic():
        _locked_owner(membership)
        membership.refresh_from_db(fields=["user_type", "roles", "staff_role", "is_active"])
        before = history.snapshot(membership, values)
        changes = history.changed(before, values)
        if not changes:
            return membership
        was_in_charge = _is_in_charge(membership)
        for name, value in values.items():
            setattr(membership, name, value)
        if was_in_charge and not _is_in_charge(membership):
            _another_in_charge(membership)
        membership.save(update_fields=list(values))
        history.record(membership, actor=actor, action=action, changes=changes, reason=reason)
    return membership


def _locked_owner(membership: Membership) -> None:
    """Two last admins who demote each other at the same moment take turns."""
    if membership.contact is not None:
        Account.everywhere.select_for_update(no_key=True).get(pk=membership.contact.account_id)
    else:
        Organization.objects.select_for_update(no_key=True).get(pk=membership.organization_id)


def _is_in_charge(membership: Membership) -> bool:
    if not membership.is_active:
        return False
    if membership.kind == MembershipKind.STAFF:
        return membership.staff_role == StaffRole.ADMINISTRATOR
    return membership.user_type == UserType.ADMIN


def _another_in_charge(membership: Membership) -> None:
    others = Membership.everywhere.filter(kind=membership.kind, is_active=True).exclude(
        pk=membership.pk
    )
    if membership.contact is not None:
        others = others.filter(
            contact__account=membership.contact.account_id, user_type=UserType.ADMIN
        )
    else:
        others = others.filter(
            organization=membership.organization_id, staff_role=StaffRole.ADMINISTRATOR
        )
    if not others.exists():
        raise Conflict(
            _("Nobody else is an administrator here."),
            code="LAST_ADMINISTRATOR",
            remedy=_("Make somebody else an administrator first."),
        )


def _type_and_roles(
    account: Account, user_type: str, roles: Sequence[str]
) -> tuple[str, list[str]]:
    """The type and the roles that are stored with it: none for an admin, in the order of their list."""
    if user_type not in UserType.values:
        raise Invalid(_("Choose one of the values offered."), field="user_type", code="NOT_OFFERED")
    if user_type == UserType.ADMIN:
        return user_type, []
    possible = [r for r in StorefrontRole.values if _role_fits(r, account)]
    if set(roles) - set(possible):
        raise Invalid(_("Choose one of the values offered."), field="roles", code="NOT_OFFERED")
    if not roles:
        raise Invalid(
            _("A simple user needs at least one role."), field="roles", code="ROLES_MISSING"
        )
    return user_type, [r for r in possible if r in roles]


def _role_fits(role: str, account: Account) -> bool:
    return role != StorefrontRole.STOREFRONT_MANAGER or account.kind == AccountKind.RESELLER


def _reseller_may_invite(actor: Actor, account: Account) -> None:
    """Sign-in for a reseller's customers is a capability of its plan; staff invite whom they like."""
    if actor.account_id is None or account.parent_id != actor.account_id:
        return
    if "customer_users" not in ENTITLEMENTS.get().capabilities(actor.account_id):
        raise PermissionDenied(
            _("Your plan does not include sign-in for customers."), code="CAPABILITY_MISSING"
        )


def _email_checked(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(errors={"email": list(error.messages)}) from error


def _role_checked(role: str) -> None:
    if role not in StaffRole.values:
        raise Invalid(_("Choose one of the values offered."), field="role", code="NOT_OFFERED")


def _user_of(email: str, name: str, language: str) -> User:
    """The login of an e-mail address; an existing one keeps its name, language and password."""
    email = email.strip().lower()
    found = User.objects.filter(email=email).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return User.objects.create_user(email, name=name, language=language)
    except IntegrityError:
        return User.objects.get(email=email)


def _membership_of(contact: Contact, user: User, storefront: Storefront) -> Membership:
    found = Membership.everywhere.filter(contact=contact).select_related("user").first()
    if found is None:
        return Membership(
            user=user,
            organization_id=contact.organization_id,
            scope=contact.scope,
            kind=MembershipKind.STOREFRONT,
            contact=contact,
            storefront=storefront,
        )
    if found.is_active:
        raise Conflict(_("This contact has a login already."), code="MEMBERSHIP_EXISTS")
    found.storefront = storefront
    return found


def _saved(membership: Membership) -> None:
    try:
        with transaction.atomic():
            membership.save()
    except IntegrityError as error:
        raise Invalid(
            _("Somebody signs in at this storefront with this e-mail already."),
            field="email",
            code="EMAIL_TAKEN",
        ) from error


def _invited(membership: Membership, actor: Actor, action: str = "membership.invited") -> None:
    history.record(membership, actor=actor, action=action, reason=membership.user.email)
    happened = MembershipInvited(membership.pk, invitation=new_public_id())
    events.emit(happened, subject=membership, actor=actor)
