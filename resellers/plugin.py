"""The service manager "Tradewind for Resellers": sells plans like any other service, and runs in-process.

Nothing here calls out: provisioning moves rows of this app in transactions of its own, and each step may run twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.models import Account
from bss.catalog.choices import Unit
from bss.core.actor import SYSTEM
from bss.core.errors import Invalid
from bss.core.fields import FieldSpec
from bss.orders.contracts import Proceed, Refuse, ReviewLine, ReviewStep, ReviewSubject, Verdict
from bss.subscriptions.models import Subscription
from resellers import selectors
from resellers.choices import ALIAS_FIELD, MANAGER_CODE, PLAN_TYPE, PlanCode
from resellers.contracts import alias_spec
from resellers.errors import (
    NotAReseller,
    PlanForItself,
    PlanInProgress,
    PlanQuantity,
    SamePlan,
    TenantReseller,
)
from resellers.models import Plan
from resellers.services import plan_end, plan_move, plan_pause, plan_resume, plan_start
from servicemanager.base import ServiceManager
from servicemanager.choices import Capability, Operation
from servicemanager.contracts import (
    Absent,
    Call,
    CatalogueDefinition,
    Done,
    InstanceContext,
    NeedsInput,
    Outcome,
    PriceDefinition,
    ProductDefinition,
    ProductTypeDefinition,
    Refused,
    SubscriptionTarget,
)
from servicemanager.errors import Explanation


class ResellerPlans(ServiceManager):
    """Free and Standard as two products of one type; Basic is what a reseller without either is on."""

    code = MANAGER_CODE
    name = gettext_lazy("Tradewind for Resellers")
    description = gettext_lazy(
        "Plans that your resellers choose, switch and cancel by themselves. A plan gives a reseller a storefront of "
        "its own under your address."
    )
    capabilities = frozenset(
        {
            Capability.CATALOGUE,
            Capability.SUBSCRIPTIONS,
            Capability.SUSPEND,
            Capability.UPGRADE,
            Capability.PRE_CHECK,
        }
    )
    settings_specs = (
        FieldSpec(
            code="currency",
            label=gettext_lazy("Currency of the list prices"),
            required=True,
            max_length=3,
            pattern="[A-Z]{3}",
            pattern_message=gettext_lazy("Enter a currency code of three letters, such as EUR."),
            default="EUR",
            audience="staff",
        ),
        FieldSpec(
            code="standard_monthly",
            label=gettext_lazy("List price of Standard per month"),
            type="decimal",
            required=True,
            minimum="0",
            decimals=2,
            default="49.00",
            help=gettext_lazy(
                "You can change every price later on the products and in your price lists."
            ),
            audience="staff",
        ),
        FieldSpec(
            code="standard_yearly",
            label=gettext_lazy("List price of Standard per year"),
            type="decimal",
            required=True,
            minimum="0",
            decimals=2,
            default="490.00",
            audience="staff",
        ),
    )

    # It runs in-process: a review of it needs no thread and no deadline.
    is_remote = False
    icon = "building-storefront"
    explanations = (
        Explanation(
            "ALIAS_TAKEN",
            gettext_lazy("The storefront alias is taken"),
            gettext_lazy("Another reseller took the alias between checkout and provisioning."),
            "buyer",
            gettext_lazy("Give another alias on the order; the plan is then set up."),
        ),
        Explanation(
            "ALIAS_RESERVED",
            gettext_lazy("The storefront alias is reserved"),
            gettext_lazy("The platform needs this word for its own pages."),
            "buyer",
            gettext_lazy("Give another alias on the order; the plan is then set up."),
        ),
        Explanation(
            "ALIAS_FORMAT",
            gettext_lazy("The storefront alias has not the form of one"),
            gettext_lazy("An alias has 3 to 63 lower-case letters, digits and hyphens."),
            "buyer",
            gettext_lazy("Give another alias on the order; the plan is then set up."),
        ),
        Explanation(
            "PLAN_UNKNOWN",
            gettext_lazy("The plan does not exist"),
            gettext_lazy("The product is not tied to one of the reseller plans."),
            "staff",
            gettext_lazy("Run Get Services Definition, then retry."),
            "retry",
        ),
    )

    def catalogue(self, instance: InstanceContext) -> CatalogueDefinition:
        settings = instance.settings
        currency = str(settings["currency"])
        # For every term of the other plan: a switch keeps the term.
        free = [
            PriceDefinition(unit, currency, Decimal(0), Decimal(0)) for unit in (Unit.P1M, Unit.P1Y)
        ]
        standard = [
            PriceDefinition(Unit.P1M, currency, Decimal(settings["standard_monthly"]), Decimal(0)),
            PriceDefinition(Unit.P1Y, currency, Decimal(settings["standard_yearly"]), Decimal(0)),
        ]
        return CatalogueDefinition([_plan_type(free, standard)])

    def fields(
        self, instance: InstanceContext, line: ReviewLine, subject: ReviewSubject
    ) -> Sequence[FieldSpec]:
        """The alias, asked when a storefront is to be made; a returning reseller keeps the one it has."""
        if line.kind != "new":
            return ()
        account = Account.everywhere.get(pk=subject.account_id)
        profile = selectors.profile_of(account)
        return (alias_spec(default=profile.alias if profile else ""),)

    def review(
        self,
        instance: InstanceContext,
        subject: ReviewSubject,
        lines: Sequence[ReviewLine],
        step: ReviewStep,
    ) -> Verdict:
        account = Account.everywhere.select_related("organization").get(pk=subject.account_id)
        errors: dict[tuple[str, str], Sequence[str]] = {}
        for line in lines:
            errors |= self._refusals(account, subject, line, lines, step)
        return Refuse(errors) if errors else Proceed()

    def _refusals(
        self,
        account: Account,
        subject: ReviewSubject,
        line: ReviewLine,
        lines: Sequence[ReviewLine],
        step: ReviewStep,
    ) -> dict[tuple[str, str], Sequence[str]]:
        obstacle = _obstacle(account, subject, line, lines)
        if obstacle:
            return {(line.key, ""): [str(obstacle)]}
        if line.kind != "new" or step == "items":
            return {}
        return _alias_errors(account, line)

    def provision(self, call: Call) -> Outcome:
        target = call.target
        account = Account.everywhere.select_related("organization").get(
            pk=target.account.account_id
        )
        subscription = Subscription.everywhere.get(pk=target.subscription_id)
        try:
            return self._apply(call.operation, account, subscription, target)
        except Invalid as problem:
            return NeedsInput(problem.code, str(problem.message), problem.field or ALIAS_FIELD)

    def _apply(
        self,
        operation: str,
        account: Account,
        subscription: Subscription,
        target: SubscriptionTarget,
    ) -> Outcome:
        if operation == Operation.CANCEL:
            plan_end(account=account, subscription=subscription, actor=SYSTEM)
            return Done()
        if operation == Operation.SUSPEND:
            plan_pause(account=account, actor=SYSTEM)
            return Done()
        if operation == Operation.RESUME:
            plan_resume(account=account, actor=SYSTEM)
            return Done()
        plan = Plan.everywhere.filter(
            organization_id=account.organization_id, code=target.sku
        ).first()
        if plan is None:
            return Refused("PLAN_UNKNOWN", _("This plan does not exist."))
        if operation == Operation.CHANGE:
            plan_move(account=account, plan=plan, actor=SYSTEM)
            return Done(external_id=account.public_id)
        alias = str(target.attributes.get(ALIAS_FIELD, ""))
        plan_start(account=account, plan=plan, subscription=subscription, alias=alias, actor=SYSTEM)
        return Done(external_id=account.public_id)

    def find(self, call: Call) -> Outcome:
        """Every step here is safe to repeat, so an interrupted one is simply done again."""
        return Absent()


def _obstacle(
    account: Account, subject: ReviewSubject, line: ReviewLine, lines: Sequence[ReviewLine]
) -> Any:
    """Why this reseller cannot have this plan at all; empty when nothing stands in the way."""
    profile = selectors.held_profile(selectors.profile_of(account))
    held = profile is not None
    rules: Mapping[Any, bool] = {
        NotAReseller.message: not account.is_reseller,
        TenantReseller.message: hasattr(account, "tenant_organization"),
        PlanForItself.message: subject.customer_id != subject.account_id,
        PlanQuantity.message: line.quantity != 1
        or sum(1 for other in lines if other.kind == "new") > 1,
        SamePlan.message: line.kind == "new" and held and _is_on(profile, line),
        PlanInProgress.message: line.kind == "new"
        and (selectors.plan_in_flight(account) is not None or (held and not _is_on(profile, line))),
    }
    return next((message for message, broken in rules.items() if broken), "")


def _is_on(profile: Any, line: ReviewLine) -> bool:
    return bool(profile.plan.code == line.sku)


def _alias_errors(account: Account, line: ReviewLine) -> dict[tuple[str, str], Sequence[str]]:
    profile = selectors.profile_of(account)
    given = str(line.parameters.get(ALIAS_FIELD) or (profile.alias if profile else ""))
    try:
        selectors.alias_check(given, organization=account.organization, account=account)
    except Invalid as problem:
        return {(line.key, ALIAS_FIELD): [str(problem.message)]}
    return {}


def _plan_type(
    free: Sequence[PriceDefinition], standard: Sequence[PriceDefinition]
) -> ProductTypeDefinition:
    return ProductTypeDefinition(
        external_id=PLAN_TYPE,
        name=_("Reseller plans"),
        description=_("What a reseller has of its own in your shop."),
        vendor="Tradewind",
        audience="reseller",
        max_quantity=1,
        one_per_account=True,
        products=[
            ProductDefinition(
                sku=PlanCode.FREE,
                name=_("Free"),
                summary=_("Your own branded storefront, free of charge."),
                description=_(
                    "Show your brand to your customers: a storefront under your alias with your logo and colours, "
                    "where they sign in and see what they have."
                ),
                prices=free,
            ),
            ProductDefinition(
                sku=PlanCode.STANDARD,
                name=_("Standard"),
                summary=_("Your storefront with your own prices, and access to the API."),
                description=_(
                    "Everything of Free, your own selling prices, customers who order by themselves with your "
                    "approval, and access to the API."
                ),
                prices=standard,
            ),
        ],
    )
