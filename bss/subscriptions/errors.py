"""What a subscription can refuse, each with a stable code and its cause."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bss.core.errors import Conflict, Invalid, PermissionDenied


class ChangeOpen(Conflict):
    """One change at a time: the next waits until this one is applied or withdrawn."""

    code = "CHANGE_OPEN"
    message = _("Another change of this subscription is under way.")
    # The remedy names the button that is on the subscription's page.


class StateForbids(Conflict):
    code = "STATE_FORBIDS"
    message = _("This is not possible while the subscription is in this state.")


class NotCancellable(Conflict):
    code = "NOT_CANCELLABLE"
    message = _("This subscription can be cancelled by its seller only.")


class NotSwitchable(Conflict):
    code = "NOT_SWITCHABLE"
    message = _("This product cannot be exchanged for another.")


class NothingChanges(Invalid):
    code = "NOTHING_CHANGES"
    message = _("This is how it is already.")


class NothingToRetry(Conflict):
    code = "NOTHING_TO_RETRY"
    message = _("Nothing failed here.")


class ChangeUnderWay(Conflict):
    code = "CHANGE_UNDER_WAY"
    message = _("This change is being carried out and can no longer be withdrawn.")


class WithdrawalDenied(PermissionDenied):
    """A change is taken back by the side that asked for it, by who pays, or by the seller."""

    code = "WITHDRAWAL_DENIED"
    message = _("Only whoever planned this change, or pays for it, can withdraw it.")


class SeatsBound(Invalid):
    """Whoever provisions them holds seats that were to go: `extra["least"]` is how many must stay."""

    code = "SEATS_BOUND"
    message = _("Fewer cannot be had here.")


class PlanNotOffered(Invalid):
    code = "PLAN_NOT_OFFERED"
    message = _("This payment plan is not offered to this buyer for this product and term.")


class AddOnUnknown(Invalid):
    code = "ADD_ON_UNKNOWN"
    message = _("The subscription has no such add-on.")
