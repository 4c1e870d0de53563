"""Who acts: resolved once per request, API call or job, and handed to every service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bss.core.errors import PermissionDenied
from bss.core.scope import Scope

ActorKind = Literal["staff", "storefront", "api", "system", "anonymous"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or the system, with what it may do and where.

    `permissions` are codes such as "order.execute"; `scope` is the part of the tree it sees; `viewed_by` names the
    member of staff who looks through a customer's eyes (then `read_only` is set and every write is refused).
    """

    kind: ActorKind
    label: str
    user_id: int | None = None
    organization_id: int | None = None
    account_id: int | None = None
    membership_id: int | None = None
    scope: Scope | None = None
    permissions: frozenset[str] = field(default_factory=frozenset)
    viewed_by: str = ""
    read_only: bool = False

    @property
    def is_anonymous(self) -> bool:
        return self.kind == "anonymous"

    def can(self, code: str) -> bool:
        return self.kind == "system" or code in self.permissions

    def require(self, code: str) -> None:
        """Raises PermissionDenied when the actor lacks `code`."""
        if not self.can(code):
            raise PermissionDenied(extra={"permission": code})


SYSTEM = Actor(kind="system", label="Tradewind")
ANONYMOUS = Actor(kind="anonymous", label="")
