"""Writes of categories."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from bss.accounts.models import Organization
from bss.catalog.models import Category
from bss.catalog.services import editing
from bss.core.actor import Actor
from bss.core.errors import Invalid

# Parents above parents are walked at most this far; a shelf in a shelf in a shelf is deep enough.
MAX_DEPTH = 4


@transaction.atomic
def category_create(
    *,
    organization: Organization,
    name: str,
    actor: Actor,
    slug: str = "",
    parent: Category | None = None,
    position: int = 0,
) -> Category:
    """A shelf of the catalogue. `slug` is its address, made from the name when empty. Raises Invalid."""
    category = Category(
        organization=organization,
        name=name.strip(),
        slug=slug or slugify(name)[:100],
        parent=parent,
        position=position,
    )
    _check(category)
    return editing.added(category, actor=actor, action="category.created")


@transaction.atomic
def category_edit(*, category: Category, actor: Actor, **changes: Any) -> Category:
    """Change name, slug, parent or position. Raises Invalid when the category would stand below itself."""
    found = editing.locked(category, None)
    unknown = changes.keys() - {"name", "slug", "parent", "position"}
    if unknown:
        raise TypeError(f"a category has no editable {', '.join(sorted(unknown))}")
    if "parent" in changes:
        _check(
            Category(
                pk=found.pk,
                organization=found.organization,
                slug=changes.get("slug", found.slug),
                parent=changes["parent"],
            )
        )
    editing.store(found, changes, actor=actor, action="category.edited")
    return found


def _check(category: Category) -> None:
    if not category.slug:
        raise Invalid(
            _("Enter an address of letters, digits and hyphens."), field="slug", code="SLUG_EMPTY"
        )
    above, depth = category.parent, 1
    while above is not None:
        depth += 1
        if above.pk == category.pk or depth > MAX_DEPTH:
            raise Invalid(
                _("A category cannot stand below itself, nor deeper than four levels."),
                field="parent",
                code="CATEGORY_DEPTH",
            )
        if above.organization_id != category.organization_id:
            raise Invalid(
                _("This belongs to another organization."),
                field="parent",
                code="OTHER_ORGANIZATION",
            )
        above = above.parent
