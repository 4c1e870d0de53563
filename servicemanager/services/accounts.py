"""Accounts at vendors: found or made by one provisioning job at a time, then known to all of them.

Two first orders of one new customer would otherwise both hear from the vendor that it does not know the customer, and
both make the account. So a job claims the account before it asks. The claim is a row, not a lock: it outlives the
worker, whose job comes back and goes on with it, and it ends with the job, whatever became of that.
"""

from __future__ import annotations

from django.db import transaction

from servicemanager.locks import account_link_locked
from servicemanager.models import AccountLink, ProvisioningJob


def account_claim(*, job: ProvisioningJob) -> AccountLink | None:
    """The link of the job's customer to its vendor: known already, or this job's to find out.

    None while another open job finds or makes the account: come back later. Asked again by the same job it gives
    the same.
    """
    customer = job.subscription.customer
    link, _made = AccountLink.everywhere.get_or_create(
        instance=job.instance,
        account=customer,
        defaults={"organization_id": customer.organization_id, "scope": customer.scope},
    )
    if link.is_known:
        return link
    with transaction.atomic():
        link = account_link_locked(job.instance_id, customer.pk)
        if link.is_known or link.claimed_by_id == job.pk:
            return link
        if link.claimed_by is not None and link.claimed_by.is_open:
            return None
        link.claimed_by = job
        link.save(update_fields=["claimed_by"])
    return link


def account_linked(*, link: AccountLink, external_id: str) -> AccountLink:
    """Write down what the vendor calls the account. What somebody wrote down before stays."""
    with transaction.atomic():
        held = account_link_locked(link.instance_id, link.account_id)
        if not held.is_known:
            held.external_id, held.claimed_by = external_id, None
            held.save(update_fields=["external_id", "claimed_by"])
    return held


def account_forget(*, job: ProvisioningJob) -> None:
    """The vendor no longer knows the account: the next job finds or makes it anew. Somebody's claim stays."""
    known = AccountLink.everywhere.filter(
        instance=job.instance, account_id=job.subscription.customer_id
    )
    known.exclude(external_id="").delete()
