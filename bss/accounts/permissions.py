"""Permission codes, and which role has which. Roles are data; code asks for codes only."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from bss.accounts.choices import StaffRole, StorefrontRole


class Permission(StrEnum):
    """What somebody may do. "<entity>.<verb>"; the portal's codes and the Storefront's are one list."""

    ACCOUNT_VIEW = "account.view"
    ACCOUNT_EDIT = "account.edit"
    ACCOUNT_IMPORT = "account.import"
    CONTACT_EDIT = "contact.edit"
    USER_MANAGE = "user.manage"
    ORGANIZATION_EDIT = "organization.edit"
    CATALOG_VIEW = "catalog.view"
    CATALOG_EDIT = "catalog.edit"
    COST_VIEW = "cost.view"
    ORDER_VIEW = "order.view"
    ORDER_CREATE = "order.create"
    ORDER_APPROVE = "order.approve"
    ORDER_EXECUTE = "order.execute"
    ORDER_DELIVER = "order.deliver"
    SUBSCRIPTION_VIEW = "subscription.view"
    SUBSCRIPTION_MANAGE = "subscription.manage"
    SUBSCRIPTION_SUSPEND = "subscription.suspend"
    SERVICE_VIEW = "service.view"
    SERVICE_SETUP = "service.setup"
    PLAN_VIEW = "plan.view"
    PLAN_SWITCH = "plan.switch"
    PLAN_SETUP = "plan.setup"
    STOREFRONT_MANAGE = "storefront.manage"
    BILLING_VIEW = "billing.view"
    BILLING_EDIT = "billing.edit"
    COMPANY_EDIT = "company.edit"
    WORKSPACE_USE = "workspace.use"
    JOBS_VIEW = "jobs.view"
    JOBS_RETRY = "jobs.retry"
    VIEW_AS = "account.view_as"
    TOKEN_MANAGE = "token.manage"  # noqa: S105 -- a permission, not a password
    HISTORY_VIEW = "history.view"


P = Permission

_VIEW = frozenset(
    {
        P.ACCOUNT_VIEW, P.CATALOG_VIEW, P.ORDER_VIEW, P.SUBSCRIPTION_VIEW, P.SERVICE_VIEW, P.PLAN_VIEW,
        P.BILLING_VIEW, P.JOBS_VIEW, P.HISTORY_VIEW,
    }
)  # fmt: skip

STAFF_ROLES: dict[str, frozenset[str]] = {
    StaffRole.ADMINISTRATOR: frozenset(P),
    StaffRole.SALES: _VIEW
    | {
        P.ACCOUNT_EDIT, P.ACCOUNT_IMPORT, P.CONTACT_EDIT, P.CATALOG_EDIT, P.COST_VIEW, P.ORDER_CREATE,
        P.ORDER_EXECUTE, P.SUBSCRIPTION_MANAGE, P.PLAN_SWITCH, P.VIEW_AS,
    },
    StaffRole.BILLING: _VIEW | {P.COST_VIEW, P.BILLING_EDIT, P.ACCOUNT_EDIT, P.SUBSCRIPTION_SUSPEND},
    StaffRole.SUPPORT: _VIEW
    | {
        P.CONTACT_EDIT, P.ORDER_DELIVER, P.SUBSCRIPTION_MANAGE, P.SUBSCRIPTION_SUSPEND, P.JOBS_RETRY, P.VIEW_AS,
    },
    StaffRole.READ_ONLY: _VIEW,
}  # fmt: skip

# Everybody who signs in to a storefront sees the catalogue and edits its own name and password.
STOREFRONT_BASE = frozenset({P.CATALOG_VIEW})

STOREFRONT_ROLES: dict[str, frozenset[str]] = {
    StorefrontRole.BILLING_AGENT: STOREFRONT_BASE
    | {P.BILLING_VIEW, P.BILLING_EDIT, P.COMPANY_EDIT, P.ORDER_VIEW, P.SUBSCRIPTION_VIEW},
    StorefrontRole.SUBSCRIPTIONS_MANAGER: STOREFRONT_BASE
    | {P.SUBSCRIPTION_VIEW, P.SUBSCRIPTION_MANAGE, P.ORDER_VIEW},
    StorefrontRole.BUYER: STOREFRONT_BASE | {P.ORDER_CREATE, P.ORDER_APPROVE, P.ORDER_VIEW},
    StorefrontRole.CLOUD_ADMINISTRATOR: STOREFRONT_BASE | {P.WORKSPACE_USE, P.SUBSCRIPTION_VIEW},
    StorefrontRole.STOREFRONT_MANAGER: STOREFRONT_BASE | {P.STOREFRONT_MANAGE, P.PLAN_VIEW},
}

STOREFRONT_ADMIN = frozenset().union(*STOREFRONT_ROLES.values()) | {
    P.USER_MANAGE, P.PLAN_VIEW, P.PLAN_SWITCH, P.ACCOUNT_VIEW, P.ACCOUNT_EDIT, P.CONTACT_EDIT, P.HISTORY_VIEW,
    P.TOKEN_MANAGE,
}  # fmt: skip

# What only an organization's token does: what an account pays is recorded by whoever it pays.
ORGANIZATION_SCOPES = frozenset({P.BILLING_EDIT})
# What a token can be given, in words; the API has no door for the rest.
API_SCOPES: Mapping[Permission, Any] = {
    P.ACCOUNT_VIEW: _("Read accounts and contacts"),
    P.ACCOUNT_EDIT: _("Create and change accounts"),
    P.CONTACT_EDIT: _("Create and change contacts"),
    P.CATALOG_VIEW: _("Read the catalogue"),
    P.CATALOG_EDIT: _("Create and change products"),
    P.COST_VIEW: _("Read costs"),
    P.ORDER_VIEW: _("Read orders"),
    P.ORDER_CREATE: _("Create and place orders"),
    P.ORDER_APPROVE: _("Approve or reject the orders of a reseller's customers"),
    P.ORDER_EXECUTE: _("Execute orders"),
    P.SUBSCRIPTION_VIEW: _("Read subscriptions"),
    P.SUBSCRIPTION_MANAGE: _("Change and cancel subscriptions"),
    P.PLAN_VIEW: _("Read reseller plans"),
    P.PLAN_SWITCH: _("Choose, switch and cancel reseller plans"),
    P.BILLING_VIEW: _("Read invoices and payments"),
    P.BILLING_EDIT: _("Record payments"),
}
