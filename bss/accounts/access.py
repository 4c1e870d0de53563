"""From an id in a URL to a record the actor may use: outside its scope 404, without the permission 403."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bss.accounts import selectors
from bss.accounts.choices import MembershipKind
from bss.accounts.models import (
    Account,
    AccountImport,
    ApiToken,
    Contact,
    Membership,
    Organization,
    PaymentMethod,
)
from bss.accounts.permissions import Permission
from bss.core import scope
from bss.core.access import allowed, found
from bss.core.actor import Actor
from bss.core.errors import PermissionDenied
from bss.core.prepared import Prepared


def access_account(
    actor: Actor,
    public_id: str,
    permission: str = Permission.ACCOUNT_VIEW,
    *,
    parent: Account | None = None,
) -> Account:
    """The account in the active scope, below `parent` if given. Raises NotFound and PermissionDenied."""
    account = _ACCOUNT.first(public_id=public_id)
    if account is not None and parent is not None and account.parent_id != parent.pk:
        account = None
    return allowed(account, actor, permission)


_ACCOUNT = Prepared(
    lambda public_id: (
        selectors.accounts_visible()
        .filter(public_id=public_id)
        .select_related("organization", "tenant_organization")
    ),
    public_id=str,
)


def access_contact(
    actor: Actor, public_id: str, permission: str = Permission.ACCOUNT_VIEW
) -> Contact:
    """The contact in the active scope, with its account. Raises NotFound and PermissionDenied."""
    rows = Contact.objects.select_related("account__organization", "account__parent")
    return found(rows, actor, permission, public_id=public_id)


def access_storefront_user(
    actor: Actor, public_id: str, permission: str = Permission.USER_MANAGE
) -> Membership:
    """A storefront user's membership in the active scope. Raises NotFound and PermissionDenied."""
    rows = Membership.objects.filter(kind=MembershipKind.STOREFRONT).select_related(
        "user", "contact__account__organization", "storefront", "organization"
    )
    return found(rows, actor, permission, public_id=public_id)


def access_staff(
    actor: Actor, public_id: str, permission: str = Permission.USER_MANAGE
) -> Membership:
    """A member of the actor's own organization's staff. Raises NotFound and PermissionDenied."""
    rows = Membership.objects.filter(
        kind=MembershipKind.STAFF, organization_id=scope.active().organization_id
    ).select_related("user", "organization")
    return found(rows, actor, permission, public_id=public_id)


def access_organization(
    actor: Actor, public_id: str, permission: str = Permission.ORGANIZATION_EDIT
) -> Organization:
    """The actor's organization or a tenant under it. Raises NotFound and PermissionDenied."""
    return found(selectors.organizations_visible(actor), actor, permission, public_id=public_id)


def access_own_organization(
    actor: Actor, public_id: str, permission: str = Permission.ORGANIZATION_EDIT
) -> Organization:
    """The actor's own organization: a tenant's data is changed by its own staff alone."""
    organization = access_organization(actor, public_id, permission)
    if organization.pk != actor.organization_id:
        raise PermissionDenied(
            _("Only the staff of this organization can change it."), code="NOT_YOUR_ORGANIZATION"
        )
    return organization


def access_payment_method(
    actor: Actor, public_id: str, permission: str = Permission.ORGANIZATION_EDIT
) -> PaymentMethod:
    """A payment method of the actor's organization. Raises NotFound and PermissionDenied."""
    return found(selectors.payment_methods(), actor, permission, public_id=public_id)


def access_import(
    actor: Actor, public_id: str, permission: str = Permission.ACCOUNT_IMPORT
) -> AccountImport:
    """An uploaded file in the active scope. Raises NotFound and PermissionDenied."""
    rows = AccountImport.objects.select_related("created_by").defer("content")
    return found(rows, actor, permission, public_id=public_id)


def access_token(
    actor: Actor, public_id: str, permission: str = Permission.TOKEN_MANAGE
) -> ApiToken:
    """An API token in the active scope. Raises NotFound and PermissionDenied."""
    return found(selectors.api_tokens(), actor, permission, public_id=public_id)
