"""The mirror of an account, by its keys: whoever asks may work in a scope above or beside it."""

from __future__ import annotations

from django.db.models import F, Q

from adobe3yc.models import AdobeCustomer
from bss.accounts.models import Account
from bss.orders.models import CustomerDraft
from servicemanager.models import Instance


def mirror_of(account: Account, instance: Instance) -> AdobeCustomer | None:
    """An account as Adobe knows it, also where it was drafted on a basket and its mirror is not linked yet.

    Between the order that makes the account and the job that links it, a second order would otherwise begin another.
    """
    drafts = CustomerDraft.everywhere.filter(account=account).values("public_id")
    own = Q(account=account) | Q(account=None, draft_reference__in=drafts)
    found = AdobeCustomer.everywhere.filter(own, instance=instance).select_related("instance")
    return found.order_by(F("account").asc(nulls_last=True)).first()


def is_anothers(adobe_id: str, account: Account | None, instance: Instance) -> bool:
    """Whether another account than this one (None: one that does not exist yet) is that customer of Adobe's."""
    held = AdobeCustomer.everywhere.filter(instance=instance, adobe_id=adobe_id)
    return held.exclude(account=None).exclude(account=account).exists()
