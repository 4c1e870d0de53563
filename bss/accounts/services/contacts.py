"""Contacts: the people of an account."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Account, Contact, Membership
from bss.accounts.services.inputs import cleaned, edited, normalised, only
from bss.core import history
from bss.core.actor import Actor
from bss.core.errors import Invalid

CONTACT_FIELDS = (
    "first_name", "last_name", "email", "phone", "job_title", "is_primary", "receives_invoices",
)  # fmt: skip


def contact_create(
    *, account: Account, last_name: str, email: str, actor: Actor, **fields: Any
) -> Contact:
    """A further person of an account; the first one is its primary contact.

    `fields` are any of CONTACT_FIELDS. Raises Invalid by field, also where the account has this e-mail already.
    """
    only(fields, CONTACT_FIELDS)
    values = normalised({**fields, "last_name": last_name, "email": email})
    contact = Contact(
        account=account, organization_id=account.organization_id, scope=account.scope, **values
    )
    cleaned(contact, values)
    with transaction.atomic():
        Account.everywhere.select_for_update(no_key=True).get(pk=account.pk)
        others = Contact.everywhere.filter(account=account)
        contact.is_primary = contact.is_primary or not others.filter(is_primary=True).exists()
        if contact.is_primary:
            others.filter(is_primary=True).update(is_primary=False)
        try:
            with transaction.atomic():
                contact.save(force_insert=True)
        except IntegrityError as error:
            raise _email_taken() from error
        history.record(contact, actor=actor, action="contact.created", reason=contact.full_name)
    return contact


def contact_check(*, account: Account, **fields: Any) -> None:
    """Whether a person could be kept like this: raises what `contact_create` would by field, and makes nothing."""
    only(fields, CONTACT_FIELDS)
    values = normalised(fields)
    cleaned(Contact(account=account, organization_id=account.organization_id, **values), values)


def contact_edit(*, contact: Contact, version: int | None, actor: Actor, **changes: Any) -> Contact:
    """Change a person. Being primary moves from whoever was; it is never only taken away.

    Raises Invalid by field and StaleState. The e-mail of somebody who signs in with it stays.
    """
    only(changes, CONTACT_FIELDS)
    values = normalised(changes)
    _login_keeps_its_email(contact, values.get("email", contact.email))
    if contact.is_primary and values.get("is_primary") is False:
        raise Invalid(
            _("Make somebody else the primary contact instead."),
            field="is_primary",
            code="PRIMARY_NEEDED",
        )
    try:
        with transaction.atomic():
            if values.get("is_primary") and not contact.is_primary:
                Contact.everywhere.filter(account=contact.account, is_primary=True).update(
                    is_primary=False
                )
            edited(contact, version=version, values=values, actor=actor, action="contact.edited")
    except IntegrityError as error:
        raise _email_taken() from error
    return contact


def _email_taken() -> Invalid:
    return Invalid(
        _("This account has a contact with this e-mail already."), field="email", code="EMAIL_TAKEN"
    )


def _login_keeps_its_email(contact: Contact, email: str) -> None:
    if email == contact.email:
        return
    if Membership.everywhere.filter(contact=contact).exists():
        raise Invalid(
            _(
                "This person signs in with this e-mail. Add a contact for the new one and invite it."
            ),
            field="email",
            code="EMAIL_SIGNS_IN",
        )
