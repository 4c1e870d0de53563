"""E-mails the product sends, as rows: what was said to whom, and whether it left."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from bss.core import clock
from bss.core.db import CodeField, PublicIdField, StateField, one_of
from bss.core.tenancy import Owned
from notifications.choices import DeliveryState


class Delivery(Owned):
    """One e-mail to one recipient about one happening. Sent at least once, under a stable Message-ID."""

    public_id = PublicIdField()
    kind = models.CharField(max_length=80)
    # One e-mail per happening and recipient, however often the event is handled.
    key = models.CharField(max_length=250, unique=True)
    recipient = models.EmailField()
    recipient_name = models.CharField(max_length=200, blank=True)
    language = CodeField(max_length=10, default="en")
    subject = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    # Text and HTML of an e-mail that carries a personal link: then the two columns above are empty.
    sealed = models.TextField(blank=True)
    # Which storefront's brand and sender it carries; null for the organization's own.
    storefront_id = models.BigIntegerField(null=True)
    subject_type = models.CharField(max_length=50, blank=True)
    subject_id = models.BigIntegerField(null=True)
    # What the templates printed, with personal links masked: the preview of a sealed e-mail is drawn from it.
    context: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    # How often staff sent it again: each time is a new message to the mail servers on the way.
    resends = models.PositiveIntegerField(default=0)
    state = StateField(enum=DeliveryState, default=DeliveryState.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        verbose_name_plural = "deliveries"
        constraints = [
            one_of("state", DeliveryState, "delivery_state_known"),
            models.CheckConstraint(condition=~Q(recipient=""), name="delivery_recipient_given"),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="delivery_subject"),
            models.Index(fields=["organization", "state", "-id"], name="delivery_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient}"

    @property
    def message_id(self) -> str:
        """Stable however often one sending is tried; without the angle brackets' domain being any seller's."""
        again = f".{self.resends}" if self.resends else ""
        return f"<{self.public_id}{again}@tradewind>"

    @property
    def sealed_context(self) -> str:
        """What the sealed column is bound to."""
        return f"notifications.delivery:{self.public_id}:sealed"

    @property
    def job_key(self) -> str:
        """The key of the job that sends it: one per sending."""
        return f"{self.pk}:{self.resends}"
