"""Publishing the terms buyers accept."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bss.accounts.models import Account
from bss.core import history
from bss.core.actor import Actor
from bss.core.errors import Invalid
from bss.orders.models import TermsVersion


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
