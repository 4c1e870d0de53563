"""Errors a person can understand: a stable code, the cause, the field.

Mapped once for HTML (bss.ui.middleware) and once for the API (bss.core.api).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal with a cause.

    `code` is stable and upper-case, `message` is for people, `field` names the input at fault, and `remedy`
    says what to do next where that is not obvious.
    """

    status = 400
    code = "DOMAIN_ERROR"
    message: Any = _("This could not be done.")

    def __init__(
        self,
        message: Any = "",
        *,
        code: str = "",
        field: str = "",
        remedy: Any = "",
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.message = message or self.message
        self.code = code or self.code
        self.field = field
        self.remedy = remedy
        self.extra = dict(extra or {})
        super().__init__(f"{self.code}: {self.message}")


class NotFound(DomainError):
    """The thing does not exist, or lies outside the actor's scope: both look the same."""

    status = 404
    code = "NOT_FOUND"
    message = _("There is nothing here, or it is not yours to see.")


class PermissionDenied(DomainError):
    """The thing is visible, the action is not allowed."""

    status = 403
    code = "PERMISSION_DENIED"
    message = _("Your role does not allow this.")


class Conflict(DomainError):
    """What was asked contradicts the present state."""

    status = 409
    code = "CONFLICT"
    message = _("This contradicts what happened meanwhile.")


class StaleState(Conflict):
    """Somebody else was first: the row no longer has the state that was read."""

    code = "STALE_STATE"
    message = _("Somebody else changed this at the same moment. Look at it again before you go on.")


class IllegalTransition(Conflict):
    """The state machine has no such move from the present state."""

    code = "ILLEGAL_TRANSITION"
    message = _("This is not possible in the present state.")


class Invalid(DomainError):
    """Bad input. `errors` maps a field name ("" for the whole) to its messages."""

    status = 400
    code = "INVALID"
    message = _("Some fields need attention.")

    def __init__(
        self,
        message: Any = "",
        *,
        errors: Mapping[str, Sequence[Any]] | None = None,
        code: str = "",
        field: str = "",
        remedy: Any = "",
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, code=code, field=field, remedy=remedy, extra=extra)
        self.errors: dict[str, list[Any]] = {k: list(v) for k, v in (errors or {}).items()}
        if not self.errors and message:
            self.errors = {field: [message]}


class Busy(DomainError):
    """A lock or another system did not answer in time; the same call may succeed later."""

    status = 503
    code = "BUSY"
    message = _("This is busy right now. Try again in a moment.")


class ScopeMissing(RuntimeError):
    """A query on owned rows ran without an active scope: a fault in the code, never shown as data."""
