"""What buying can be refused for, each with a stable code and its cause."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bss.core.errors import Conflict, DomainError, Invalid, PermissionDenied


class NotForSale(Invalid):
    code = "NOT_FOR_SALE"
    message = _("This is not on sale to this buyer.")


class QuantityNotPossible(Invalid):
    """`extra["maximum"]` names the limit where there is one."""

    code = "QUANTITY_NOT_POSSIBLE"
    message = _("This quantity is not possible.")


class PlanNotPossible(Invalid):
    """The payment plan is not offered for the product and term, the payer may not use it, or the total is too small."""

    code = "PLAN_NOT_POSSIBLE"
    message = _("This payment plan cannot be chosen here.")


class NotForThisCustomer(Invalid):
    code = "NOT_FOR_THIS_CUSTOMER"
    message = _("This cannot be bought for this customer.")


class OnlyOne(Conflict):
    """The product type allows one subscription per account, and there is one or one is on its way."""

    code = "ONLY_ONE"
    message = _("This customer already has it, and can have it only once.")


class BasketEmpty(Invalid):
    code = "BASKET_EMPTY"
    message = _("The basket is empty.")


class BasketClosed(Conflict):
    """The basket waits for an answer, was placed or was left."""

    code = "BASKET_CLOSED"
    message = _("This basket can no longer be changed.")


class TermsNotAccepted(Invalid):
    code = "TERMS_NOT_ACCEPTED"
    message = _("Accept the terms to place the order.")


class OrderingDisabled(PermissionDenied):
    code = "ORDERING_DISABLED"
    message = _("Ordering is switched off for this account.")


class CreditExceeded(Conflict):
    """The order would push what the payer owes over its limit; `extra` says by how much."""

    code = "CREDIT_LIMIT"
    message = _("This order would exceed the credit limit.")
    # The amounts are the payer's and go to whoever pays; a reseller's customer reads only the message.


class PriceChanged(Conflict):
    """`extra["lines"]`: what each line cost when it was last seen, and what it costs now."""

    code = "PRICE_CHANGED"
    message = _("Prices changed since you last looked. Check the new amounts before you go on.")


class EndMoved(Conflict):
    """A customer was told another end of its first term, or none, and its days cannot be made others unasked."""

    code = "END_MOVED"
    message = _(
        "The day on which this would end changed since your customer ordered. Do not approve it, and have it ordered "
        "anew."
    )


class EndCostsMore(Conflict):
    """Somebody would pay more for another end of a first term than it agreed to, and another one accepted it."""

    code = "END_COSTS_MORE"
    message = _("It would cost more now. Whoever pays for it has to accept that.")


class EndNotCharged(Conflict):
    """The card of a payer by card holds what was agreed to, and another end of a first term costs more."""

    code = "END_NOT_CHARGED"
    message = _("It would cost more now than can be charged for this order.")


class CurrencyChanged(Conflict):
    """A draft holds amounts of one currency only; `extra` names the order's and the account's."""

    code = "CURRENCY_CHANGED"
    message = _(
        "The account is invoiced in another currency since this order was begun: write a new one."
    )


class Repriced(Conflict):
    """A service manager knows other prices now: its message says why."""

    code = "REPRICED"


class AnswerAwaited(Conflict):
    """A service manager or customer must answer first; the basket waits."""

    code = "ANSWER_AWAITED"


class NotADraft(Conflict):
    code = "NOT_A_DRAFT"
    message = _("Only a draft can be changed.")


class NotDue(Conflict):
    code = "NOT_DUE"
    message = _("This order is scheduled for later. It runs by itself when its time comes.")


class LinesInFlight(Conflict):
    code = "LINES_IN_FLIGHT"
    message = _(
        "Something in this order is being provisioned right now. Try again when it has ended."
    )


class AlreadyDelivered(Conflict):
    code = "ALREADY_DELIVERED"
    message = _("A part of this order is delivered. Cancel the subscription instead.")


class BelongsToAnother(Conflict):
    """An add-on's line moves with the line of its product."""

    code = "ADD_ON_LINE"
    message = _("This add-on is delivered together with its product.")


class CardUnavailable(DomainError):
    status = 409
    code = "CARD_UNAVAILABLE"
    message = _("Paying by card is not set up here.")


class CardDeclined(DomainError):
    status = 402
    code = "CARD_DECLINED"
    message = _("The bank declined the card. Use another card, or ask your bank.")


class CardNeedsStep(DomainError):
    """The bank wants to hear from the card's owner first: `extra["url"]` leads there."""

    status = 402
    code = "CARD_NEEDS_STEP"
    message = _("Your bank asks you to confirm this payment.")


class CardUnknown(DomainError):
    status = 503
    code = "CARD_UNKNOWN"
    message = _("The card provider did not answer. Nothing was ordered; try again in a moment.")
