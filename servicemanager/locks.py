"""Querysets that lock what a service is about to change. Call inside a transaction."""

from __future__ import annotations

from bss.accounts.models import Organization
from bss.core.prepared import Prepared
from bss.subscriptions.models import Subscription
from servicemanager.models import AccountLink, Instance, ProvisioningJob


def instance_locked(pk: int) -> Instance:
    """The instance as it is now, held until the transaction ends."""
    return Instance.everywhere.select_for_update(no_key=True).get(pk=pk)


def job_locked(pk: int) -> ProvisioningJob:
    """The provisioning job as it is now, held until the transaction ends."""
    return _JOB.get(pk=pk)


_JOB = Prepared(
    lambda pk: (
        ProvisioningJob.everywhere.filter(pk=pk)
        .select_for_update(of=("self",), no_key=True)
        .select_related("instance", "subscription__product__type", "change")
    ),
    pk=int,
)


def subscription_locked(pk: int) -> Subscription:
    """The subscription as it is now, held so that two starts of one operation become one job."""
    return Subscription.everywhere.select_for_update(of=("self",), no_key=True).get(pk=pk)


def account_link_locked(instance_id: int, account_id: int) -> AccountLink:
    """The link of an account to a vendor, held so that one job at a time makes the account."""
    return (
        AccountLink.everywhere.select_for_update(of=("self",), no_key=True)
        .select_related("claimed_by")
        .get(instance_id=instance_id, account_id=account_id)
    )


def organization_locked(pk: int) -> Organization:
    """Held while an instance is made on demand, so that it is made once."""
    return Organization.objects.select_for_update(no_key=True).get(pk=pk)
