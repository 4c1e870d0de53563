"""Billing runs and whose they are."""

from __future__ import annotations

from django.db.models import QuerySet

from bss.accounts.models import Organization
from bss.core import runs
from bss.core.models import Run
from bss.core.scope import active

BILLING_RUN = "billing.run"


def billing_runs() -> QuerySet[Run]:
    """The billing runs below the active scope, newest first."""
    return runs.visible().filter(kind=BILLING_RUN)


def organization_here() -> Organization:
    """The organization of the active scope."""
    return Organization.objects.get(pk=active().organization_id)
