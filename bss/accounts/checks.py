"""System checks: a path that the product answers and a storefront's alias never meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connections
from django.urls import URLPattern, URLResolver, get_resolver

from bss.accounts.choices import FIXED_SEGMENTS


@register(Tags.urls)
def fixed_segments_known(**_kwargs: Any) -> list[CheckMessage]:
    """Every first segment of a storefront's own paths is in the closed list, so that no alias can hide it."""
    found: list[CheckMessage] = []
    for segment in sorted(set(first_segments(get_resolver(settings.ROOT_URLCONF).url_patterns))):
        if segment.startswith("<"):
            text = f"A path begins with {segment}, which would catch every alias."
            found.append(Error(text, id="accounts.E001"))
        elif segment not in FIXED_SEGMENTS:
            hint = "Add it to FIXED_SEGMENTS in bss.accounts.choices."
            found.append(
                Error(
                    f"The first segment {segment!r} is not in the closed list.",
                    hint,
                    id="accounts.E002",
                )
            )
    return found


@register(Tags.database)
def live_aliases_free(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """No live alias equals a fixed segment; run with `check --database default`, as the deployment does."""
    if not databases or "default" not in databases:
        return []
    with connections["default"].cursor() as cursor:
        try:
            cursor.execute(
                "SELECT alias FROM accounts_storefront WHERE lower(alias) = ANY(%s) ORDER BY alias",
                [sorted(FIXED_SEGMENTS)],
            )
        except DatabaseError:
            # Before the first migration there is no table, and so no alias.
            return []
        hint = "Move the storefront to another alias before this version goes live."
        return [
            Error(
                f"The storefront /{alias}/ lies behind a path of the product.",
                hint,
                id="accounts.E003",
            )
            for (alias,) in cursor.fetchall()
        ]


def first_segments(patterns: Sequence[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """The first path segment of every route, without the home page."""
    for pattern in patterns:
        route = before + str(pattern.pattern).removeprefix("^").lstrip("/")
        if "/" not in route and isinstance(pattern, URLResolver):
            yield from first_segments(pattern.url_patterns, route)
        elif route.strip("$"):
            yield route.split("/", 1)[0].rstrip("$")
