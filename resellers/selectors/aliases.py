"""Aliases: their form, and who has one."""

from __future__ import annotations

from django.db.models import Q

from bss.accounts.models import Account, Organization, Storefront
from bss.accounts.services import alias_parse
from bss.core import clock
from bss.core.errors import Invalid
from resellers.choices import ALIAS_FIELD
from resellers.errors import AliasTaken
from resellers.models import ResellerProfile


def alias_check(text: str, *, organization: Organization, account: Account | None) -> str:
    """The stored form of an alias this account may have.

    Raises Invalid on the field `storefront_alias`: ALIAS_FORMAT, ALIAS_RESERVED or ALIAS_TAKEN. The unique
    constraints decide in the end; this answers early and kindly.
    """
    try:
        alias = alias_parse(text)
    except Invalid as problem:
        raise Invalid(problem.message, field=ALIAS_FIELD, code=problem.code) from problem
    if alias_holder(alias, organization=organization, but=account) is not None:
        raise AliasTaken(AliasTaken.message, field=ALIAS_FIELD)
    return alias


def alias_holder(
    alias: str, *, organization: Organization, but: Account | None
) -> ResellerProfile | Storefront | None:
    """Who has this alias, living or reserved, other than `but`. Looks past scopes: an alias is one for all."""
    others = ResellerProfile.everywhere.filter(alias__iexact=alias)
    shops = Storefront.everywhere.filter(alias__iexact=alias)
    if but is not None:
        others, shops = others.exclude(account=but), shops.exclude(owner=but)
    lapsed = Q(subscription__isnull=True, reserved_until__lt=clock.now())
    holder = others.exclude(lapsed).first()
    if holder is not None:
        return holder
    freed = others.filter(lapsed).values("storefront_id")
    return shops.exclude(pk__in=freed).filter(host="").first()
