"""What staff look after at Adobe: resellers, customers, commitments, and every message about them."""

from __future__ import annotations

from django.db.models import QuerySet

from adobe3yc.choices import MANAGER, PRODUCT_TYPE
from adobe3yc.models import AdobeCustomer, Commitment
from adobe3yc.selectors.selling import commitments_of
from bss.accounts.models import Account
from bss.orders.models import CustomerDraft
from bss.subscriptions.models import Subscription
from servicemanager.choices import InstanceState
from servicemanager.models import AccountLink, Exchange, Instance


def instances_for(reseller: Account) -> list[Instance]:
    """The active instances at which Adobe does not know a reseller yet."""
    return list(
        Instance.objects.filter(manager=MANAGER, state=InstanceState.ACTIVE)
        .exclude(account_links__account=reseller)
        .order_by("name", "pk")
    )


def links_of(reseller: Account) -> list[AccountLink]:
    """Where Adobe knows a reseller, and as whom."""
    return list(
        AccountLink.objects.filter(account=reseller, instance__manager=MANAGER)
        .exclude(external_id="")
        .select_related("instance")
        .order_by("pk")
    )


# On a subscription ---------------------------------------------------------------------------------------


def customer_of_subscription(subscription: Subscription) -> AdobeCustomer | None:
    """The customer at Adobe whose subscription it is; None where it is not Adobe's."""
    # Told by the product type, which is read already: pages of other vendors' subscriptions ask nothing.
    if subscription.product.type.external_id != PRODUCT_TYPE:
        return None
    return (
        AdobeCustomer.objects.filter(
            instance__public_id=subscription.managed_by,
            instance__manager=MANAGER,
            account=subscription.customer_id,
        )
        .exclude(adobe_id="")
        .select_related("instance", "account", "reseller")
        .prefetch_related("commitments")
        .first()
    )


def commitments_told(customer: AdobeCustomer) -> list[Commitment]:
    """The commitment and the requests that Adobe has of a customer."""
    return [each for each in commitments_of(customer) if each.status]


# Administration ------------------------------------------------------------------------------------------


def adobe_customers() -> QuerySet[AdobeCustomer]:
    """Customers at Adobe in the active scope, with what lists and records show of them."""
    return AdobeCustomer.objects.select_related("instance", "account", "reseller").prefetch_related(
        "commitments"
    )


def exchanges_about(customer: AdobeCustomer) -> QuerySet[Exchange]:
    """Every message about a customer, newest first: by its id at Adobe, by ours, by the jobs of its account, by what
    its checkouts call it.
    """
    of_instance = Exchange.objects.filter(instance=customer.instance_id).order_by()
    found = of_instance.filter(about__in=_names_of(customer))
    if customer.account_id:
        by_jobs = of_instance.filter(job__subscription__customer=customer.account_id)
        # Each half has an index; said in one condition, neither would be used.
        found = of_instance.filter(pk__in=found.values("pk").union(by_jobs.values("pk")))
    return found.order_by("-pk")


def _names_of(customer: AdobeCustomer) -> set[str]:
    """As whom messages call it: Adobe's id, ours, that of its account and those of the drafts it was made of."""
    names = {customer.public_id, customer.adobe_id, customer.draft_reference}
    if customer.account is not None:
        drafts = CustomerDraft.objects.filter(account=customer.account)
        names |= {customer.account.public_id, *drafts.values_list("public_id", flat=True)}
    return names - {""}
