"""Makes the accounts: resellers, direct customers, end customers, and who of them signs in."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from bss.accounts.choices import AccountKind
from bss.accounts.models import Account, Contact, Organization, PaymentMethod, User
from bss.accounts.services import account_create, contact_create, membership_invite
from bss.catalog.services import price_list_assign
from bss.core.actor import Actor
from bss.portal.seed.customers import CustomerRow
from bss.portal.seed.making.passwords import password_give
from bss.portal.seed.making.stage import Stage
from bss.portal.seed.people import UserRow
from bss.portal.seed.resellers import AccountRow


def account_make(
    stage: Stage, organization: Organization, row: AccountRow, kind: str, actor: Actor
) -> Account:
    """A reseller or a direct customer, with its price list."""
    account = account_create(
        organization=organization,
        kind=kind,
        name=row.name,
        country=row.country,
        actor=actor,
        corporate_email=f"office@{row.key}.example",
        phone=row.phone,
        website=f"https://www.{row.key}.example",
        address_1=row.address,
        postcode=row.postcode,
        city=row.city,
        vat_id=row.vat_id,
        currency=row.currency,
        credit_limit=Decimal(row.credit_limit) if row.credit_limit else None,
        payment_method=PaymentMethod.objects.get(name=row.payment_method),
        billing_day=row.billing_day,
    )
    if row.price_list:
        price_list_assign(
            account=account, price_list=stage.price_lists[row.price_list], actor=actor
        )
    stage.accounts[row.key] = account
    return account


def customer_make(stage: Stage, row: CustomerRow, actor: Actor) -> Account:
    """An end customer of a reseller, with the person to ask for."""
    reseller = stage.accounts[row.reseller]
    account = account_create(
        organization=reseller.organization,
        kind=AccountKind.CUSTOMER,
        parent=reseller,
        name=row.name,
        country=row.country,
        city=row.city,
        corporate_email=row.email if row.has_email else "",
        actor=actor,
    )
    contact_create(
        account=account,
        first_name=row.first_name,
        last_name=row.last_name,
        email=row.contact_email,
        job_title=row.job_title,
        actor=actor,
    )
    stage.accounts[row.key] = account
    return account


def users_make(stage: Stage, rows: Iterable[UserRow], actor: Actor) -> None:
    """Logins at the storefront of each one's account, with the demonstration password."""
    for row in rows:
        account = stage.account(row.account)
        contact = _contact(account, row, actor)
        stage.memberships[row.email] = membership_invite(
            contact=contact, user_type=row.user_type, roles=row.roles, actor=actor
        )
        password_give(User.objects.filter(email=row.email))


def _contact(account: Account, row: UserRow, actor: Actor) -> Contact:
    found = Contact.everywhere.filter(account=account, email=row.email).first()
    return found or contact_create(
        account=account,
        first_name=row.first_name,
        last_name=row.last_name,
        email=row.email,
        job_title=row.job_title,
        actor=actor,
    )
