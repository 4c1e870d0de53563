"""From a kind and plain values to the words of one e-mail, in the recipient's language and the seller's brand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from bss.core.secrets import MASK
from notifications.contracts import Brand, Rendered
from notifications.kinds import Kind

MAX_SUBJECT = 250
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BLANK_LINES = re.compile(r"\n{3,}")


def render(
    kind: Kind,
    context: Mapping[str, Any],
    *,
    brand: Brand,
    language: str,
    recipient_name: str = "",
) -> Rendered:
    """The e-mail in words. `context` holds plain values only: templates print, they look nothing up."""
    values = {
        **context,
        "brand": asdict(brand),
        "recipient_name": one_line(recipient_name),
        "kind": kind.code,
    }
    with translation.override(known_language(language)):
        values["language"] = translation.get_language()
        values["bidi"] = "rtl" if translation.get_language_bidi() else "ltr"
        return Rendered(
            subject=one_line(render_to_string(kind.template("subject.txt"), values))[:MAX_SUBJECT],
            text=_BLANK_LINES.sub(
                "\n\n", render_to_string(kind.template("body.txt"), values)
            ).strip()
            + "\n",
            html=render_to_string(kind.template("body.html"), values),
        )


def one_line(text: str) -> str:
    """`text` on one line without control characters: nothing in it can begin another header."""
    return " ".join(_CONTROL.sub(" ", text).split())


def known_language(language: str) -> str:
    """`language` when the product speaks it, else the deployment's own."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def masked(kind: Kind, context: Mapping[str, Any]) -> dict[str, Any]:
    """The context as it may be kept readable and shown."""
    return {name: MASK if name in kind.secret else value for name, value in context.items()}


def plain(value: Any, path: str = "context") -> Any:
    """A copy of `value` that may be stored and printed: without control characters but line breaks and tabs.

    Raises TypeError unless it is made of text, whole numbers, booleans, None, lists and dicts of them. Amounts and
    dates are text by then, written in the recipient's language.
    """
    if isinstance(value, str):
        return _UNPRINTABLE.sub("", value)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, Mapping):
        return {name: plain(inner, f"{path}.{name}") for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner, f"{path}[{position}]") for position, inner in enumerate(value)]
    raise TypeError(f"{path} is a {type(value).__name__}: e-mails are given plain values")
