"""The life of one e-mail: waiting, sent or not delivered, sent again."""

from __future__ import annotations

import json

from django.db import transaction

from bss.core import clock, jobs
from bss.core.actor import SYSTEM, Actor
from bss.core.errors import StaleState
from bss.core.secrets import unseal
from notifications import gateway, selectors
from notifications.choices import DeliveryState
from notifications.contracts import OutgoingMail, Rendered
from notifications.errors import MailRefused, MailServerDown, StillWaiting
from notifications.models import Delivery
from notifications.ports import MAIL_SENDER
from notifications.services.notify import SEND, enqueue
from notifications.states import DELIVERY


def delivery_send(delivery: Delivery) -> None:
    """Send a waiting e-mail, then mark it. Outside a transaction: the mail server is asked in between.

    Killed after the server took it and before it was marked, it is sent once more under the same Message-ID. Raises
    MailServerDown when it is to be tried again later; one that was refused for good is marked as not delivered.
    """
    if delivery.state != DeliveryState.QUEUED:
        return
    attempt = {"attempts": delivery.attempts + 1}
    sender = MAIL_SENDER.get().sender_for(
        organization_id=delivery.organization_id, storefront_id=delivery.storefront_id
    )
    try:
        gateway.send(_outgoing(delivery), sender)
    except MailServerDown as error:
        Delivery.objects.filter(pk=delivery.pk).update(last_error=str(error), **attempt)
        raise
    except MailRefused as error:
        changes = {"last_error": str(error), **attempt}
        DELIVERY.fire(delivery, "fail", actor=SYSTEM, reason=str(error), changes=changes)
        return
    changes = {"sent_at": clock.now(), "last_error": "", **attempt}
    try:
        DELIVERY.fire(delivery, "send", actor=SYSTEM, changes=changes)
    except StaleState:
        # A slow server outlived the lease, and a second worker has sent and marked it meanwhile.
        delivery.refresh_from_db()


def delivery_give_up(delivery: Delivery, *, reason: str) -> None:
    """Mark as not delivered what no further try will bring; a Resend starts over."""
    if delivery.state == DeliveryState.QUEUED:
        changes = {"last_error": delivery.last_error or reason}
        DELIVERY.fire(delivery, "fail", actor=SYSTEM, reason=reason, changes=changes)


def delivery_take_up(delivery: Delivery) -> None:
    """Wait again, as the same message: its job was given up and comes back, and nobody ever got it."""
    if delivery.state == DeliveryState.FAILED:
        changes = {"attempts": 0, "last_error": ""}
        DELIVERY.fire(delivery, "resend", actor=SYSTEM, changes=changes)


def delivery_resend(*, delivery: Delivery, actor: Actor) -> Delivery:
    """Send the same words again, as a new message. Raises IllegalTransition for one that still waits."""
    with transaction.atomic():
        DELIVERY.fire(
            delivery,
            "resend",
            actor=actor,
            changes={
                "resends": delivery.resends + 1,
                "attempts": 0,
                "last_error": "",
                "sent_at": None,
            },
        )
        enqueue(delivery)
    return delivery


def delivery_hurry(*, delivery: Delivery) -> None:
    """Try a waiting e-mail at once instead of at its next turn. Raises StillWaiting while it is being tried."""
    if not jobs.hurry(SEND, delivery.job_key):
        raise StillWaiting


def _outgoing(delivery: Delivery) -> OutgoingMail:
    brand = selectors.brand_for(delivery.organization, delivery.storefront_id)
    return OutgoingMail(
        message_id=delivery.message_id,
        recipient=delivery.recipient,
        recipient_name=delivery.recipient_name,
        language=delivery.language,
        from_name=brand.name,
        reply_to=brand.reply_to,
        rendered=_words(delivery),
    )


def _words(delivery: Delivery) -> Rendered:
    if not delivery.sealed:
        return Rendered(delivery.subject, delivery.text, delivery.html)
    opened = json.loads(unseal(delivery.sealed, delivery.sealed_context))
    return Rendered(delivery.subject, opened["text"], opened["html"])
