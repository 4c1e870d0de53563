"""E-mails for tests."""

from __future__ import annotations

from itertools import count
from typing import Any

from bss.accounts.models import Organization
from notifications.kinds import ORDER_PLACED
from notifications.models import Delivery
from notifications.services import notify

_number = count(1)


def make_delivery(organization: Organization, **values: Any) -> Delivery:
    """An e-mail that waits to be sent, with its job."""
    return notify(
        values.pop("kind", ORDER_PLACED),
        **{
            "key": f"happening-{next(_number)}",
            "recipient": "eleni@aegean.example",
            "recipient_name": "Eleni Markou",
            "language": "en",
            "context": ORDER_PLACED.sample,
            "organization": organization,
            "scope": organization.scope,
            **values,
        },
    )
