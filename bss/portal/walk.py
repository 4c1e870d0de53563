"""A browser without a screen: fetches pages and submits their forms, as the check of a running demo needs it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

TIMEOUT_SECONDS = 20.0
# A connection is not used again after so long: the server may have closed it.
KEPT_SECONDS = 2.0
MOST_REDIRECTS = 10
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
        for source in _FORM.findall(self.html):
            if part not in source:
                continue
            parser = _Forms()
            parser.feed(source)
            form = parser.forms[0]
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
    """One person's browser at one address: its connection and its cookies are kept, redirects followed."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._connection = HTTPConnection(urlsplit(base_url).netloc, timeout=TIMEOUT_SECONDS)
        self._cookies: dict[str, str] = {}
        self._answered_at = 0.0

    def get(self, path: str) -> Page:
        return self._follow("GET", urljoin(f"{self.base_url}/", path))

    def submit(self, page: Page, form: Form, values: Mapping[str, Any] | None = None) -> Page:
        """Send `form` with `values` filled in, and follow where it leads."""
        data = urlencode({**form.values, **(values or {})})
        headers = {"Referer": page.url, "Content-Type": "application/x-www-form-urlencoded"}
        return self._follow("POST", urljoin(page.url, form.action or page.url), data, headers)

    def _follow(
        self, method: str, url: str, data: str = "", headers: Mapping[str, str] | None = None
    ) -> Page:
        for _redirect in range(MOST_REDIRECTS):
            if urlsplit(url).netloc != urlsplit(self.base_url).netloc:
                raise WalkFailed(f"{url} is not at {self.base_url}")
            answer, html = self._ask(method, url, data, headers or {})
            if answer.status not in {301, 302, 303}:
                return Page(url, answer.status, html)
            url = urljoin(url, answer.headers.get("Location", ""))
            method, data, headers = "GET", "", None
        raise WalkFailed(f"{url} leads in a circle")

    def _ask(
        self, method: str, url: str, data: str, headers: Mapping[str, str]
    ) -> tuple[HTTPResponse, str]:
        if time.monotonic() - self._answered_at > KEPT_SECONDS:
            self._connection.close()
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        sent = {**headers, **({"Cookie": cookies} if cookies else {})}
        try:
            self._connection.request(
                method, urlunsplit(("", "", *urlsplit(url)[2:4], "")), data, sent
            )
            answer = self._connection.getresponse()
            html = answer.read().decode(errors="replace")
        except (OSError, HTTPException) as error:
            self._connection.close()
            raise WalkFailed(f"{url} does not answer: {error}") from error
        self._answered_at = time.monotonic()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self._keep(SimpleCookie(cookie))
        return answer, html

    def _keep(self, cookies: SimpleCookie) -> None:
        """An emptied one is a deleted one."""
        given = {name: morsel.value for name, morsel in cookies.items()}
        kept = {**self._cookies, **given}
        self._cookies = {name: value for name, value in kept.items() if value}
