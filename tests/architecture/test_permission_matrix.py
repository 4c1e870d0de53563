"""Each URL, asked by everybody: who may gets it, who may not changes nothing, and outside one's scope is nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from bss.accounts.models import Account
from bss.portal.walk import Page, WalkFailed
from tests import pages
from tests.architecture.permission_matrix import (
    API,
    EVERYBODY,
    LOGIN,
    PORTAL,
    POST_ONLY,
    PUBLIC,
    RAW,
    ROLES,
    STOREFRONT,
)
from tests.factories.world import World, given_back

OUTSIDERS = ("anonymous", "reseller", "rival", "customer")
pytestmark = pytest.mark.django_db
SHOPS = {"customer": "/techsolutions/", "rival_customer": "/northbridge/"}


LEFT_OUT = {"django_session", "django_migrations", "core_idempotencyrecord"}


@dataclass
class Fingerprint:
    """Each table with a digest of its rows, and how many rows of it the transaction had written by then. When somebody
    last called or signed in does not count.
    """

    transaction: str
    written: dict[str, int]
    digests: dict[str, str]


_last: list[Fingerprint] = []


def fingerprint() -> Fingerprint:
    """That of now; the last one, while nothing was written since: digests of all tables take a tenth of a second."""
    transaction, written = written_so_far()
    if not _last or (_last[0].transaction, _last[0].written) != (transaction, written):
        tables = sorted(set(connection.introspection.table_names()) - LEFT_OUT)
        _last[:] = [Fingerprint(transaction, written, digests_of(tables))]
    return _last[0]


def changed(before: Fingerprint) -> list[str]:
    """The tables whose rows are others now."""
    _transaction, written = written_so_far()
    moved = [table for table in before.digests if written.get(table) != before.written.get(table)]
    if not moved:
        return []
    # What was written is taken back with the test, and the counts are not.
    _last.clear()
    after = digests_of(moved)
    return [table for table in moved if before.digests[table] != after[table]]


@pytest.fixture(autouse=True)
def _what_one_test_wrote_is_taken_back(world):
    before = written_so_far()
    yield
    if written_so_far() != before:
        _last.clear()


def written_so_far() -> tuple[str, dict[str, int]]:
    """The transaction, and how many rows of each table it has added, changed and deleted, taken back or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_current_xact_id()::text, relname, n_tup_ins + n_tup_upd + n_tup_del"
            " FROM pg_stat_xact_user_tables"
        )
        rows = cursor.fetchall()
    return rows[0][0], {name: number for _, name, number in rows if name not in LEFT_OUT}


def digests_of(tables: Sequence[str]) -> dict[str, str]:
    one = (
        "SELECT '{0}', md5(coalesce(string_agg((to_jsonb(t) - '{{last_used_at,last_login}}'::text[])::text, '|'"
        " ORDER BY to_jsonb(t)::text), '')) FROM {0} t"
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(one.format(table) for table in tables))
        return dict(cursor.fetchall())


def ids_of(world: World, things: tuple[str, ...]) -> list[Any]:
    """The ids a URL asks for; a word after "=" stands for itself."""
    return [thing[1:] if thing.startswith("=") else world.ids[thing] for thing in things]


def owned(row: Any) -> bool:
    """Whether the page is about a thing somebody has."""
    return any(not thing.startswith("=") for thing in row.things)


def seen(client: Client, method: str, path: str, **values: Any) -> int:
    return int(getattr(client, method)(path, **values).status_code)


# Every URL is listed -------------------------------------------------------------------------------------


def names(urlconf: str) -> set[str]:
    return {name for route, name in _walk(get_resolver(urlconf)) if not route.startswith("media/")}


def _walk(resolver: Any, before: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            below = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern, route, below)
        elif isinstance(pattern, URLPattern):
            yield route, f"{space}{pattern.name or route}"


def test_the_matrix_lists_every_url_of_the_portal_and_no_other():
    listed = {row.name for row in PORTAL}
    assert names("config.urls_portal") - PUBLIC == listed
    assert len(listed) == len(PORTAL)


def test_the_matrix_lists_every_url_of_storefronts_and_api_and_no_other():
    assert names("config.urls") - PUBLIC == {row.name for row in (*STOREFRONT, *API)}


def test_what_is_public_exists():
    assert names("config.urls") | names("config.urls_portal") >= PUBLIC


# The portal ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", PORTAL, ids=lambda row: row.name)
def test_the_portal_answers_its_staff_alone(world, row):
    path = pages.portal(row.name, *ids_of(world, row.things))
    may = {ROLES[letter] for letter in row.roles}
    tenants = row.tenant or (404 if row.things and row.ok != POST_ONLY else row.ok)
    expected = dict.fromkeys(OUTSIDERS, LOGIN)
    expected |= {role: row.ok if role in may else 403 for role in ROLES.values()}
    expected["tenant"] = tenants
    before = fingerprint()

    answers = {person: world.client(person).get(path) for person in expected}
    assert {person: answer.status_code for person, answer in answers.items()} == expected

    refused = {who: status for who, status in expected.items() if status in {LOGIN, 403}}
    posts = {person: seen(world.client(person), "post", path) for person in refused}
    assert posts == refused
    if row.things and row.tenant is None:
        assert_nothing_is_there(world, row, what_the_form_sends(path, answers["administrator"]))
    assert changed(before) == []


