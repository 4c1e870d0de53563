"""Secrets at rest: AES-256-GCM under a key ring apart from SECRET_KEY, bound to their row.

A sealed value is "v1.<key id>.<base64 of nonce and ciphertext>". The context ("servicemanager.instance:<public
id>:settings") is authenticated with it: a ciphertext copied into another row or column does not open.

An app registers each column that holds sealed values from `AppConfig.ready`, so that `manage.py rotate_secrets` finds
it when a new key was put first into SECRETS_KEYS:

    secrets.register(Instance, "sealed", lambda row: f"servicemanager.instance:{row.public_id}:sealed")
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model

MASK = "••••••••"
_NONCE = 12


class SecretUnreadable(Exception):
    """No key of the ring opens this value in this context."""


def seal(plain: str, context: str) -> str:
    """Encrypt `plain` for `context` with the newest key of the ring."""
    key_id, key = _ring()[0]
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(key).encrypt(nonce, plain.encode(), context.encode())
    return f"v1.{key_id}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def unseal(token: str, context: str) -> str:
    """Decrypt. Raises SecretUnreadable for a foreign context, an unknown key or a damaged value."""
    try:
        _version, key_id, body = token.split(".", 2)
        raw = base64.urlsafe_b64decode(body)
        key = dict(_ring())[key_id]
        return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], context.encode()).decode()
    except (ValueError, KeyError, InvalidTag) as error:
        raise SecretUnreadable(context) from error


def needs_rotation(token: str) -> bool:
    """Whether a value was sealed with an older key than the newest."""
    return not token.startswith(f"v1.{_ring()[0][0]}.")


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A text column of sealed values; `context` gives what a row's value is bound to."""

    model: type[Model]
    column: str
    context: Callable[[Any], str]

    def __str__(self) -> str:
        return f"{self.model._meta.label_lower}.{self.column}"


@dataclass(frozen=True, slots=True)
class Rotation:
    """What rotating one column did: values sealed anew, and the primary keys of those that no key opens."""

    column: SealedColumn
    sealed: int
    unreadable: Sequence[int]


_columns: dict[tuple[type[Model], str], SealedColumn] = {}


def register(model: type[Model], column: str, context: Callable[[Any], str]) -> None:
    """Make a column known to `rotate`."""
    _columns[model, column] = SealedColumn(model, column, context)


def registered() -> Sequence[SealedColumn]:
    return tuple(_columns.values())


def rotate() -> Iterator[Rotation]:
    """Seal with the newest key whatever an older one sealed. May run while the product does, and run again."""
    for known in registered():
        yield _rotate(known)


def _rotate(known: SealedColumn) -> Rotation:
    sealed, unreadable = 0, []
    rows = known.model._base_manager.exclude(**{known.column: ""}).order_by("pk")
    for row in rows.iterator(chunk_size=500):
        token = getattr(row, known.column)
        if not needs_rotation(token):
            continue
        context = known.context(row)
        try:
            plain = unseal(token, context)
        except SecretUnreadable:
            unreadable.append(row.pk)
            continue
        # Compared with what was read: somebody may be saving a new secret at this moment.
        sealed += known.model._base_manager.filter(pk=row.pk, **{known.column: token}).update(
            **{known.column: seal(plain, context)}
        )
    return Rotation(known, sealed, unreadable)


def _ring() -> list[tuple[str, bytes]]:
    return _parse(tuple(settings.SECRETS_KEYS))


@lru_cache(maxsize=8)
def _parse(entries: tuple[str, ...]) -> list[tuple[str, bytes]]:
    ring = []
    for entry in entries:
        key_id, _, encoded = entry.partition(":")
        key = base64.b64decode(encoded)
        if len(key) != 32 or not key_id:
            raise ImproperlyConfigured(
                "SECRETS_KEYS takes entries of the form id:base64-of-32-bytes"
            )
        ring.append((key_id, key))
    if not ring:
        raise ImproperlyConfigured("SECRETS_KEYS is empty: secrets cannot be stored")
    return ring
