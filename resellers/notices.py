"""The e-mails about reseller plans: live, switched, ended, suspended, resumed."""

from __future__ import annotations

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from bss.accounts.links import surface_url
from bss.accounts.selectors import storefront_of_organization
from bss.core import scope
from notifications import kinds
from notifications.kinds import Kind
from notifications.selectors import recipient_of_account
from notifications.services import notify
from resellers.choices import MANAGER_CODE
from resellers.events import PlanActivated, PlanEnded, PlanPaused, PlanResumed, PlanSwitched
from resellers.models import ResellerProfile
from servicemanager.models import Instance

_SAMPLE = {
    "plan": "Standard",
    "alias": "techsolutions",
    "shop": "https://shop.example/techsolutions/",
    "until": "20 February 2027",
    "link": "https://shop.example/plans/",
}

ACTIVATED = kinds.register(Kind("plan_activated", _("Storefront live"), "customer", _SAMPLE))
SWITCHED = kinds.register(Kind("plan_switched", _("Plan changed"), "customer", _SAMPLE))
ENDED = kinds.register(Kind("plan_ended", _("Plan ended"), "customer", _SAMPLE))
PAUSED = kinds.register(Kind("plan_paused", _("Plan suspended"), "customer", _SAMPLE))
RESUMED = kinds.register(Kind("plan_resumed", _("Plan resumed"), "customer", _SAMPLE))


class PlanWords:
    """Fills notifications' port: plans are told about here, not as any other subscription."""

    def speaks_for(self, managed_by: str) -> bool:
        return Instance.everywhere.filter(public_id=managed_by, manager=MANAGER_CODE).exists()


def plan_activated_tell(event: PlanActivated) -> None:
    _tell(ACTIVATED, event.profile_id, page="plans:storefront")


def plan_switched_tell(event: PlanSwitched) -> None:
    _tell(SWITCHED, event.profile_id)


def plan_ended_tell(event: PlanEnded) -> None:
    _tell(ENDED, event.profile_id)


def plan_paused_tell(event: PlanPaused) -> None:
    _tell(PAUSED, event.profile_id)


def plan_resumed_tell(event: PlanResumed) -> None:
    _tell(RESUMED, event.profile_id)


def _tell(kind: Kind, profile_id: int, *, page: str = "plans:plans") -> None:
    """Write to the reseller's people, once per happening: the profile's last change names it."""
    profile = ResellerProfile.everywhere.select_related(
        "account__organization", "plan__product", "storefront"
    ).get(pk=profile_id)
    account = profile.account
    to = recipient_of_account(account)
    shop = storefront_of_organization(account.organization)
    if to is None or shop is None:
        return
    with scope.activate(account.organization.scope), translation.override(to.language):
        context = {
            "plan": str(profile.plan),
            "alias": profile.alias,
            "shop": surface_url(profile.storefront, "storefront:home")
            if profile.storefront
            else "",
            "until": date_format(profile.reserved_until, "DATE_FORMAT")
            if profile.reserved_until
            else "",
            "link": surface_url(shop, page),
        }
        notify(
            kind,
            key=f"{profile.pk}:{profile.updated_at.isoformat()}",
            recipient=to.email,
            recipient_name=to.name,
            language=to.language,
            context=context,
            subject=account,
            organization=account.organization,
            scope=account.scope,
            storefront_id=to.storefront_id,
        )
