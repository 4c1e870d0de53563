"""Manual fulfilment: nothing to call, nothing to poll. It stays in progress until staff deliver or decline."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicemanager.base import ServiceManager
from servicemanager.choices import Capability
from servicemanager.contracts import Absent, Call, InProgress, Outcome

REFERENCE = "staff"


class ManualFulfilment(ServiceManager):
    """Built in; an organization's instance of it looks after each product type that nobody else manages."""

    code = "manual"
    name = _("Manual fulfilment")
    description = _("Staff deliver by hand and note what they did.")
    icon = "hand-raised"
    capabilities = frozenset(
        {
            Capability.SUBSCRIPTIONS,
            Capability.SUSPEND,
            Capability.UPGRADE,
            Capability.ADD_ONS,
            Capability.MANUAL,
        }
    )
    poll_limit = None
    is_remote = False

    def provision(self, call: Call) -> Outcome:
        return InProgress(REFERENCE)

    def find(self, call: Call) -> Outcome:
        # Whether it was delivered is known here alone, and then the job is not asked about.
        return Absent()
