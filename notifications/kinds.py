"""The kinds of e-mail there are. An upper app registers its own from `AppConfig.ready`:

    PLAN_CHANGED = kinds.register(Kind("plan_changed", _("Plan changed"), "customer", sample={...}))

A kind has three templates, templates/notifications/<code>/subject.txt, body.txt and body.html; a test renders each
with its sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

Audience = Literal["customer", "staff"]


@dataclass(frozen=True)
class Kind:
    """One kind of e-mail. `sample` is a context of plain values; `secret` names those entries of it that open
    something (an activation link): they are sealed at rest and masked on screens.
    """

    code: str
    title: Any
    audience: Audience
    sample: Mapping[str, Any]
    secret: frozenset[str] = field(default_factory=frozenset)

    def template(self, part: str) -> str:
        """The template of "subject.txt", "body.txt" or "body.html"."""
        return f"notifications/{self.code}/{part}"


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known. Raises ValueError when two kinds share a code."""
    if _kinds.setdefault(kind.code, kind) != kind:
        raise ValueError(f"two kinds of e-mail are called {kind.code}")
    return kind


def registered() -> Sequence[Kind]:
    return tuple(_kinds.values())


def kind_of(code: str) -> Kind:
    """The kind with this code. Raises ValueError for an unknown one."""
    if code not in _kinds:
        raise ValueError(f"no kind of e-mail is called {code!r}")
    return _kinds[code]


def title_of(code: str) -> Any:
    """A kind's title for lists; the code itself for one that is no longer registered."""
    return _kinds[code].title if code in _kinds else code


_LINES = [
    {"name": "Microsoft 365 Business Premium", "detail": "25, Monthly", "total": "€515.00"},
    {"name": "Acrobat Pro for teams", "detail": "4, Yearly", "total": "€1,150.56"},
]
_ORDER = {
    "number": "SO-2026-000123",
    "customer": "Aegean Foods",
    "link": "https://shop.example/orders/k7hd2mbqv9xw4r/",
}
_PROBLEM = {
    **_ORDER,
    "name": "Storefront alias",
    "problem": "The alias aegean is taken. Choose another one.",
}
_SUBSCRIPTION = {
    "number": "SUB-000045",
    "name": "Microsoft 365 Business Premium",
    "customer": "Aegean Foods",
    "detail": "25, Monthly",
    "link": "https://shop.example/subscriptions/k7hd2mbqv9xw4r/",
}

