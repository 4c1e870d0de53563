"""What reseller plans do when something happened elsewhere."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from bss.core import scope
from bss.core.actor import SYSTEM
from bss.orders.services import orders_give_up_waiting
from resellers.choices import MANAGER_CODE, Capability
from resellers.events import PlanEnded, PlanSwitched
from resellers.models import ResellerProfile
from resellers.selectors import capabilities_of
from resellers.services import plans_ensure, plans_link
from servicemanager.events import InstanceActivated, InstanceDefined
from servicemanager.models import Instance


def plans_ensure_on_activation(event: InstanceActivated) -> None:
    """Switching on "Tradewind for Resellers" makes the three plans, Basic among them."""
    instance = _ours(event.instance_id)
    if instance is not None:
        plans_ensure(organization=instance.organization)


def plans_link_on_definition(event: InstanceDefined) -> None:
    """Get Services Definition made the products: tie the plans to them."""
    instance = _ours(event.instance_id)
    if instance is not None:
        plans_link(organization=instance.organization, managed_by=instance.public_id)


def approvals_end_with_plan(event: PlanEnded | PlanSwitched) -> None:
    """Without *Customers order by themselves* nothing may wait for an approval any more: it is cancelled and told."""
    profile = ResellerProfile.everywhere.select_related("account__organization").get(
        pk=event.profile_id
    )
    account = profile.account
    if Capability.SELF_SERVICE_ORDERING in capabilities_of(account.pk):
        return
    with scope.activate(account.scope), translation.override(account.language):
        reason = _("%(name)s takes no orders here any more.") % {"name": account.name}
        orders_give_up_waiting(payer=account, actor=SYSTEM, reason=reason)


def _ours(instance_id: int) -> Instance | None:
    return (
        Instance.objects.filter(pk=instance_id, manager=MANAGER_CODE)
        .select_related("organization")
        .first()
    )
