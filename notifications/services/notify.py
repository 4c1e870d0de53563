"""Writing an e-mail: rendered at once, as a row with the job that sends it, in the transaction that caused it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Model

from bss.accounts.models import Organization
from bss.core import jobs
from bss.core.history import subject_type
from bss.core.secrets import seal
from notifications import rendering, selectors
from notifications.kinds import Kind, kind_of
from notifications.models import Delivery

SEND = "notifications.delivery_send"
MAX_KEY = 250


def notify(
    kind: Kind | str,
    *,
    key: str,
    recipient: str,
    recipient_name: str,
    language: str,
    context: Mapping[str, Any],
    organization: Organization,
    scope: str,
    subject: Model | None = None,
    storefront_id: int | None = None,
) -> Delivery:
    """Write one e-mail and the job that sends it, in one transaction with whatever caused it.

    `key` names the happening and the recipient within the kind: asked again with the same key, the e-mail that exists
    is returned and nothing else is sent. `context` holds plain values, amounts and dates already written in
    `language`. `scope` is the recipient's place in the tree, `storefront_id` the storefront whose brand it wears
    (None: the organization's). Raises ValueError for an unknown kind or a key that is too long, TypeError for a
    context that is not plain, and ValidationError for what is no e-mail address.
    """
    kind = kind if isinstance(kind, Kind) else kind_of(kind)
    full_key = f"{kind.code}:{key}"
    if len(full_key) > MAX_KEY:
        raise ValueError(f"the key of an e-mail is too long: {full_key}")
    context = rendering.plain(context)
    recipient = recipient.strip()
    validate_email(recipient)
    with transaction.atomic():
        draft = _draft(kind, context, recipient_name, language, organization, storefront_id)
        draft.key, draft.recipient, draft.scope = full_key, recipient, scope
        if subject is not None:
            draft.subject_type, draft.subject_id = subject_type(subject), subject.pk
        # One statement decides between two handlers of one event: whoever loses finds the other's row.
        Delivery.everywhere.bulk_create([draft], ignore_conflicts=True)
        delivery = Delivery.everywhere.get(key=full_key)
        if delivery.public_id == draft.public_id:
            enqueue(delivery)
    return delivery


def enqueue(delivery: Delivery) -> None:
    """Write the job of this sending. Each organization's e-mails have a lane of their own."""
    jobs.enqueue(
        SEND,
        key=delivery.job_key,
        subject=delivery,
        payload={"delivery": delivery.pk},
        lane=f"mail:{delivery.organization_id}",
    )


def _draft(
    kind: Kind,
    context: Mapping[str, Any],
    recipient_name: str,
    language: str,
    organization: Organization,
    storefront_id: int | None,
) -> Delivery:
    rendered = rendering.render(
        kind,
        context,
        brand=selectors.brand_for(organization, storefront_id),
        language=language,
        recipient_name=recipient_name,
    )
    draft = Delivery(
        kind=kind.code,
        organization=organization,
        recipient_name=rendering.one_line(recipient_name)[:200],
        language=rendering.known_language(language),
        subject=rendered.subject,
        storefront_id=storefront_id,
        context=rendering.masked(kind, context),
    )
    if kind.secret:
        draft.sealed = seal(
            json.dumps({"text": rendered.text, "html": rendered.html}), draft.sealed_context
        )
    else:
        draft.text, draft.html = rendered.text, rendered.html
    return draft