ORDER_PLACED = register(
    Kind(
        "order_placed",
        _("Order confirmation"),
        "customer",
        {**_ORDER, "purchase_order": "PO-7731", "placed_on": "22 November 2026", "lines": _LINES,
         "total": "€1,665.56"},
    )
)  # fmt: skip
ORDER_APPROVAL_ASKED = register(
    Kind(
        "order_approval_asked",
        _("Order to approve"),
        "customer",
        {**_ORDER, "by": "Eleni Markou", "purchase_order": "PO-7731", "lines": _LINES, "total": "€1,665.56",
         "charged": "€1,998.67", "link": "https://shop.example/my-customers/orders/k7hd2mbqv9xw4r/"},
    )
)  # fmt: skip
ORDER_WAITING = register(
    Kind(
        "order_waiting",
        _("Order received, waiting for approval"),
        "customer",
        sample={**ORDER_PLACED.sample, "approver": "Techsolutions"},
    )
)
ORDER_APPROVED = register(
    Kind(
        "order_approved",
        _("Order approved"),
        "customer",
        {**_ORDER, "purchase_order": "PO-7731", "placed_on": "22 November 2026", "lines": _LINES,
         "total": "€1,665.56"},
    )
)  # fmt: skip
ORDER_REJECTED = register(
    Kind(
        "order_rejected",
        _("Order not approved"),
        "customer",
        {**_ORDER, "reason": "We agreed on 20 seats for this year."},
    )
)
ORDER_WITHDRAWN = register(
    Kind(
        "order_withdrawn",
        _("Order withdrawn"),
        "customer",
        {**_ORDER, "by": "Eleni Markou"},
    )
)
ORDER_FAILED = register(
    Kind(
        "order_failed",
        _("Order failed"),
        "customer",
        {**_ORDER, "problems": [{"name": "Acrobat Pro for teams", "problem": "The vendor refused."}]},
    )
)  # fmt: skip
ORDER_FAILED_STAFF = register(
    Kind("order_failed_staff", _("Order failed (to staff)"), "staff", ORDER_FAILED.sample)
)
ORDER_LINE_NEEDS_INPUT = register(
    Kind("order_line_needs_input", _("Order needs an answer"), "customer", _PROBLEM)
)
ORDER_LINE_NEEDS_INPUT_STAFF = register(
    Kind("order_line_needs_input_staff", _("Order needs an answer (to staff)"), "staff", _PROBLEM)
)
ORDER_LINE_FAILED = register(
    Kind("order_line_failed", _("Part of an order failed"), "customer", _PROBLEM)
)
ORDER_LINE_FAILED_STAFF = register(
    Kind("order_line_failed_staff", _("Part of an order failed (to staff)"), "staff", _PROBLEM)
)
SUBSCRIPTION_ACTIVATED = register(
    Kind(
        "subscription_activated",
        _("Subscription active"),
        "customer",
        {**_SUBSCRIPTION, "until": "22 December 2026", "renews": True},
    )
)
SUBSCRIPTION_CANCEL_SCHEDULED = register(
    Kind(
        "subscription_cancel_scheduled",
        _("Cancellation scheduled"),
        "customer",
        {**_SUBSCRIPTION, "until": "22 December 2026"},
    )
)
SUBSCRIPTION_CANCELLED = register(
    Kind(
        "subscription_cancelled",
        _("Subscription ended"),
        "customer",
        {**_SUBSCRIPTION, "on": "22 November 2026", "expired": False},
    )
)
MEMBERSHIP_INVITED = register(
    Kind(
        "membership_invited",
        _("Activation of a login"),
        "customer",
        {"company": "Aegean Foods", "email": "eleni@aegean.example", "days": 7, "has_password": False,
         "link": "https://shop.example/account/activate/k7hd2mbqv9xw4r/"},
        secret=frozenset({"link"}),
    )
)  # fmt: skip
PASSWORD_RESET = register(
    Kind(
        "password_reset",
        _("Password reset"),
        "customer",
        {"email": "eleni@aegean.example", "hours": 72,
         "link": "https://shop.example/account/password/reset/key/k7hd2-mbqv9xw4r/"},
        secret=frozenset({"link"}),
    )
)  # fmt: skip
SECURITY_NOTICE = register(
    Kind(
        "security_notice",
        _("Change of a sign-in"),
        "customer",
        {"email": "eleni@aegean.example", "change": "Your password was changed.",
         "at": "22 November 2026, 14:05 UTC", "link": "https://shop.example/account/login/"},
    )
)  # fmt: skip
_DOCUMENT = {
    "number": "INV-2026-000123",
    "issued_on": "22 November 2026",
    "total": "€2,065.29",
    "link": "https://shop.example/my-account/invoices/k7hd2mbqv9xw4r/",
}
INVOICE_ISSUED = register(
    Kind(
        "invoice_issued",
        _("Invoice"),
        "customer",
        {
            **_DOCUMENT,
            "net": "€1,665.56",
            "due_on": "22 December 2026",
            "order": "SO-2026-000123",
            "purchase_order": "PO-7731",
        },
    )
)
_OPEN = {**_DOCUMENT, "open": "€2,065.29", "due_on": "22 December 2026"}
_SERVICES = {
    "services": [
        {"name": "Microsoft 365 Business Premium", "customer": "Aegean Foods"},
        {"name": "Acrobat Pro for teams", "customer": ""},
    ],
    "more": 3,
}
INVOICE_REMINDED = register(
    Kind("invoice_reminded", _("Reminder of an invoice"), "customer", {**_OPEN, "again": True})
)
SERVICES_SUSPENDED = register(
    Kind(
        "services_suspended",
        _("Services suspended for an invoice"),
        "customer",
        {**_OPEN, **_SERVICES},
    )
)
SERVICES_RESUMED = register(
    Kind(
        "services_resumed",
        _("Services resumed after payment"),
        "customer",
        {**_DOCUMENT, **_SERVICES},
    )
)
CARD_DECLINED = register(
    Kind(
        "card_declined",
        _("Card could not be charged"),
        "customer",
        {**_OPEN, "again_on": "24 December 2026"},
    )
)
CREDIT_NOTE_ISSUED = register(
    Kind(
        "credit_note_issued",
        _("Credit note"),
        "customer",
        {**_DOCUMENT, "number": "CN-2026-000007"},
    )
)
