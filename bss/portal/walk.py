"""A browser without a screen: fetches pages and submits their forms, as the check of a running demo needs it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

TIMEOUT_SECONDS = 20.0
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)


class WalkFailed(Exception):
    """A page was not what the walk expected; the message says which and how."""


@dataclass
class Form:
    """A form of a page: where it goes, and the values it would send."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    text: str = ""


class _Forms(HTMLParser):
    """Collects the forms of a page with the values a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(have.get("action", ""), have.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is not None:
            self._control(tag, have, {name for name, _value in attrs})

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open.text += data

    def _control(self, tag: str, have: dict[str, str], names: set[str]) -> None:
        assert self._open is not None  # noqa: S101 -- the caller looked
        name = have.get("name", "")
        if tag == "select":
            self._select = name
        elif (
            tag == "option"
            and self._select
            and ("selected" in names or self._select not in self._open.values)
        ):
            self._open.values[self._select] = have.get("value", "")
        elif tag == "textarea" and name:
            self._open.values.setdefault(name, "")
        elif tag == "input" and name and self._is_sent(have, names):
            # Only a tick without a value sends "on"; an empty field sends an empty text.
            is_tick = have.get("type", "text") in {"checkbox", "radio"}
            self._open.values[name] = have.get("value", "on" if is_tick else "")

    def _is_sent(self, have: dict[str, str], names: set[str]) -> bool:
        kind = have.get("type", "text")
        if kind in {"checkbox", "radio"}:
            return "checked" in names
        return kind not in {"submit", "button", "file", "image"}


@dataclass
class Page:
    """A fetched page."""

    url: str
    status: int
    html: str

    def form(self, part: str) -> Form:
        """The first posting form with `part` in its action, its text or a field's name, else WalkFailed."""
        parser = _Forms()
        parser.feed("".join(_FORM.findall(self.html)))
        for form in parser.forms:
            named = any(part in name for name in form.values)
            if form.method == "post" and (named or part in form.action or part in form.text):
                return form
        raise WalkFailed(f"{self.url} has no form for {part!r}")

    def expect(self, *parts: str) -> Page:
        """This page, when it answered 200 and contains each of `parts`. Raises WalkFailed otherwise."""
        if self.status != 200:
            raise WalkFailed(f"{self.url} answered {self.status}")
        for part in parts:
            if part not in self.html:
                raise WalkFailed(f"{self.url} does not show {part!r}")
        return self


class Walker:
    """One person's browser: cookies are kept, redirects followed."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> Page:
        return self._send(Request(urljoin(f"{self.base_url}/", path)))  # noqa: S310

    def submit(self, page: Page, form: Form, values: Mapping[str, Any] | None = None) -> Page:
        """Send `form` with `values` filled in, and follow where it leads."""
        data = urlencode({**form.values, **(values or {})}).encode()
        url = urljoin(page.url, form.action or page.url)
        return self._send(Request(url, data=data, headers={"Referer": page.url}))  # noqa: S310

    def _send(self, request: Request) -> Page:
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return Page(answer.geturl(), answer.status, answer.read().decode())
        except HTTPError as error:
            return Page(request.full_url, error.code, error.read().decode(errors="replace"))
        except OSError as error:
            raise WalkFailed(f"{request.full_url} does not answer: {error}") from error
