"""The two base classes of everything a tenant owns, with managers that refuse to run without a scope."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from django.db import models

from bss.core import scope as scopes

M = TypeVar("M", bound=models.Model)


class ScopedManager(models.Manager[M]):
    """Rows whose path starts with the active scope. Raises ScopeMissing when none is active."""

    def get_queryset(self) -> models.QuerySet[M]:
        scope = scopes.active()
        # The path alone would do. The organization lets the indexes that begin with it count and find by state.
        return (
            super()
            .get_queryset()
            .filter(organization_id=scope.organization_id, scope__startswith=scope.path)
        )


class SharedManager(models.Manager[M]):
    """Rows of the active scope's organization, shared downward. Raises ScopeMissing when none is active."""

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().filter(organization_id=scopes.active().organization_id)


class Owned(models.Model):
    """A row that belongs to an organization, or to one account below it, by its scope path."""

    organization = models.ForeignKey("accounts.Organization", models.PROTECT, related_name="+")
    # C collation: prefix search uses the index, and "1.5." never matches "1.50.".
    scope = models.CharField(max_length=64, db_collation="C", db_index=True)

    everywhere: ClassVar[models.Manager[Self]] = models.Manager()
    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "everywhere"
        default_manager_name = "objects"

    @property
    def scope_path(self) -> scopes.Scope:
        return scopes.Scope(self.scope)


class Shared(models.Model):
    """A row of an organization that everybody below may see, as far as its selector lets them."""

    organization = models.ForeignKey("accounts.Organization", models.PROTECT, related_name="+")

    everywhere: ClassVar[models.Manager[Self]] = models.Manager()
    objects: ClassVar[SharedManager[Self]] = SharedManager()

    class Meta:
        abstract = True
        base_manager_name = "everywhere"
        default_manager_name = "objects"


def scope_of(subject: Any) -> str:
    """The scope path of a row: its own, or its organization's for a shared one; "" for neither."""
    path = getattr(subject, "scope", "")
    if isinstance(path, str) and path:
        return path
    organization_id = getattr(subject, "organization_id", None)
    return f"{organization_id}." if organization_id else ""
