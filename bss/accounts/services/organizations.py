"""Organizations and how accounts may pay them."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from bss.accounts.choices import AccountKind
from bss.accounts.models import Account, Organization, PaymentMethod
from bss.accounts.ports import ENTITLEMENTS
from bss.accounts.services.inputs import cleaned, edited, normalised, only
from bss.accounts.services.storefronts import storefront_create
from bss.core import history
from bss.core.actor import Actor
from bss.core.errors import Conflict, Invalid

ORGANIZATION_FIELDS = (
    "name", "country", "vat_id", "currency", "language", "time_zone", "support_email",
    "bank_details", "require_mfa",
)  # fmt: skip
PAYMENT_METHOD_FIELDS = ("name", "kind", "payment_days")


def organization_create(
    *,
    name: str,
    country: str,
    support_email: str,
    actor: Actor,
    parent: Organization | None = None,
    billing_account: Account | None = None,
    host: str = "",
    **fields: Any,
) -> Organization:
    """A new organization with its own, open shop at `host`.

    A tenant has a parent and a billing account there: a reseller that is on no plan. Raises Invalid.
    """
    only(fields, ORGANIZATION_FIELDS)
    values = normalised(
        {**fields, "name": name, "country": country, "support_email": support_email}
    )
    _billing_fits(parent, billing_account)
    with transaction.atomic():
        organization = Organization(parent=parent, billing_account=billing_account, **values)
        cleaned(organization, values)
        organization.save(force_insert=True)
        history.record(organization, actor=actor, action="organization.created")
        storefront_create(organization=organization, actor=actor, host=host)
    return organization


def organization_edit(
    *, organization: Organization, version: int | None, actor: Actor, **changes: Any
) -> Organization:
    """Change an organization's own data. Raises Invalid and StaleState."""
    only(changes, ORGANIZATION_FIELDS)
    with transaction.atomic():
        edited(
            organization,
            version=version,
            values=normalised(changes),
            actor=actor,
            action="organization.edited",
        )
    return organization


def payment_method_create(
    *, organization: Organization, actor: Actor, **fields: Any
) -> PaymentMethod:
    """A further way to pay. Raises Invalid when the name is taken."""
    only(fields, PAYMENT_METHOD_FIELDS)
    method = PaymentMethod(organization=organization, **normalised(fields))
    cleaned(method, PAYMENT_METHOD_FIELDS)
    with transaction.atomic():
        _saved_under_a_free_name(method)
        history.record(method, actor=actor, action="payment_method.created")
    return method


def payment_method_edit(*, method: PaymentMethod, actor: Actor, **changes: Any) -> PaymentMethod:
    """Change a way to pay; accounts that use it follow. Raises Invalid when the name is taken."""
    only(changes, PAYMENT_METHOD_FIELDS)
    before = history.snapshot(method, changes)
    for name, value in normalised(changes).items():
        setattr(method, name, value)
    cleaned(method, changes)
    made = history.changed(before, history.snapshot(method, changes))
    if made:
        with transaction.atomic():
            _saved_under_a_free_name(method)
            history.record(method, actor=actor, action="payment_method.edited", changes=made)
    return method


def payment_method_delete(*, method: PaymentMethod, actor: Actor) -> None:
    """Take away a way to pay. Raises Conflict while an account uses it."""
    if Account.everywhere.filter(payment_method=method).exists():
        raise _method_used()
    try:
        with transaction.atomic():
            history.record(method, actor=actor, action="payment_method.deleted", reason=method.name)
            method.delete()
    except ProtectedError as error:
        raise _method_used() from error


def _method_used() -> Conflict:
    return Conflict(
        _("Accounts pay this way."),
        code="PAYMENT_METHOD_USED",
        remedy=_("Give them another payment method first."),
    )


def _saved_under_a_free_name(method: PaymentMethod) -> None:
    try:
        with transaction.atomic():
            method.save()
    except IntegrityError as error:
        raise Invalid(
            _("There is a payment method of this name."), field="name", code="NAME_TAKEN"
        ) from error


def _billing_fits(parent: Organization | None, account: Account | None) -> None:
    """A tenant is billed as a reseller of its parent, and a plan and an organization exclude each other."""
    if parent is None and account is None:
        return
    if parent is None or account is None or account.organization_id != parent.pk:
        raise Invalid(
            _("A tenant needs a billing account of the organization above it."),
            field="billing_account",
            code="BILLING_ACCOUNT",
        )
    if account.kind != AccountKind.RESELLER:
        raise Invalid(
            _("Only a reseller can become a tenant."),
            field="billing_account",
            code="NOT_A_RESELLER",
        )
    if Organization.objects.filter(billing_account=account).exists():
        raise Invalid(
            _("This reseller has an organization already."),
            field="billing_account",
            code="TENANT_EXISTS",
        )
    if ENTITLEMENTS.get().capabilities(account.pk):
        raise Invalid(
            _("This reseller is on a plan. Cancel the plan first."),
            field="billing_account",
            code="TENANT_ON_PLAN",
        )
