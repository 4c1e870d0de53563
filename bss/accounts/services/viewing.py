"""View as customer: a member of staff looks at a storefront through an account's eyes, and can change nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bss.accounts.choices import StorefrontState
from bss.accounts.links import surface_url
from bss.accounts.models import Account, Storefront
from bss.accounts.selectors import storefront_for, storefront_of_organization
from bss.core import clock, history
from bss.core.actor import Actor
from bss.core.db import new_public_id
from bss.core.errors import Conflict, NotFound

SALT = "accounts.view_as"
TOKEN_SECONDS = 60
VIEWING_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Viewing:
    """Who looks through whose eyes, until when (epoch seconds); the shape kept in the session."""

    user_id: int
    account_id: int
    until: int


def viewing_start(*, account: Account, actor: Actor) -> str:
    """The address that starts the view, good for one minute and one use; written into the account's history.

    It leads to the storefront where the account's people sign in, or to the organization's while that is closed.
    """
    storefront = _open_storefront(account)
    value = {
        "user": actor.user_id,
        "account": account.pk,
        "storefront": storefront.pk,
        "once": new_public_id(),
    }
    with transaction.atomic():
        history.record(account, actor=actor, action="account.viewed_as", reason=storefront.name)
    token = signing.dumps(value, salt=SALT)
    return surface_url(storefront, "view_as:start", token)


def viewing_accept(*, token: str, storefront: Storefront) -> Viewing:
    """What to keep in the session. Raises NotFound for a token that is forged, old, used, or for another storefront."""
    try:
        value = signing.loads(token, salt=SALT, max_age=TOKEN_SECONDS)
    except signing.BadSignature as error:
        raise NotFound(code="VIEW_AS_TOKEN") from error
    fresh = cache.add(f"view_as:{value['once']}", 1, timeout=2 * TOKEN_SECONDS)
    if value["storefront"] != storefront.pk or not fresh:
        raise NotFound(code="VIEW_AS_TOKEN")
    until = clock.now() + timedelta(minutes=VIEWING_MINUTES)
    return Viewing(value["user"], value["account"], int(until.timestamp()))


def _open_storefront(account: Account) -> Storefront:
    for storefront in (storefront_for(account), storefront_of_organization(account.organization)):
        if storefront is not None and storefront.state == StorefrontState.OPEN:
            return storefront
    raise Conflict(_("There is no open storefront to look at."), code="NO_STOREFRONT")
