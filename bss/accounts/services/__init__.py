"""Writes of accounts: one transaction each, with history and events."""

from bss.accounts.services.accounts import (
    ACCOUNT_FIELDS,
    account_activate,
    account_create,
    account_deactivate,
    account_edit,
    accounts_deactivate,
    customer_check,
    order_approval_set,
)
from bss.accounts.services.contacts import contact_check, contact_create, contact_edit
from bss.accounts.services.imports import import_create, import_start
from bss.accounts.services.memberships import (
    membership_activate,
    membership_deactivate,
    membership_edit,
    membership_invite,
    membership_invite_again,
    staff_invite,
    staff_role_set,
    storefront_user_invite,
)
from bss.accounts.services.organizations import (
    organization_create,
    organization_edit,
    payment_method_create,
    payment_method_delete,
    payment_method_edit,
)
from bss.accounts.services.signing_in import (
    membership_password_set,
    password_reset_request,
    profile_edit,
    sign_in_changed,
)
from bss.accounts.services.storefronts import (
    alias_parse,
    storefront_alias_change,
    storefront_close,
    storefront_create,
    storefront_edit,
    storefront_open,
)
from bss.accounts.services.tokens import token_create, token_digest, token_revoke
from bss.accounts.services.viewing import viewing_accept, viewing_start

__all__ = [
    "ACCOUNT_FIELDS",
    "account_activate",
    "account_create",
    "account_deactivate",
    "account_edit",
    "accounts_deactivate",
    "alias_parse",
    "contact_check",
    "contact_create",
    "contact_edit",
    "customer_check",
    "import_create",
    "import_start",
    "membership_activate",
    "membership_deactivate",
    "membership_edit",
    "membership_invite",
    "membership_invite_again",
    "membership_password_set",
    "order_approval_set",
    "organization_create",
    "organization_edit",
    "password_reset_request",
    "payment_method_create",
    "payment_method_delete",
    "payment_method_edit",
    "profile_edit",
    "sign_in_changed",
    "staff_invite",
    "staff_role_set",
    "storefront_alias_change",
    "storefront_close",
    "storefront_create",
    "storefront_edit",
    "storefront_open",
    "storefront_user_invite",
    "token_create",
    "token_digest",
    "token_revoke",
    "viewing_accept",
    "viewing_start",
]
