"""The store of sessions: Django's, whose read stands before every page."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as StoreInDatabase
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.db.models.functions import Now

from bss.core.prepared import Prepared


class SessionStore(StoreInDatabase):
    """Django's store in the database, but that the query is compiled once."""

    def _get_session_from_db(self) -> Session | None:
        found = _LIVE.first(key=self.session_key)
        if found is None:
            # As Django does, so that nobody chooses the key of a session to come.
            self._session_key = None
        return found


def _live(key: str) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=Now())


_LIVE = Prepared(_live, key=str)