def assert_nothing_is_there(world: World, row: Any, form: dict[str, str]) -> None:
    """Whatever a tenant's staff sends to a foreign id, the answer is that of an id that nobody has."""
    path = pages.portal(row.name, *ids_of(world, row.things))
    nobody = pages.portal(row.name, *nobody_of(world, row))
    for values in ({}, form):
        status = seen(world.client("tenant"), "post", path, data=values)
        assert status in {400, 404, 405}
        assert status == seen(world.client("tenant"), "post", nobody, data=values)


def nobody_of(world: World, row: Any) -> list[Any]:
    """The row's ids with those of things replaced by ids nobody has."""
    return [
        given[1:]
        if given.startswith("=")
        else 0
        if isinstance(world.ids[given], int)
        else "2222222"
        for given in row.things
    ]


def what_the_form_sends(path: str, answer: Any) -> dict[str, str]:
    """The values of the page's own form, as the browser of whoever got this answer would send them unchanged."""
    page = Page(path, answer.status_code, answer.getvalue().decode(errors="replace"))
    try:
        return page.form(path).values
    except WalkFailed:
        return {}


@pytest.mark.parametrize(
    "row", [r for r in PORTAL if r.ok == POST_ONLY and r.things], ids=lambda row: row.name
)
def test_who_may_is_let_through(world, row):
    path = pages.portal(row.name, *ids_of(world, row.things))
    for letter in row.roles:
        with given_back():
            status = seen(world.client(ROLES[letter]), "post", path)
        assert status not in {403, 404, 405}, ROLES[letter]


@pytest.mark.parametrize(
    "row", [r for r in PORTAL if r.roles == EVERYBODY], ids=lambda row: row.name
)
def test_reading_staff_changes_nothing_where_it_may_look(world, row):
    path = pages.portal(row.name, *ids_of(world, row.things))
    before = fingerprint()

    assert seen(world.client("read_only"), "post", path) in {302, 400, 403, 404, 405}
    assert changed(before) == []


def test_the_portal_sends_strangers_to_its_sign_in_page_and_back(world):
    answer = Client().get(pages.portal("orders:list"))
    assert answer["Location"] == "/portal/account/login/?next=/portal/orders/"


# Storefronts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", STOREFRONT, ids=lambda row: row.name)
def test_a_storefront_answers_each_as_it_may(world, row):
    ids = ids_of(world, row.things)
    people = {
        "anonymous": row.anonymous,
        "administrator": row.staff,
        "reseller": row.reseller,
        "rival": row.rival,
        "customer": row.customer,
        "rival_customer": row.stranger
        or (404 if row.things and row.customer == 200 else row.customer),
        "viewer": row.viewer,
    }
    paths = {p: pages.shop(row.name, *ids, prefix=SHOPS.get(p, "/")) for p in people}
    before = fingerprint()

    got = {person: seen(world.client(person), "get", paths[person]) for person in people}
    assert got == people

    for person, status in people.items():
        if status in {LOGIN, 403, 404}:
            posted = seen(world.client(person), "post", paths[person])
            # Whoever only looks is told so before anything else.
            assert posted in ({403} if person == "viewer" else {status, 405}), person
        elif status == POST_ONLY and owned(row) and person in {"rival", "rival_customer"}:
            assert seen(world.client(person), "post", paths[person]) in {403, 404}, person
    assert seen(world.client("viewer"), "post", paths["viewer"]) in {403, 405}
    assert changed(before) == []


# The API -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", API, ids=lambda row: "-".join((row.name, *row.things)))
def test_the_api_answers_each_token_as_it_may(world, row):
    path = pages.api(row.name, *ids_of(world, row.things))
    before = fingerprint()
    for method, expected in {"get": row.get, **row.writes}.items():
        got = {}
        for token in expected:
            headers = (
                {"Authorization": f"Bearer {world.keys[token]}"} if token in world.keys else {}
            )
            body = (
                {}
                if method == "get"
                else {"data": dict(row.body), "content_type": "application/json"}
            )
            got[token] = seen(Client(), method, path, headers=headers, **body)
        assert got == expected, method
    assert changed(before) == []


def test_a_session_is_no_key_to_the_api(world):
    for person in world.people:
        assert seen(world.client(person), "get", pages.api("accounts-api:accounts")) == 401


# The operator's raw data ---------------------------------------------------------------------------------


def test_raw_data_is_for_superusers_alone(world, settings):
    settings.OPS_ENABLED = True
    listed = [(r, name) for r, name in _walk(get_resolver("config.urls_ops"))]
    raw = [route for route, name in listed if name not in PUBLIC and route != "login/"]
    assert len(raw) > 20
    for route in raw:
        path = RAW + route.replace("<path:object_id>", "1").replace("<path:content_type_id>", "1")
        if "^" in path or "(" in path:
            continue
        for person in ("anonymous", "administrator", "reseller", "customer"):
            assert seen(world.client(person), "get", path) in {302, 403, 404}, (path, person)


# The guard itself ----------------------------------------------------------------------------------------


def test_a_row_that_is_written_is_seen_and_one_that_is_taken_back_is_not(world):
    before = fingerprint()
    with given_back():
        Account.everywhere.filter(pk=world.customer.pk).update(name="Another")
        assert changed(before) == ["accounts_account"]
        assert changed(fingerprint()) == []

    assert changed(before) == []
    assert changed(fingerprint()) == []
