"""What a commitment holds: seats that cannot go, now or from the next term on, as Adobe last told it.

Reads only, without a call.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from adobe3yc.plugin.parties import Party, offer_of, owned_by, party_of_account, renewing_by
from adobe3yc.rules.commitments import least_quantity, least_renewing
from adobe3yc.rules.offers import OfferType
from adobe3yc.selectors import three_year_of
from bss.subscriptions.contracts import Bound, Reduction
from servicemanager.contracts import InstanceContext


def bound(context: InstanceContext, reduction: Reduction) -> Bound | None:
    """The least of a subscription that its customer's commitment allows, for what asks for fewer."""
    return bound_of(party_of_account(context, reduction.customer_id), reduction)


def bound_of(party: Party, reduction: Reduction) -> Bound | None:
    """The same for a customer that was read before."""
    offer = offer_of(reduction.sku)
    if party.customer is None or offer is None or not offer.is_standard:
        return None
    # Where fewer are left than are committed already, none of them can go.
    least = min(_least(party, offer.type, reduction), reduction.held)
    if reduction.left >= least:
        return None
    words = (
        _("The commitment allows no fewer than %(least)s of these in the next term.")
        if reduction.is_next_term
        else _("The commitment allows no fewer than %(least)s of these.")
    )
    return Bound(least, words % {"least": least})


def _least(party: Party, kind: OfferType, reduction: Reduction) -> int:
    assert party.customer is not None  # noqa: S101 -- checked
    commit, held = three_year_of(party.customer), reduction.held
    if not reduction.is_next_term:
        return least_quantity(commit, kind, owned_by(party).get(kind, 0), held)
    total = renewing_by(party).get(kind, 0)
    return least_renewing(commit, kind, total, held, party.customer.coterm_on)
