"""Resellers at Adobe: nobody sells there who is not known there. The link of the account is Adobe's id."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from adobe3yc.choices import MarketSegment
from adobe3yc.gateway import adobe, outcome_of
from adobe3yc.gateway.profiles import field_errors, profile_of_account
from adobe3yc.selectors import RESELLER_REFUSED, asking_key
from adobe3yc.vipmp.contracts import Reseller
from adobe3yc.vipmp.errors import VipError
from bss.accounts.models import Account
from bss.core import history
from bss.core.actor import Actor
from bss.core.errors import Conflict, Invalid
from servicemanager import selectors
from servicemanager.contracts import InstanceContext
from servicemanager.errors import VendorUnavailable
from servicemanager.models import AccountLink, Instance
from servicemanager.services.exchanges import recorder_of_instance


def reseller_sync(*, instance: Instance, account: Account, actor: Actor) -> AccountLink:
    """Make a reseller at Adobe, once. Outside transactions; one that is known already stays as it is. After a refusal
    it is asked for under another key: what was wrong may have been the settings.

    Raises Invalid naming what Adobe would refuse of its details (by the fields of gateway.profiles), VendorUnavailable.
    """
    known = AccountLink.everywhere.filter(instance=instance, account=account).first()
    if known is not None:
        return known
    profile = replace(profile_of_account(account, ""), segments=tuple(MarketSegment.values))
    wrong = field_errors(profile)
    if wrong:
        raise Invalid(errors={field: [words] for field, words in wrong.items()})
    context = _context(instance)
    try:
        with adobe(context) as client:
            made = client.reseller_create(
                str(context.settings["distributor_id"]),
                profile,
                key=asking_key(account, "reseller", instance.public_id),
                reference=account.public_id,
            )
    except VipError as error:
        if error.ends_key:
            history.record(account, actor=actor, action=RESELLER_REFUSED, reason=error.message)
        raise _unavailable(error) from error
    return _linked(instance, account, made, actor)


def reseller_link(
    *, instance: Instance, account: Account, adobe_id: str, actor: Actor
) -> AccountLink:
    """Link a reseller that Adobe has already. Raises Conflict for one linked otherwise and for an id that is another
    reseller's, VendorUnavailable.
    """
    known = AccountLink.everywhere.filter(instance=instance, account=account).first()
    if known is not None and known.external_id != adobe_id:
        words = _("It is linked to %(id)s at Adobe.") % {"id": known.external_id}
        raise Conflict(words, code="ALREADY_LINKED")
    if (
        AccountLink.everywhere.filter(instance=instance, external_id=adobe_id)
        .exclude(account=account)
        .exists()
    ):
        words = _("Another account is linked to %(id)s at Adobe.") % {"id": adobe_id}
        raise Conflict(words, code="ALREADY_LINKED")
    try:
        with adobe(_context(instance)) as client:
            found = client.reseller(adobe_id)
    except VipError as error:
        raise _unavailable(error) from error
    return _linked(instance, account, found, actor)


def _context(instance: Instance) -> InstanceContext:
    return selectors.instance_context(instance, record=recorder_of_instance(instance))


def _linked(instance: Instance, account: Account, found: Reseller, actor: Actor) -> AccountLink:
    with transaction.atomic():
        link, made = AccountLink.everywhere.get_or_create(
            instance=instance,
            account=account,
            defaults={
                "organization_id": account.organization_id,
                "scope": account.scope,
                "external_id": found.id,
            },
        )
        if made:
            changes = {"adobe_id": [None, found.id]}
            history.record(account, actor=actor, action="account.linked", changes=changes)
    return link


def _unavailable(error: VipError) -> VendorUnavailable:
    failure = outcome_of(error)
    return VendorUnavailable(failure.message, code=failure.code)
