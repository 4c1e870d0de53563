"""Writes of payment plans: the plans themselves, what they are offered for, and who may use them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bss.accounts.models import Account, Organization
from bss.catalog.choices import Unit
from bss.catalog.models import ListPrice, Product
from bss.catalog.services import editing
from bss.core import history
from bss.core.actor import Actor
from bss.core.errors import Invalid, StaleState
from bss.installments.choices import PLANNED_UNITS
from bss.installments.models import PaymentPlan, PaymentPlanAccess, PaymentPlanOffer
from bss.installments.selectors import fits

MOST_EXTRA_CHARGE = Decimal(1000)
_BATCH = 2000
_EDITABLE = frozenset({"frequency", "count"})

# Plans -------------------------------------------------------------------------------------------------------


@transaction.atomic
def plan_create(
    *, organization: Organization, frequency: str, count: int, actor: Actor
) -> PaymentPlan:
    """A further way to pay in parts, 2 to 60 of them. Raises Invalid on count; the same plan exists once."""
    plan = PaymentPlan(organization=organization, frequency=frequency, count=count)
    _check(plan)
    with _once():
        return editing.added(plan, actor=actor, action="payment_plan.created")


@transaction.atomic
def plan_edit(
    *, plan: PaymentPlan, version: int | None, actor: Actor, **changes: Any
) -> PaymentPlan:
    """Change frequency or count for what is bought from now on; what was bought keeps its plan.

    Raises Invalid on count while the plan is offered for a term that it would outlast, StaleState when `version`
    is not the present one (None asks not).
    """
    if changes.keys() - _EDITABLE:
        raise TypeError(f"a payment plan has no editable {', '.join(changes.keys() - _EDITABLE)}")
    found = editing.locked(plan, version)
    frequency: str = changes.get("frequency") or found.frequency
    wanted = PaymentPlan(frequency=frequency, count=changes.get("count", found.count))
    _check(wanted)
    units = found.offers.filter(is_active=True).values_list("unit", flat=True).distinct()
    short = [unit.label for unit in PLANNED_UNITS if unit in set(units) and not fits(unit, wanted)]
    if short:
        raise Invalid(
            _("It is offered for these terms, which would end before it: %(terms)s.")
            % {"terms": ", ".join(str(label) for label in short)},
            field="count",
            code="PAYMENT_PLAN_TOO_LONG",
        )
    with _once():
        editing.store(found, changes, actor=actor, action="payment_plan.edited")
    return found


@transaction.atomic
def plan_activate(*, plan: PaymentPlan, actor: Actor) -> PaymentPlan:
    """Offer a plan again, for everything it was offered for."""
    found = editing.locked(plan, None)
    editing.store(found, {"is_active": True}, actor=actor, action="payment_plan.activated")
    return found


@transaction.atomic
def plan_deactivate(*, plan: PaymentPlan, actor: Actor) -> PaymentPlan:
    """Offer a plan to nobody; what was bought by it goes on."""
    found = editing.locked(plan, None)
    editing.store(found, {"is_active": False}, actor=actor, action="payment_plan.deactivated")
    return found


# Offers ------------------------------------------------------------------------------------------------------


@transaction.atomic
def offers_set(
    *, product: Product, offered: Mapping[str, Collection[PaymentPlan]], actor: Actor
) -> None:
    """Offer a product with exactly these plans: unit to plans, for the units named; the others stay as they are.

    Raises Invalid keyed by unit where a term is too short for a plan, or a plan is another organization's; then
    nothing changed.
    """
    _check_terms(product, offered)
    wanted = {(unit, plan.pk): plan for unit, plans in offered.items() for plan in plans}
    rows = PaymentPlanOffer.everywhere.filter(product=product, unit__in=offered)
    existing = {
        (row.unit, row.plan_id): row
        for row in rows.select_related("plan").select_for_update(of=("self",), no_key=True)
    }
    changes: dict[str, list[str]] = {}
    for key, plan in wanted.items():
        if key not in existing or not existing[key].is_active:
            changes[f"{key[0]} {plan}"] = ["", _("offered")]
    for key, row in existing.items():
        if row.is_active and key not in wanted:
            changes[f"{key[0]} {row.plan}"] = [_("offered"), ""]
    if not changes:
        return
    _offered(product.organization_id, [(product.pk, *key) for key in wanted])
    gone = [row.pk for key, row in existing.items() if key not in wanted]
    PaymentPlanOffer.everywhere.filter(pk__in=gone).update(is_active=False, overridden=True)
    history.record(product, actor=actor, action="product.payment_plans_set", changes=changes)


@transaction.atomic
def offers_add_for(
    *, plan: PaymentPlan, products: Iterable[int], units: Sequence[str], actor: Actor, words: str
) -> int:
    """Offer `plan` for many products at once: each for those of `units` that it is sold for. Returns how many offers.

    `products` are ids of the plan's organization; `words` name them in the history. Raises Invalid on units where a
    term is too short for the plan.
    """
    short = [str(Unit(unit).label) for unit in units if not fits(unit, plan)]
    if short:
        raise Invalid(
            _("These terms end before the plan does: %(terms)s.") % {"terms": ", ".join(short)},
            field="units",
            code="TERM_TOO_SHORT",
        )
    pairs = _sold(plan.organization_id, list(products), units)
    _offered(plan.organization_id, [(product_id, unit, plan.pk) for product_id, unit in pairs])
    _tell_many(plan, actor, "payment_plan.offered", words, len(pairs))
    return len(pairs)


@transaction.atomic
def offers_withdraw_for(
    *, plan: PaymentPlan, products: Iterable[int], units: Sequence[str], actor: Actor, words: str
) -> int:
    """Stop offering `plan` for many products at once, for these terms. Returns how many offers ended."""
    rows = PaymentPlanOffer.everywhere.filter(
        organization_id=plan.organization_id,
        plan=plan,
        unit__in=units,
        product_id__in=products,
        is_active=True,
    )
    ended = rows.update(is_active=False, overridden=True)
    _tell_many(plan, actor, "payment_plan.withdrawn", words, ended)
    return ended


# Access ------------------------------------------------------------------------------------------------------


@transaction.atomic
def access_set(
    *,
    account: Account,
    is_enabled: bool,
    extra_charge: Decimal,
    actor: Actor,
    version: int | None = None,
) -> PaymentPlanAccess:
    """Say whether an account may pay by installments and what they add to its prices, in per cent (0 to 1,000).

    It counts for what is bought from now on. Raises Invalid on extra_charge out of bounds or with more than four
    decimals, and for an end customer, whose reseller pays; StaleState when `version` is not the present one.
    """
    if account.parent_id is not None:
        raise Invalid(
            _("Its reseller pays: set it there."), field="is_enabled", code="ACCESS_OF_PAYERS_ONLY"
        )
    _check_charge(extra_charge)
    # The account's row is the lock: two that decide for the first time would both find nothing.
    editing.locked(account, None)
    found = PaymentPlanAccess.everywhere.filter(account=account).first()
    if found is not None and version is not None and found.version != version:
        raise StaleState(extra={"version": found.version})
    access = found or PaymentPlanAccess(
        account=account, organization_id=account.organization_id, scope=account.scope, version=0
    )
    wanted = {"is_enabled": is_enabled, "extra_charge": extra_charge}
    changes = history.changed(history.snapshot(access, wanted), wanted)
    if found is not None and not changes:
        return access
    access.is_enabled, access.extra_charge = is_enabled, extra_charge
    access.version += 1
    editing.checked(access)
    if found is None:
        access.save(force_insert=True)
    else:
        access.save(update_fields=["is_enabled", "extra_charge", "version"])
    history.record(account, actor=actor, action="account.payment_plans_set", changes=changes)
    return access


# What they share ---------------------------------------------------------------------------------------------


def _check(plan: PaymentPlan) -> None:
    if not 2 <= plan.count <= 60:
        raise Invalid(
            _("A plan has 2 to 60 installments."), field="count", code="PAYMENT_PLAN_COUNT"
        )
    longest = PLANNED_UNITS[-1]
    if not fits(longest, plan):
        raise Invalid(
            _("No term is as long as this plan: the longest is %(term)s.")
            % {"term": str(longest.label).lower()},
            field="count",
            code="PAYMENT_PLAN_TOO_LONG",
        )


def _check_terms(product: Product, offered: Mapping[str, Collection[PaymentPlan]]) -> None:
    errors: dict[str, list[Any]] = {}
    for unit, plans in offered.items():
        for plan in plans:
            if plan.organization_id != product.organization_id:
                errors.setdefault(unit, []).append(_("This belongs to another organization."))
            elif not fits(unit, plan):
                words = _("%(plan)s outlast this term.") % {"plan": plan}
                errors.setdefault(unit, []).append(words)
    if errors:
        raise Invalid(errors=errors, code="TERM_TOO_SHORT")


def _check_charge(extra_charge: Decimal) -> None:
    if not 0 <= extra_charge <= MOST_EXTRA_CHARGE:
        raise Invalid(
            _("An extra charge is between 0 and 1,000 per cent."),
            field="extra_charge",
            code="EXTRA_CHARGE_BOUNDS",
        )


def _sold(
    organization_id: int, product_ids: list[int], units: Sequence[str]
) -> set[tuple[int, str]]:
    """The terms each product has a list price for; every term where its owner may quote one."""
    listed = ListPrice.everywhere.filter(
        organization_id=organization_id, product_id__in=product_ids, unit__in=units
    )
    pairs = set(listed.values_list("product_id", "unit"))
    quoted = Product.everywhere.filter(organization_id=organization_id, pk__in=product_ids).exclude(
        type__managed_by=""
    )
    return pairs | {(pk, unit) for pk in quoted.values_list("pk", flat=True) for unit in units}


def _offered(organization_id: int, keys: Iterable[tuple[int, str, int]]) -> None:
    """(product id, unit, plan id) that are offered from now on, decided by staff."""
    PaymentPlanOffer.everywhere.bulk_create(
        [
            PaymentPlanOffer(
                organization_id=organization_id,
                product_id=product_id,
                unit=unit,
                plan_id=plan_id,
                overridden=True,
            )
            for product_id, unit, plan_id in sorted(keys)
        ],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["product", "unit", "plan"],
        update_fields=["is_active", "overridden"],
    )


def _tell_many(plan: PaymentPlan, actor: Actor, action: str, words: str, count: int) -> None:
    if count:
        changes = {"products": ["", words], "offers": ["", count]}
        history.record(plan, actor=actor, action=action, changes=changes)


@contextmanager
def _once() -> Any:
    """The same plan twice, in words."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "payment_plan_once" not in str(error):
            raise
        raise Invalid(
            _("There is this plan already."), field="count", code="PAYMENT_PLAN_ONCE"
        ) from error
