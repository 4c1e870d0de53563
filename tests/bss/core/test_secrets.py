"""Secrets at rest: opened with the right key in the right place, and nowhere else; keys can be changed."""

from __future__ import annotations

import base64
import os
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from bss.core import secrets
from bss.core.models import HistoryEntry
from bss.core.secrets import SecretUnreadable, needs_rotation, seal, unseal

PLACE = "servicemanager.instance:k7hd2mbqv9xw4r:settings"


def key(name):
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


@pytest.fixture
def ring(settings):
    settings.SECRETS_KEYS = [key("new"), key("old")]
    return settings.SECRETS_KEYS


@given(st.text(max_size=200), st.text(max_size=50))
def test_what_is_sealed_opens_in_its_place(plain, place):
    assert unseal(seal(plain, place), place) == plain


def test_nothing_of_the_secret_shows(ring):
    token = seal("hunter2-hunter2", PLACE)

    assert token.startswith("v1.new.")
    assert "hunter2" not in token
    assert b"hunter2" not in base64.urlsafe_b64decode(token.split(".")[2])


def test_the_same_secret_is_sealed_differently_each_time(ring):
    assert len({seal("hunter2", PLACE) for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "other", ["", PLACE + "x", PLACE.upper(), "servicemanager.instance:other:settings"]
)
def test_a_secret_moved_to_another_row_does_not_open(ring, other):
    with pytest.raises(SecretUnreadable):
        unseal(seal("hunter2", PLACE), other)


def test_a_secret_that_was_tampered_with_does_not_open(ring):
    version, name, body = seal("hunter2", PLACE).split(".", 2)
    raw = base64.urlsafe_b64decode(body)

    for position in range(len(raw)):
        changed = raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]
        token = f"{version}.{name}.{base64.urlsafe_b64encode(changed).decode()}"
        with pytest.raises(SecretUnreadable):
            unseal(token, PLACE)


@pytest.mark.parametrize(
    "token", ["", "v1", "v1.new", "v1.new.", "v1.unknown.AAAA", "v1.new.AAAA", "v1.new.ä", "plain text", "v1.new.A"]
)  # fmt: skip
def test_what_is_no_secret_does_not_open(ring, token):
    with pytest.raises(SecretUnreadable):
        unseal(token, PLACE)


def test_a_new_key_seals_and_the_old_still_opens(settings, ring):
    new, old = ring
    settings.SECRETS_KEYS = [old]
    token = seal("hunter2", PLACE)

    settings.SECRETS_KEYS = [new, old]
    assert needs_rotation(token)
    assert unseal(token, PLACE) == "hunter2"
    assert not needs_rotation(seal("hunter2", PLACE))

    settings.SECRETS_KEYS = [new]
    with pytest.raises(SecretUnreadable):
        unseal(token, PLACE)


@pytest.mark.parametrize("keys", [[], ["nocolon"], [":" + "A" * 44], ["short:QUJD"], ["bad:!!!"]])
def test_a_ring_that_is_no_ring_is_told_at_once(settings, keys):
    settings.SECRETS_KEYS = keys

    with pytest.raises((ImproperlyConfigured, ValueError)):
        seal("hunter2", PLACE)


@pytest.fixture
def sealed_rows(db, settings, ring, monkeypatch):
    """Three rows sealed with the old key, one with the new; the registry knows their column and no other."""
    new, old = ring
    monkeypatch.setattr(secrets, "_columns", {})
    secrets.register(HistoryEntry, "reason", lambda row: f"row:{row.subject_id}")

    def entry(n, reason):
        return HistoryEntry.objects.create(
            subject_type="test", subject_id=n, action="x", actor_label="x", reason=reason
        )

    settings.SECRETS_KEYS = [old]
    rows = [entry(n, seal(f"secret {n}", f"row:{n}")) for n in range(3)]
    settings.SECRETS_KEYS = [new, old]
    return [*rows, entry(3, seal("secret 3", "row:3")), entry(4, "")]


def test_rotation_seals_anew_what_an_older_key_sealed(sealed_rows, settings):
    before = sealed_rows[3].reason
    out = StringIO()

    call_command("rotate_secrets", stdout=out)

    assert out.getvalue() == "core.historyentry.reason: 3 sealed anew\n"
    settings.SECRETS_KEYS = settings.SECRETS_KEYS[:1]
    for n, row in enumerate(sealed_rows[:4]):
        row.refresh_from_db()
        assert unseal(row.reason, f"row:{n}") == f"secret {n}"
    assert sealed_rows[3].reason == before


def test_rotating_again_changes_nothing(sealed_rows):
    call_command("rotate_secrets", stdout=StringIO())
    before = list(HistoryEntry.objects.order_by("pk").values_list("reason", flat=True))

    assert [result.sealed for result in secrets.rotate()] == [0]

    assert list(HistoryEntry.objects.order_by("pk").values_list("reason", flat=True)) == before


def test_rotation_tells_what_no_key_opens_and_keeps_it(sealed_rows, settings):
    settings.SECRETS_KEYS = settings.SECRETS_KEYS[:1]
    lost = sealed_rows[0].reason
    errors = StringIO()

    with pytest.raises(CommandError, match="3 secrets could not be read"):
        call_command("rotate_secrets", stdout=StringIO(), stderr=errors)

    assert f"no key opens the value of row {sealed_rows[0].pk}" in errors.getvalue()
    sealed_rows[0].refresh_from_db()
    assert sealed_rows[0].reason == lost


def test_rotation_does_not_overwrite_a_secret_saved_meanwhile(sealed_rows, monkeypatch):
    fresh = seal("brand new", "row:0")

    def somebody_saves(row):
        HistoryEntry.objects.filter(pk=sealed_rows[0].pk).update(reason=fresh)
        return f"row:{row.subject_id}"

    secrets.register(HistoryEntry, "reason", somebody_saves)

    [result] = secrets.rotate()

    sealed_rows[0].refresh_from_db()
    assert sealed_rows[0].reason == fresh
    assert result.sealed == 2
