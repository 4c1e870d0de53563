"""Makes the two organizations: shops, staff, ways to pay, terms."""

from __future__ import annotations

from bss.accounts.models import Account, Membership, Organization, Storefront, User
from bss.accounts.services import (
    organization_create,
    payment_method_create,
    staff_invite,
    storefront_edit,
)
from bss.core import scope
from bss.core.actor import SYSTEM
from bss.orders.models import TermsVersion
from bss.portal.seed.making.billing import rate_make
from bss.portal.seed.making.passwords import password_give
from bss.portal.seed.making.stage import Stage
from bss.portal.seed.organizations import (
    MERIDIAN,
    NORDHAVEN,
    PAYMENT_METHODS,
    TERMS_TEXT,
    TERMS_VERSION,
    OrganizationRow,
)
from bss.portal.seed.people import STAFF


def distributor_make(stage: Stage) -> None:
    """Meridian with its shop and staff. It existed a while before the story begins."""
    _make(stage, MERIDIAN, parent=None, billing_account=None)


def tenant_make(stage: Stage) -> None:
    """Nordhaven, a reseller of Meridian that sells from its own catalogue at its own host."""
    _make(
        stage,
        NORDHAVEN,
        parent=stage.organizations[MERIDIAN.key],
        billing_account=stage.accounts[NORDHAVEN.key],
    )


def _make(
    stage: Stage, row: OrganizationRow, parent: Organization | None, billing_account: Account | None
) -> None:
    organization = organization_create(
        name=row.name,
        country=row.country,
        support_email=row.support_email,
        actor=SYSTEM,
        parent=parent,
        billing_account=billing_account,
        host=row.host,
        vat_id=row.vat_id,
        bank_details=row.bank_details,
        currency=row.currency,
        language=row.language,
        time_zone=row.time_zone,
    )
    stage.organizations[row.key] = organization
    rate_make(organization)
    with scope.activate(organization.scope):
        _shop_dress(organization, row)
        for name, kind, days in PAYMENT_METHODS:
            payment_method_create(
                organization=organization, actor=SYSTEM, name=name, kind=kind, payment_days=days
            )
        TermsVersion.objects.create(
            organization=organization, version=TERMS_VERSION, text=TERMS_TEXT
        )
        _staff_make(stage, organization, row.key)
    stage.drain()


def _shop_dress(organization: Organization, row: OrganizationRow) -> None:
    shop = Storefront.everywhere.get(organization=organization, owner=None)
    storefront_edit(
        storefront=shop,
        version=None,
        actor=SYSTEM,
        tagline=row.tagline,
        about=row.about,
        accent=row.accent,
        contact_email=row.support_email,
    )


def _staff_make(stage: Stage, organization: Organization, key: str) -> None:
    for person in STAFF:
        if person.organization == key:
            membership: Membership = staff_invite(
                organization=organization,
                email=person.email,
                name=person.name,
                role=person.role,
                actor=SYSTEM,
            )
            stage.memberships[person.email] = membership
    password_give(User.objects.filter(memberships__organization=organization))
