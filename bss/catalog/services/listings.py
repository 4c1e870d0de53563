"""What a reseller's own storefront offers of its organization's products."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from bss.accounts.models import Account
from bss.catalog.models import Listing, Product
from bss.core import history
from bss.core.actor import Actor
from bss.core.errors import Invalid


@transaction.atomic
def listing_set(*, reseller: Account, product: Product, is_listed: bool, actor: Actor) -> Listing:
    """Show or hide a product on the reseller's own storefront. Raises Invalid for a product not its own to sell."""
    if product.organization_id != reseller.organization_id:
        raise Invalid(
            _("This belongs to another organization."), field="product", code="OTHER_ORGANIZATION"
        )
    before = Listing.objects.filter(reseller=reseller, product=product).first()
    listing, _created = Listing.objects.update_or_create(
        reseller=reseller,
        product=product,
        defaults={"is_listed": is_listed},
        create_defaults={
            "organization": reseller.organization,
            "scope": reseller.scope,
            "is_listed": is_listed,
        },
    )
    if (before.is_listed if before else True) != is_listed:
        history.record(
            reseller,
            actor=actor,
            action="account.product_listed" if is_listed else "account.product_unlisted",
            reason=product.name,
        )
    return listing
