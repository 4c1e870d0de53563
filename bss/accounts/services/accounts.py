"""Accounts: the customers of an organization."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from bss.accounts.choices import AccountKind, PaymentKind
from bss.accounts.events import AccountCreated, AccountEdited
from bss.accounts.models import Account, Organization
from bss.accounts.ports import CARDS, DEALINGS
from bss.accounts.services.inputs import Faults, cleaned, edited, normalised, only
from bss.core import events, history
from bss.core.actor import Actor
from bss.core.errors import Invalid, PermissionDenied
from bss.core.models import HistoryEntry
from bss.core.numbers import next_number

CONTACT_FIELDS = ("corporate_email", "phone", "website", "language")
ADDRESS_FIELDS = ("address_1", "address_2", "city", "postcode", "region", "country")
TAX_FIELDS = ("tax_country", "vat_id", "taxable")
ORDERING_FIELDS = (
    "currency", "ordering_enabled", "reselling_enabled", "credit_limit", "payment_method", "billing_day",
    "separate_invoices",
)  # fmt: skip
ACCOUNT_FIELDS = ("name", *CONTACT_FIELDS, *ADDRESS_FIELDS, *TAX_FIELDS, *ORDERING_FIELDS)
# What a customer may change about itself, and a reseller about its customers; the rest is staff's.
OWN_FIELDS = (*CONTACT_FIELDS, *ADDRESS_FIELDS)
CUSTOMER_FIELDS = ("name", *OWN_FIELDS, "tax_country", "vat_id", "currency")


def account_create(
    *,
    organization: Organization,
    kind: str,
    name: str,
    country: str,
    actor: Actor,
    parent: Account | None = None,
    number: str = "",
    **fields: Any,
) -> Account:
    """A new account with its number ("ACC-000123" unless `number` is given) and its scope path.

    `fields` are any of ACCOUNT_FIELDS. `credit_limit` is an amount in the account's currency, 0 for none, None for
    unlimited. Tax country, currency and language follow country, parent and organization where not given; a reseller
    may resell unless told otherwise. Raises Invalid by field, PermissionDenied for a field that is not the actor's.
    """
    only(fields, ACCOUNT_FIELDS)
    _create_is_yours(actor, organization, parent, fields)
    given = {**fields, "name": name, "country": country, "kind": kind}
    account = _built(organization, parent, given, number.strip())
    with transaction.atomic():
        account.number = account.number or _next_free_number(organization.pk)
        _inserted(account)
        history.record(account, actor=actor, action="account.created")
        events.emit(AccountCreated(account.pk), subject=account, actor=actor)
    return account


def account_check(
    *,
    organization: Organization,
    kind: str,
    name: str,
    country: str,
    parent: Account | None = None,
    **fields: Any,
) -> None:
    """Whether there could be an account like this: raises Invalid with every field that `account_create` would
    refuse, and makes nothing. Whether its number is free only making it tells.
    """
    only(fields, ("number", *ACCOUNT_FIELDS))
    number = fields.pop("number", "")
    given = {**fields, "name": name, "country": country, "kind": kind}
    _built(organization, parent, given, number.strip())


def customer_check(*, parent: Account, name: str, country: str, **fields: Any) -> None:
    """Whether `parent` could have an end customer like this: raises what `account_create` would, and makes nothing."""
    only(fields, CUSTOMER_FIELDS)
    account_check(
        organization=parent.organization,
        kind=AccountKind.CUSTOMER,
        name=name,
        country=country,
        parent=parent,
        **fields,
    )


def account_edit(*, account: Account, version: int | None, actor: Actor, **changes: Any) -> Account:
    """Change an account. `version` is the one the editor saw (None: whatever is there now).

    Raises Invalid by field (CURRENCY_IN_USE while something it pays for is live or open), StaleState, and
    PermissionDenied for a field that is not the actor's.
    """
    only(changes, ACCOUNT_FIELDS)
    _edit_is_yours(actor, account, changes)
    values = normalised(changes)
    method = values.get("payment_method")
    if method is not None and method.pk != account.payment_method_id:
        _payment_method_fits(method, account.organization_id)
    if values.get("reselling_enabled") and account.kind != AccountKind.RESELLER:
        raise _not_a_reseller()
    with transaction.atomic():
        _currency_is_free(account, values)
        made = edited(account, version=version, values=values, actor=actor, action="account.edited")
        if made:
            events.emit(AccountEdited(account.pk), subject=account, actor=actor)
    return account


def order_approval_set(*, customer: Account, needed: bool, actor: Actor) -> Account:
    """Say whether a reseller lets each order of one of its customers pass before it is placed.

    Only the reseller itself, or staff, may. While the reseller pays by card it is always asked: Invalid for "no".
    """
    parent = customer.parent
    if parent is None or actor.account_id not in {None, parent.pk}:
        raise PermissionDenied(extra={"field": "order_approval"})
    method = parent.payment_method
    if not needed and method is not None and method.kind == PaymentKind.CARD:
        raise Invalid(
            _("You pay by card: each order of your customers needs your approval."),
            field="order_approval",
            code="APPROVAL_LOCKED",
        )
    with transaction.atomic():
        edited(
            customer,
            version=None,
            values={"order_approval": needed},
            actor=actor,
            action="account.approval_set",
        )
    return customer


def account_deactivate(*, account: Account, actor: Actor, reason: str = "") -> Account:
    """Nobody of this account, and nobody of its customers, signs in any more. Nothing is deleted."""
    done = accounts_deactivate(
        accounts=Account.everywhere.filter(pk=account.pk), actor=actor, reason=reason
    )
    account.is_active = False
    account.version += len(done)
    return account


def account_activate(*, account: Account, actor: Actor, reason: str = "") -> Account:
    """Let the people of this account in again."""
    done = _active_set(Account.everywhere.filter(pk=account.pk), True, actor, reason)
    account.is_active = True
    account.version += len(done)
    return account


def accounts_deactivate(
    *, accounts: QuerySet[Account], actor: Actor, reason: str = ""
) -> list[Account]:
    """Deactivate many at once. Returns those that were active until now; the others stay as they are."""
    return _active_set(accounts, False, actor, reason)


def _active_set(
    accounts: QuerySet[Account], active: bool, actor: Actor, reason: str
) -> list[Account]:
    action = "account.activated" if active else "account.deactivated"
    with transaction.atomic():
        wanted = list(accounts.order_by().values_list("pk", flat=True))
        held = list(
            Account.everywhere.filter(pk__in=wanted, is_active=not active)
            .select_for_update(of=("self",), no_key=True)
            .order_by("pk")
        )
        Account.everywhere.filter(pk__in=[a.pk for a in held]).update(
            is_active=active, version=F("version") + 1
        )
        HistoryEntry.objects.bulk_create(
            history.entry_for(account, actor=actor, action=action, reason=reason)
            for account in held
        )
        events.emit_many(AccountEdited, held, actor=actor)
    return held


def _built(
    organization: Organization, parent: Account | None, given: Mapping[str, Any], number: str = ""
) -> Account:
    """The account, checked and not saved. Raises Invalid with every field at fault."""
    values = normalised(given)
    _defaults(values, organization, parent)
    account = Account(organization=organization, parent=parent, number=number, **values)
    faults = Faults()
    with faults:
        _parent_fits(account.kind, parent, organization)
    with faults:
        cleaned(account, (*values, "number") if number else values)
    with faults:
        _payment_method_fits(account.payment_method, organization.pk)
    with faults:
        _reselling_fits(account)
    faults.settle()
    return account


def _defaults(values: dict[str, Any], organization: Organization, parent: Account | None) -> None:
    above: Account | Organization = parent or organization
    values["tax_country"] = values.get("tax_country") or values["country"]
    values["currency"] = values.get("currency") or above.currency
    values["language"] = values.get("language") or above.language
    values.setdefault("reselling_enabled", values["kind"] == AccountKind.RESELLER)


def _parent_fits(kind: str, parent: Account | None, organization: Organization) -> None:
    if kind != AccountKind.CUSTOMER:
        if parent is not None:
            raise Invalid(
                _("Only an end customer has a reseller above it."),
                field="parent",
                code="PARENT_NOT_POSSIBLE",
            )
        return
    if parent is None:
        raise Invalid(
            _("Choose the reseller of this end customer."), field="parent", code="PARENT_MISSING"
        )
    if parent.kind != AccountKind.RESELLER or parent.organization_id != organization.pk:
        raise Invalid(
            _("This account is no reseller of this organization."),
            field="parent",
            code="PARENT_NOT_A_RESELLER",
        )


def _reselling_fits(account: Account) -> None:
    if account.reselling_enabled and account.kind != AccountKind.RESELLER:
        raise _not_a_reseller()


def _not_a_reseller() -> Invalid:
    return Invalid(
        _("Only a reseller can resell."), field="reselling_enabled", code="NOT_A_RESELLER"
    )


def _payment_method_fits(method: Any, organization_id: int) -> None:
    if method is not None and method.organization_id != organization_id:
        raise Invalid(
            _("Choose one of the payment methods offered."),
            field="payment_method",
            code="NOT_OFFERED",
        )
    if method is not None and method.kind == PaymentKind.CARD and not CARDS.get().is_configured:
        raise Invalid(
            _("Paying by card is not set up here."), field="payment_method", code="CARD_UNAVAILABLE"
        )


def _currency_is_free(account: Account, values: Mapping[str, Any]) -> None:
    """What is live or open goes on in the currency it began in: limits and cards would be asked in another."""
    if values.get("currency", account.currency) == account.currency:
        return
    # Whoever orders for it takes turns, and reads then in which currency.
    Account.everywhere.select_for_update(of=("self",), no_key=True).get(pk=account.pk)
    under_way = DEALINGS.get().under_way(account.pk)
    if under_way:
        raise Invalid(
            _("In %(currency)s there are still: %(what)s. End and settle them first.")
            % {"currency": account.currency, "what": ", ".join(under_way)},
            field="currency",
            code="CURRENCY_IN_USE",
        )


def _next_free_number(organization_id: int) -> str:
    """The next number that nobody was given by hand: a taken one would refuse every new account for good, since the
    counter goes back with the refusal.
    """
    while True:
        number = next_number("ACC", organization_id)
        rows = Account.everywhere.filter(organization_id=organization_id, number=number)
        if not rows.exists():
            return number


def _inserted(account: Account) -> None:
    """The row and then its scope, which holds its own key."""
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as error:
        raise Invalid(
            _("There is an account of this number."), field="number", code="NUMBER_TAKEN"
        ) from error
    above = account.parent.scope if account.parent else account.organization.scope
    account.scope = f"{above}{account.pk}."
    Account.everywhere.filter(pk=account.pk).update(scope=account.scope)


def _create_is_yours(
    actor: Actor, organization: Organization, parent: Account | None, fields: Mapping[str, Any]
) -> None:
    """Who acts for an account makes end customers under it, and nothing else."""
    if actor.account_id is None:
        return
    if parent is None or parent.pk != actor.account_id:
        raise PermissionDenied(extra={"field": "parent"})
    if actor.organization_id != organization.pk:
        raise PermissionDenied
    _fields_are_yours(fields, CUSTOMER_FIELDS)


def _edit_is_yours(actor: Actor, account: Account, changes: Mapping[str, Any]) -> None:
    if actor.account_id is not None:
        own = account.pk == actor.account_id
        _fields_are_yours(changes, OWN_FIELDS if own else CUSTOMER_FIELDS)


def _fields_are_yours(fields: Mapping[str, Any], allowed: Iterable[str]) -> None:
    foreign = sorted(fields.keys() - set(allowed))
    if foreign:
        raise PermissionDenied(
            _("Only staff can change this."),
            code="FIELD_NOT_YOURS",
            field=foreign[0],
            extra={"fields": foreign},
        )
