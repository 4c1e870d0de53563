"""The mirror of an account or a draft, by its keys: whoever asks may work in a scope above or beside it."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from adobe3yc.models import AdobeCustomer
from bss.accounts.models import Account, Storefront
from bss.core.prepared import Prepared
from bss.orders.choices import BasketState
from bss.orders.models import Basket, CustomerDraft
from bss.subscriptions.choices import LIVE
from bss.subscriptions.models import Subscription
from servicemanager.models import Instance


def mirror_of(account: Account, instance: Instance) -> AdobeCustomer | None:
    """An account as Adobe knows it, also where it was drafted on a basket and its mirror is not linked yet.

    Between the order that makes the account and the job that links it, a second order would otherwise begin another.
    """
    return _OF_ACCOUNT.first(account_id=account.pk, instance_id=instance.pk)


def mirror_of_draft(reference: str, instance: Instance) -> AdobeCustomer | None:
    """A customer that is only drafted, as Adobe knows it already; None when Adobe was never asked to."""
    return _OF_DRAFT.first(reference=reference, instance_id=instance.pk)


def _of_account(account_id: int, instance_id: int) -> QuerySet[AdobeCustomer]:
    drafts = CustomerDraft.everywhere.filter(account_id=account_id).values("public_id")
    own = Q(account_id=account_id) | Q(account=None, draft_reference__in=drafts)
    found = AdobeCustomer.everywhere.filter(own, instance_id=instance_id)
    return found.select_related("instance").order_by(F("account").asc(nulls_last=True))[:1]


_OF_ACCOUNT = Prepared(_of_account, account_id=int, instance_id=int)
_OF_DRAFT = Prepared(
    lambda reference, instance_id: AdobeCustomer.everywhere.filter(
        draft_reference=reference, instance_id=instance_id
    )[:1],
    reference=str, instance_id=int,
)  # fmt: skip


def is_anothers(adobe_id: str, account: Account | None, instance: Instance) -> bool:
    """Whether another account than this one (None: one that does not exist yet) is that customer of Adobe's."""
    held = AdobeCustomer.everywhere.filter(instance=instance, adobe_id=adobe_id)
    return held.exclude(account=None).exclude(account=account).exists()


def basket_waits_for(customer: AdobeCustomer, *, email: str, storefront: Storefront) -> bool:
    """Whether somebody's basket at a storefront, by the login's e-mail address, waits for what Adobe says of the
    customer, as an account or as a draft.
    """
    own = Q(uses_draft=False, customer_id=customer.account_id)
    if customer.draft_reference:
        own |= Q(uses_draft=True, customer_draft__public_id=customer.draft_reference)
    found = Basket.everywhere.filter(own, storefront=storefront, state=BasketState.WAITING)
    return found.filter(user__email__iexact=email).exists()


def subscription_of(customer: AdobeCustomer) -> Subscription | None:
    """The latest of what it has of this instance and still uses."""
    found = Subscription.everywhere.filter(
        customer_id=customer.account_id, managed_by=customer.instance.public_id, state__in=LIVE
    )
    return found.order_by("-pk").first()
