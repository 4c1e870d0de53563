"""Tokens of Adobe's sign-in service: asked for once a day, kept in memory, where losing them costs one call.

They are no state: they are kept nowhere else, because a token opens everything that the secret opens.
"""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

EARLY = timedelta(seconds=180)
SCOPE = "openid,AdobeID,read_organizations"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an integration signs in with (Adobe: OAuth server-to-server)."""

    client_id: str
    client_secret: str = field(repr=False)
    scope: str = SCOPE

    @property
    def fingerprint(self) -> str:
        """A name for these credentials that does not tell the secret."""
        parts = "\n".join((self.client_id, self.client_secret, self.scope))
        return hashlib.sha256(parts.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Token:
    value: str = field(repr=False)
    expires_at: datetime


class TokenCache:
    """The tokens of one process, by sign-in service and credentials."""

    def __init__(self) -> None:
        self._kept: dict[str, Token] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def get(self, name: str, now: datetime, fetch: Callable[[], Token]) -> str:
        """The token kept under a name, or a new one; two threads that need one fetch it once."""
        with self._locks[name]:
            token = self._kept.get(name)
            if token is None or token.expires_at - EARLY <= now:
                token = self._kept[name] = fetch()
            return token.value

    def drop(self, name: str, value: str) -> None:
        """Forget a token that Adobe no longer takes, unless it was replaced meanwhile."""
        with self._locks[name]:
            token = self._kept.get(name)
            if token is not None and token.value == value:
                del self._kept[name]


TOKENS = TokenCache()
