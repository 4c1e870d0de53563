"""Writes of industries."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from bss.accounts.models import Organization
from bss.catalog.models import Industry
from bss.catalog.services import editing
from bss.core.actor import Actor
from bss.core.errors import Invalid

_EDITABLE = frozenset({"name", "slug", "position"})


@transaction.atomic
def industry_create(
    *, organization: Organization, name: str, actor: Actor, slug: str = "", position: int = 0
) -> Industry:
    """A trade to narrow the catalogue by. `slug` is its address, made from the name when empty. Raises Invalid."""
    industry = Industry(
        organization=organization,
        name=name.strip(),
        slug=slug or slugify(name)[:100],
        position=position,
    )
    _check(industry.slug)
    return editing.added(industry, actor=actor, action="industry.created")


@transaction.atomic
def industry_edit(*, industry: Industry, actor: Actor, **changes: Any) -> Industry:
    """Change name, slug or position. Raises Invalid on a slug that is empty or another's."""
    if changes.keys() - _EDITABLE:
        raise TypeError(f"an industry has no editable {', '.join(changes.keys() - _EDITABLE)}")
    found = editing.locked(industry, None)
    _check(changes.get("slug", found.slug))
    editing.store(found, changes, actor=actor, action="industry.edited")
    return found


def _check(slug: str) -> None:
    if not slug:
        raise Invalid(
            _("Enter an address of letters, digits and hyphens."), field="slug", code="SLUG_EMPTY"
        )
