"""A first term that Adobe would let end on another day than it was priced for, since the customer's anniversary moved:
whoever may accept that is asked, and its days are charged once all lines of the order are settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from django.utils.translation import gettext as _

from adobe3yc.gateway import END_MOVED, END_REFUSED
from adobe3yc.plugin.parties import offer_of
from adobe3yc.rules.offers import OfferType
from adobe3yc.rules.prices import days_left, next_anniversary
from bss.core import clock
from bss.core.actor import SYSTEM
from bss.core.errors import StaleState
from bss.orders.errors import CreditExceeded, EndCostsMore, EndNotCharged
from bss.orders.models import OrderLine
from bss.orders.services import NewEnd, line_end_check, lines_end_move
from bss.ui import formats
from servicemanager.contracts import NeedsInput, Refused, TryLater
from servicemanager.errors import Code

ACCEPTED_END = "accepted_end"
# What accepts an end that is a whole year away.
WHOLE_YEAR = "year"
SIBLING_SECONDS = 60.0
AGAIN_SECONDS = 5.0


def is_end_moved(line: OrderLine, ends_on: date | None) -> bool:
    """Whether a line would end on another day than it was priced for. `ends_on` None is a whole year from today."""
    if line.ends_at is not None:
        return ends_on != line.ends_at.date()
    # It may have waited some days since it was bought for a year.
    return ends_on not in {None, _year_after(line)}


def ends_asked(
    own: OrderLine, moved: Sequence[OrderLine], ends_on: date | None
) -> NeedsInput | Refused | TryLater | None:
    """What stops a line whose order has lines that would end on another day; None once each such end is accepted.

    Each line is asked about by itself, whatever the others wait for.
    """
    asked = {x.pk: _end_asked(x, ends_on) for x in moved}
    if asked.get(own.pk) is not None:
        return asked[own.pk]
    if not any(asked.values()):
        return None
    words = _("Another line of the order ends on another day now; they are ordered together.")
    return TryLater(SIBLING_SECONDS, Code.VENDOR_BUSY, words)


def ends_charged(moved: Sequence[OrderLine], ends_on: date | None) -> Refused | TryLater | None:
    """Have lines charged for the days there are now, all or none; why they are not, or None."""
    ends = [_new_end(x, ends_on) for x in moved]
    try:
        lines_end_move(ends=ends, answer=ACCEPTED_END, actor=SYSTEM)
    except (EndNotCharged, CreditExceeded):
        return _end_refused(moved[0], ends_on)
    except (EndCostsMore, StaleState):
        words = _("A line of the order changed at this moment; they are ordered together.")
        return TryLater(AGAIN_SECONDS, Code.VENDOR_BUSY, words)
    return None


def _end_asked(line: OrderLine, ends_on: date | None) -> NeedsInput | Refused | None:
    """Ask whether a line may end on another day than it was priced for; None once that is accepted by somebody who may.

    Refused at once where nobody's word would help.
    """
    try:
        is_dearer = line_end_check(end=_new_end(line, ends_on))
    except (EndNotCharged, CreditExceeded):
        return _end_refused(line, ends_on)
    is_accepted = line.parameters.get(ACCEPTED_END) == _end_answer(ends_on)
    if is_accepted and (not is_dearer or line.is_answered_by_payer(ACCEPTED_END)):
        return None
    told = {
        "moved": _moved_words(line, ends_on),
        "answer": _end_answer(ends_on),
        "payer": line.order.account.name,
    }
    if is_dearer:
        words = _(
            "%(moved)s That costs more, so that %(payer)s has to accept it, who pays for it: by entering %(answer)s. "
            "The unit price stays, for the days until then. Or give the item up."
        )
    else:
        words = _(
            "%(moved)s Enter %(answer)s to accept that, at the same unit price for the days until then, or give the "
            "item up."
        )
    return NeedsInput(END_MOVED, words % told, ACCEPTED_END)


def _new_end(line: OrderLine, ends_on: date | None) -> NewEnd:
    offer = offer_of(line.product.external_id)
    is_prorated = offer is None or offer.type != OfferType.CONSUMABLES
    ends_at = datetime.combine(ends_on, time(), UTC) if ends_on else None
    return NewEnd(line, ends_at, is_prorated)


def _end_refused(line: OrderLine, ends_on: date | None) -> Refused:
    words = _(
        "%(moved)s That costs more than can be charged for this order. Give the item up and order it anew."
    )
    return Refused(END_REFUSED, words % {"moved": _moved_words(line, ends_on)})


def _end_answer(ends_on: date | None) -> str:
    """What accepts an end: the day itself, so that a day that moves again is asked about again."""
    return ends_on.isoformat() if ends_on else WHOLE_YEAR


def _moved_words(line: OrderLine, ends_on: date | None) -> str:
    """Until when it would run and until when it was priced, by days and without amounts: see `pricing`."""
    today = clock.now().date()
    now = ends_on or next_anniversary(today, today)
    then = line.ends_at.date() if line.ends_at else _year_after(line)
    begun = line.starts_at or line.order.placed_at or line.created_at
    words = _(
        "The customer's anniversary at Adobe moved: this would run until %(now)s (%(days)s days), and it was priced "
        "until %(then)s (%(priced)s days)."
    )
    return words % {
        "now": formats.day(now),
        "days": formats.number(days_left(today, now)),
        "then": formats.day(then),
        "priced": formats.number(days_left(begun.date(), then)),
    }


def _year_after(line: OrderLine) -> date:
    day = (line.order.placed_at or line.created_at).date()
    return next_anniversary(day, day)
