"""Storefronts: where somebody sells. An organization has one; a reseller may have its own under an alias."""

from __future__ import annotations

import re
from typing import Any

import nh3
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from bss.accounts.choices import FIXED_SEGMENTS, RESERVED_WORDS, AccountKind, StorefrontState
from bss.accounts.models import Account, Membership, Organization, Storefront
from bss.accounts.selectors import alias_taken, storefront_of_organization
from bss.accounts.services.inputs import cleaned, edited, normalised, only
from bss.accounts.states import STOREFRONT
from bss.core import history
from bss.core.actor import Actor
from bss.core.errors import Conflict, Invalid
from bss.ui.theme import parse_accent

STOREFRONT_FIELDS = (
    "name", "title", "tagline", "about", "contact_email", "contact_phone", "logo", "accent", "radius", "typeface",
    "home_sections", "host",
)  # fmt: skip
# 3 to 63 characters, so that an alias could also stand in front of a domain (RFC 1123, section 2.1).
_ALIAS = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]")
_HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
ABOUT_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h2", "h3"}


def alias_parse(text: str) -> str:
    """An alias in its stored form, from what somebody typed: spaces around it and case do not matter.

    Raises Invalid on the field alias: ALIAS_FORMAT, ALIAS_RESERVED.
    """
    alias = text.strip().lower()
    if not _ALIAS.fullmatch(alias):
        raise Invalid(
            _(
                "An alias has 3 to 63 characters: letters a to z, digits and hyphens, "
                "with a letter or digit at both ends."
            ),
            field="alias",
            code="ALIAS_FORMAT",
        )
    if alias in FIXED_SEGMENTS | RESERVED_WORDS:
        raise Invalid(
            _("This word is reserved. Choose another alias."), field="alias", code="ALIAS_RESERVED"
        )
    return alias


def storefront_create(
    *,
    organization: Organization,
    actor: Actor,
    owner: Account | None = None,
    alias: str = "",
    host: str = "",
    name: str = "",
) -> Storefront:
    """An open storefront: the organization's own, or a reseller's (`owner`) under its alias.

    A reseller's storefront lives at its organization's host unless `host` is given, and its end customers sign in
    there from now on. Raises Invalid on the field alias (also ALIAS_TAKEN) and on host.
    """
    if owner is not None:
        _owner_fits(owner, organization)
        alias = alias_parse(alias)
        host = host or _host_of(organization)
    storefront = Storefront(
        organization=organization,
        owner=owner,
        alias=alias,
        host=host_parse(host),
        name=name.strip() or (owner.name if owner else organization.name),
    )
    cleaned(storefront, ("name",))
    with transaction.atomic():
        _saved_at_a_free_address(storefront)
        history.record(storefront, actor=actor, action="storefront.created")
        if owner is not None:
            _customers_moved(owner, storefront)
    return storefront


def storefront_edit(
    *, storefront: Storefront, version: int | None, actor: Actor, **changes: Any
) -> Storefront:
    """Change how a storefront presents itself. Markup in `about` is reduced to plain formatting.

    Raises Invalid by field and StaleState.
    """
    only(changes, STOREFRONT_FIELDS)
    values = normalised(changes)
    if "accent" in values:
        values["accent"] = str(parse_accent(values["accent"]))
    if "about" in values:
        values["about"] = nh3.clean(values["about"], tags=ABOUT_TAGS)
    if "host" in values:
        values["host"] = host_parse(values["host"])
    logo = values.pop("logo", None)
    try:
        with transaction.atomic():
            if logo is not None:
                _logo_changed(storefront, logo, actor)
            edited(
                storefront, version=version, values=values, actor=actor, action="storefront.edited"
            )
    except IntegrityError as error:
        raise _address_taken(storefront) from error
    return storefront


def storefront_alias_change(*, storefront: Storefront, alias: str, actor: Actor) -> Storefront:
    """Move a reseller's storefront to another alias. Raises Invalid on the field alias."""
    if storefront.owner_id is None:
        raise Conflict(_("An organization's shop has no alias."), code="NO_ALIAS")
    before, storefront.alias = storefront.alias, alias_parse(alias)
    if before == storefront.alias:
        return storefront
    with transaction.atomic():
        _saved_at_a_free_address(storefront, ["alias"])
        history.record(
            storefront,
            actor=actor,
            action="storefront.alias_changed",
            changes={"alias": [before, storefront.alias]},
        )
    return storefront


def storefront_open(*, storefront: Storefront, actor: Actor, reason: str = "") -> Storefront:
    """Show the shop again. Opening an open one changes nothing."""
    if storefront.state == StorefrontState.OPEN:
        return storefront
    return STOREFRONT.fire(storefront, "open", actor=actor, reason=reason)


def storefront_close(*, storefront: Storefront, actor: Actor, reason: str = "") -> Storefront:
    """Answer with the neutral page, and let nobody in. Closing a closed one changes nothing."""
    if storefront.state == StorefrontState.CLOSED:
        return storefront
    return STOREFRONT.fire(storefront, "close", actor=actor, reason=reason)


def host_parse(text: str) -> str:
    """A host name in its stored form; "" for none. Raises Invalid on the field host."""
    host = text.strip().lower().rstrip(".")
    if host and not _HOST.fullmatch(host):
        raise Invalid(
            _("A host name looks like shop.example.com, without https:// and without a path."),
            field="host",
            code="HOST_FORMAT",
        )
    return host


def _host_of(organization: Organization) -> str:
    own = storefront_of_organization(organization)
    return own.host if own else ""


def _owner_fits(owner: Account, organization: Organization) -> None:
    if owner.kind != AccountKind.RESELLER or owner.organization_id != organization.pk:
        raise Invalid(_("Only a reseller has a storefront of its own."), code="NOT_A_RESELLER")
    if Storefront.everywhere.filter(owner=owner).exists():
        raise Conflict(_("This reseller has a storefront already."), code="STOREFRONT_EXISTS")


def _saved_at_a_free_address(storefront: Storefront, columns: list[str] | None = None) -> None:
    """Create it, or save `columns` of one that exists: a whole save would undo a closing of this moment."""
    try:
        with transaction.atomic():
            storefront.save(force_insert=columns is None, update_fields=columns)
    except IntegrityError as error:
        raise _address_taken(storefront) from error


def _address_taken(storefront: Storefront) -> Invalid:
    if not storefront.alias and not alias_taken("", host=storefront.host, but_not=storefront):
        return Invalid(_("This organization has a shop already."), code="STOREFRONT_EXISTS")
    if not storefront.alias:
        return Invalid(_("Another shop answers at this host."), field="host", code="HOST_TAKEN")
    return Invalid(
        _("Another storefront has this alias. Choose a different one."),
        field="alias",
        code="ALIAS_TAKEN",
    )


def _logo_changed(storefront: Storefront, logo: Any, actor: Actor) -> None:
    """Store another picture, or none for False."""
    storefront.logo = logo or ""
    storefront.save(update_fields=["logo"])
    action = "storefront.logo_changed" if logo else "storefront.logo_removed"
    history.record(storefront, actor=actor, action=action)


def _customers_moved(owner: Account, storefront: Storefront) -> None:
    """A reseller's customers sign in only at its own storefront."""
    Membership.everywhere.filter(contact__account__parent=owner).update(storefront=storefront)
