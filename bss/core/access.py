"""What every app's access.py ends with: a row of those its actor may see, for whom may do what it is asked for."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

from bss.core.actor import Actor
from bss.core.errors import NotFound

M = TypeVar("M", bound=Model)


def found(rows: QuerySet[M], actor: Actor, permission: str, **key: object) -> M:
    """The first of `rows` with this key. Raises NotFound for none, then PermissionDenied for an actor without
    `permission`: what is not there for somebody is not told to exist.
    """
    return allowed(rows.filter(**key).first(), actor, permission)


def allowed(row: M | None, actor: Actor, permission: str) -> M:
    """What `found` gives, of a row that was read already."""
    if row is None:
        raise NotFound
    actor.require(permission)
    return row
