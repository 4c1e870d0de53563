"""The terms that buyers accept: publishing them, and what an order keeps of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bss.accounts.models import Account
from bss.core import clock, history
from bss.core.actor import Actor
from bss.core.errors import Invalid
from bss.orders import selectors
from bss.orders.choices import LineKind
from bss.orders.errors import TermsNotAccepted
from bss.orders.models import Order, OrderLine, TermsVersion


def terms_publish(
    *, organization_id: int, version: str, text: str, actor: Actor, seller: Account | None = None
) -> TermsVersion:
    """A new version of the organization's terms, or of those of a reseller (`seller`), which whoever buys from it
    accepts from now on. Raises Invalid when that seller has this version.
    """
    try:
        with transaction.atomic():
            terms = TermsVersion.objects.create(
                organization_id=organization_id, seller=seller, version=version, text=text
            )
            history.record(terms, actor=actor, action="terms.published")
    except IntegrityError as error:
        if "terms_once" not in str(error):
            raise
        raise Invalid(
            _("Version %(version)s exists already.") % {"version": version},
            field="version",
            code="VERSION_TAKEN",
        ) from error
    return terms


def accepted_terms(current: TermsVersion | None, terms: TermsVersion | None) -> TermsVersion | None:
    """What an order keeps as accepted: the `current` version, nothing where none was ever published.

    Raises TermsNotAccepted unless `terms` is the `current` version.
    """
    if current is None:
        return None
    if terms is None:
        raise TermsNotAccepted(field="terms")
    if terms.pk != current.pk:
        raise TermsNotAccepted(
            _("The terms changed while you were here. Read them again and accept them."),
            field="terms",
            code="TERMS_CHANGED",
        )
    return current


def terms_to_accept(order: Order, lines: Sequence[OrderLine]) -> TermsVersion | None:
    """The terms that the payer has to accept yet before it lets a purchase pass; None where there are none to accept,
    and for an action on a subscription.
    """
    if any(line.kind != LineKind.NEW for line in lines):
        return None
    current = selectors.terms_of_payer(order)
    if current is None or selectors.accepted_at(order.account_id, current) is not None:
        return None
    return current


def agreed_terms(
    order: Order, lines: Sequence[OrderLine], terms: TermsVersion | None
) -> dict[str, object]:
    """The columns that say which terms the payer buys under, and since when. Raises TermsNotAccepted."""
    if any(line.kind != LineKind.NEW for line in lines):
        return {}
    current = selectors.terms_of_payer(order)
    if current is None:
        return {}
    since = selectors.accepted_at(order.account_id, current)
    if since is None:
        accepted_terms(current, terms)
    return {"payer_terms": current, "payer_terms_accepted_at": since or clock.now()}
