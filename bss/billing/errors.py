"""What billing refuses, each with a stable code and its cause."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bss.core.errors import Conflict, Invalid


class NothingToSettle(Conflict):
    """The invoice is settled, void or still a draft, or the money is used up."""

    code = "NOTHING_TO_SETTLE"
    message = _("There is nothing open here that this could settle.")


class AnotherCurrency(Invalid):
    code = "ANOTHER_CURRENCY"
    message = _("An invoice is paid in its own currency.")


class PaymentInUse(Conflict):
    code = "PAYMENT_IN_USE"
    message = _("This payment settles an invoice. Undo that first.")


class PaymentNotByHand(Conflict):
    code = "PAYMENT_NOT_BY_HAND"
    message = _("Only a payment that was recorded by hand can be deleted.")


class CardChargeOpen(Conflict):
    code = "CARD_CHARGE_OPEN"
    message = _("A card payment for this invoice is under way. Look again in a moment.")


class DraftOutdated(Conflict):
    code = "DRAFT_OUTDATED"
    message = _(
        "What this draft charges for has changed. Void it: the next billing run looks again."
    )


class DraftTaxChanged(Conflict):
    code = "DRAFT_TAX_CHANGED"
    message = _(
        "The tax on this draft is %(now)s today, no longer %(then)s. Void it: the next billing run looks again."
    )


class NotIssued(Conflict):
    code = "NOT_ISSUED"
    message = _("A draft has no file yet: it gets one when it is issued.")
