"""Addresses of pages on each surface, whatever surface an earlier request of the test was on."""

from __future__ import annotations

from typing import Any

from django.urls import get_script_prefix, reverse, set_script_prefix


def portal(name: str, *args: Any) -> str:
    """The address of a portal page."""
    return _address("/portal/", name, args, "config.urls_portal")


def shop(name: str, *args: Any, prefix: str = "/") -> str:
    """The address of a page of a storefront; `prefix` is "/<alias>/" for a reseller's own."""
    return _address(prefix, name, args, "config.urls")


def api(name: str, *args: Any) -> str:
    """The address of an API resource."""
    return _address("/", name, args, "config.urls")


def _address(prefix: str, name: str, args: tuple[Any, ...], urlconf: str) -> str:
    before = get_script_prefix()
    set_script_prefix(prefix)
    try:
        return reverse(name, args=args, urlconf=urlconf)
    finally:
        set_script_prefix(before)
