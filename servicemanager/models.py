"""Service managers at work: instances, links to vendors' accounts, provisioning jobs, what was said to whom."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Account
from bss.core import clock
from bss.core.db import CodeField, PublicIdField, StateField, one_of
from bss.core.secrets import seal, unseal
from bss.core.tenancy import Owned, Shared
from bss.subscriptions.models import ScheduledChange, Subscription
from servicemanager.choices import OPEN, InstanceState, Operation, ProvisioningState


class Instance(Shared):
    """An organization's activation of a service manager, with its settings."""

    public_id = PublicIdField()
    manager = models.CharField(_("Service manager"), max_length=50)
    name = models.CharField(_("Name"), max_length=100)
    state = StateField(enum=InstanceState, default=InstanceState.INACTIVE)
    settings: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    # Secret settings as one sealed JSON object, bound to this row.
    sealed = models.TextField(blank=True)
    defined_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Shared.Meta):
        constraints = [
            one_of("state", InstanceState, "instance_state_known"),
            models.UniqueConstraint(
                fields=["organization", "manager", "name"], name="instance_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sealed_context(self) -> str:
        """What binds the sealed settings to this row."""
        return f"servicemanager.instance:{self.public_id}:sealed"

    @property
    def secrets(self) -> dict[str, Any]:
        """The secret settings, opened. Raises SecretUnreadable when no key of the ring fits."""
        return json.loads(unseal(self.sealed, self.sealed_context)) if self.sealed else {}

    def sealed_with(self, secrets: dict[str, Any]) -> str:
        """`secrets` as this row may store them."""
        return seal(json.dumps(secrets), self.sealed_context) if secrets else ""


class AccountLink(Owned):
    """That an account is known to a vendor, and under which id; before that, which job finds or makes it there."""

    instance = models.ForeignKey(Instance, models.PROTECT, related_name="account_links")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    # Empty until the vendor has said it: then only `claimed_by` may ask, as long as that job is open.
    external_id = models.CharField(max_length=200, blank=True)
    claimed_by = models.ForeignKey(
        "ProvisioningJob", models.SET_NULL, null=True, related_name="account_claims"
    )
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["instance", "account"], name="account_link_once")
        ]

    def __str__(self) -> str:
        return self.external_id

    @property
    def is_known(self) -> bool:
        return bool(self.external_id)


class ProvisioningJob(Owned):
    """The business record of one vendor operation, committed before the first call."""

    public_id = PublicIdField()
    instance = models.ForeignKey(Instance, models.PROTECT, related_name="provisioning_jobs")
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="provisioning_jobs")
    change = models.ForeignKey(
        ScheduledChange, models.PROTECT, null=True, related_name="provisioning_jobs"
    )
    operation = CodeField(enum=Operation)
    # Sent to the vendor with every call of this job, so that a repeat is recognised.
    idempotency_key = models.CharField(max_length=80, unique=True)
    target: models.JSONField[Any, Any] = models.JSONField(default=dict)
    state = StateField(enum=ProvisioningState, default=ProvisioningState.QUEUED)
    reference = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=60, blank=True)
    text = models.TextField(blank=True)
    vendor_code = models.CharField(max_length=100, blank=True)
    vendor_text = models.TextField(blank=True)
    field = models.CharField(max_length=80, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    # Of the present attempt; a retry by staff begins another one on the same row.
    calls = models.PositiveIntegerField(default=0)
    polls = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=1)
    attempted_at = models.DateTimeField(default=clock.now)
    first_called_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        constraints = [
            one_of("state", ProvisioningState, "provisioning_state_known"),
            # One operation at a time on one subscription; the others queue as changes.
            models.UniqueConstraint(
                fields=["subscription"],
                condition=models.Q(state__in=["queued", "calling", "in_progress", "unknown"]),
                name="provisioning_open_once",
            ),
        ]
        indexes = [
            # With the scope every count asks for: the navigation of each page of the portal counts by this alone.
            models.Index(
                fields=["organization", "state", "-id"],
                include=["scope"],
                name="provisioning_by_state",
            ),
            models.Index(fields=["subscription", "-id"], name="provisioning_subscription"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.subscription_id}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def was_called(self) -> bool:
        """Whether anything of this job ever left for the vendor."""
        return self.first_called_at is not None or self.attempts > 1

    @property
    def began_at(self) -> datetime:
        """From when the vendor's time for the present attempt counts."""
        return self.first_called_at or self.attempted_at


class Exchange(Owned):
    """One request to a vendor and its answer, secrets masked, kept 90 days."""

    job = models.ForeignKey(ProvisioningJob, models.CASCADE, null=True, related_name="exchanges")
    instance = models.ForeignKey(Instance, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=clock.now, db_index=True)
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=500)
    request: models.JSONField[Any, Any] = models.JSONField(null=True)
    status = models.PositiveIntegerField(null=True)
    answer: models.JSONField[Any, Any] = models.JSONField(null=True)
    outcome = models.CharField(max_length=40)
    milliseconds = models.PositiveIntegerField(default=0)
    # Whom it is about, by the vendor's id or ours, where the service manager says so.
    about = models.CharField(max_length=80, blank=True, default="", db_default="")

    class Meta(Owned.Meta):
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["instance", "about", "-id"],
                condition=~models.Q(about=""),
                name="exchange_about",
            )
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
