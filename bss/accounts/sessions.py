"""Sessions in the database, read by a query that is compiled once: each request asks it."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

from bss.core import clock
from bss.core.prepared import Prepared

_SESSION = Prepared(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now),
    key=str,
    now=datetime,
)


class SessionStore(db.SessionStore):
    """Django's, with its own read."""

    def _get_session_from_db(self) -> Session | None:
        # By the machine's clock, as Django writes it: nobody is signed out when a demo travels.
        machine = clock.now() - clock.offset()
        found = _SESSION.first(key=self.session_key, now=machine)
        if found is None:
            self._session_key = None
        return found
