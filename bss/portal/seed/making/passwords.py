"""One demonstration password for everybody: hashed once, because a good hash takes a third of a second."""

from __future__ import annotations

from functools import cache

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.db.models import QuerySet

from bss.accounts.models import User
from bss.portal.seed.people import DEMO_PASSWORD


def password_give(users: QuerySet[User]) -> None:
    """Let these sign in with the demonstration password, as far as they have none."""
    without = users.filter(password__startswith=UNUSABLE_PASSWORD_PREFIX).values("pk")
    User.objects.filter(pk__in=without).update(password=demo_hash())


@cache
def demo_hash() -> str:
    return make_password(DEMO_PASSWORD)
