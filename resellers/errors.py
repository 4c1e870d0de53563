"""Refusals of reseller plans, each with its stable code."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bss.core.errors import Conflict, Invalid, NotFound


class AliasTaken(Invalid):
    """Another reseller has the alias, or has it reserved."""

    code = "ALIAS_TAKEN"
    message = _("This alias is taken. Choose another one.")


class NotAReseller(Conflict):
    code = "NOT_A_RESELLER"
    message = _("Plans are for resellers. This account does not resell.")


class TenantReseller(Conflict):
    code = "TENANT_RESELLER"
    message = _(
        "A reseller with its own organization has its own storefronts and cannot take a plan."
    )


class SamePlan(Conflict):
    code = "SAME_PLAN"
    message = _("This is the present plan already.")


class PlanForItself(Conflict):
    code = "PLAN_FOR_ITSELF"
    message = _("A plan is bought by a reseller for itself, not for an end customer.")


class PlanQuantity(Conflict):
    code = "PLAN_QUANTITY"
    message = _("A reseller has one plan: the quantity is 1.")


class PlanSuspended(Conflict):
    code = "PLAN_SUSPENDED"
    message = _("The plan is suspended. It can be changed once it is resumed.")


class PlanInProgress(Conflict):
    code = "PLAN_IN_PROGRESS"
    message = _("A change of the plan is under way. Wait until it is finished.")


class NoPlan(Conflict):
    code = "NO_PLAN"
    message = _("There is no plan to change or cancel: Basic needs none.")


class NoStorefront(NotFound):
    """A reseller on Basic has none; what it had before is kept for a while."""

    code = "NO_STOREFRONT"
    message = _("You have no storefront of your own at present")
    TO_DO = _("Choose a plan to open one. If you had one before, its settings are kept.")


class PlanNotSold(Conflict):
    code = "PLAN_NOT_SOLD"
    message = _("This plan is not on sale to this reseller.")
