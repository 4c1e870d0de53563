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
    row = rows.filter(**key).first()
    if row is None:
        raise NotFound
    actor.require(permission)
    return row
