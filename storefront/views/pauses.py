"""A basket that cannot be changed at present: why, and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from bss.ui.components import Button, Confirm
from storefront.selectors.checkout import Checkout


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a basket is as it is, and the buttons that make it another."""

    title: Any
    text: Any
    buttons: Sequence[Button]


def pause_of(checkout: Checkout) -> Pause | None:
    """What a basket waits for, or that it lies aside; None while it is open."""
    if not checkout.is_waiting:
        return None
    message = checkout.basket.waiting_message
    if message:
        return Pause(_("This basket waits for an answer"), message, [_leave(checkout)])
    text = _(
        "It can be ordered as it is. To change it, take it up again: the basket that is open now is put aside for it, "
        "with everything that is in it."
    )
    return Pause(_("This basket lies aside"), text, [_reopen(checkout), _leave(checkout)])


def _reopen(checkout: Checkout) -> Button:
    url = reverse("storefront:basket-reopen")
    return Button(_("Take it up again"), url, method="post", fields=_named(checkout))


def _leave(checkout: Checkout) -> Button:
    confirm = Confirm(
        _("Leave the basket for %(name)s") % {"name": checkout.customer.name},
        _(
            "Nothing in it is ordered, and an answer that still comes changes nothing. It cannot be brought back."
        ),
        _("Leave it"),
    )
    url = reverse("storefront:basket-leave")
    return Button(
        _("Leave this basket"),
        url,
        kind="danger",
        method="post",
        confirm=confirm,
        fields=_named(checkout),
    )


def _named(checkout: Checkout) -> dict[str, str]:
    return {"basket": checkout.basket.public_id}
