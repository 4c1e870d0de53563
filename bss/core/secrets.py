"""Secrets at rest: AES-256-GCM under a key ring apart from SECRET_KEY, bound to their row.

A sealed value is "v1.<key id>.<base64 of nonce and ciphertext>". The context ("servicemanager.instance:<public
id>:settings") is authenticated with it: a ciphertext copied into another row or column does not open.
"""

from __future__ import annotations

import base64
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

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
    return token.split(".", 2)[1] != _ring()[0][0]


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
