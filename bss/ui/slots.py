"""Places on a surface that any app may fill; a surface renders them and names nobody.

An app registers from `AppConfig.ready`:

    slots.register("portal.nav", NavItem(_("Customers"), "portal:accounts", icon="users", ...))
    slots.register("subscription.panels", Panel("resellers/_plan_panel.html", plan_panel))

Names are `<subject or surface>.<place>`; docs/design-system.md lists those in use.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any, Literal, Protocol, TypeVar

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix, get_urlconf, reverse

from bss.core.actor import ANONYMOUS, Actor
from bss.ui.components import Attention, Button, Confirm, Kind


class Item(Protocol):
    """What every slot item has: who may see it, and where it stands."""

    @property
    def permission(self) -> str: ...
    @property
    def order(self) -> int: ...


@dataclass(frozen=True, slots=True)
class NavItem:
    """A link of a navigation, a create menu or a list of set-up pages.

    `count` gives the number that asks for action (None or 0 shows nothing); `matches` are further URL-name
    prefixes under which the item is the current one; `visible` hides it for an actor beyond `permission`.
    """

    label: Any
    url_name: str
    icon: str = ""
    section: Any = ""
    permission: str = ""
    count: Callable[[HttpRequest], int | None] | None = None
    order: int = 100
    text: Any = ""
    matches: Sequence[str] = ()
    visible: Callable[[Actor], bool] | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """A fragment of a record's page or of a dashboard. `context` gives the template's variables, or None to
    stay away from this subject.
    """

    template: str
    context: Callable[[HttpRequest, Any], Mapping[str, Any] | None] | None = None
    permission: str = ""
    order: int = 100
    title: Any = ""


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do with a subject. `url` is a URL name (reversed with the subject's public id) or a callable.

    `confirm` may be a Confirm or a callable giving one for the subject, so that it can name it.
    """

    label: Any
    url: str | Callable[[Any], str]
    icon: str = ""
    kind: Kind = "normal"
    permission: str = ""
    visible: Callable[[Actor, Any], bool] | None = None
    confirm: Confirm | Callable[[Any], Confirm] | None = None
    method: Literal["get", "post"] = "get"
    order: int = 100


@dataclass(frozen=True, slots=True)
class AttentionSource:
    """Finds what needs attention in a subject (slot `<subject>.attention`)."""

    find: Callable[[HttpRequest, Any], Iterable[Attention]]
    permission: str = ""
    order: int = 100


@dataclass(frozen=True, slots=True)
class TabItem:
    """A tab of a record (slot `<subject>.tabs`); its body is fetched only when it is open."""

    key: str
    label: Any
    template: str
    context: Callable[[HttpRequest, Any], Mapping[str, Any] | None] | None = None
    count: Callable[[Any], int | None] | None = None
    permission: str = ""
    order: int = 100


@dataclass(frozen=True, slots=True)
class Figure:
    """A number or text a surface shows somewhere, such as the basket's count."""

    value: Callable[[HttpRequest], Any]
    permission: str = ""
    order: int = 100


@dataclass(frozen=True, slots=True)
class SearchHit:
    label: Any
    url: str
    kind: Any = ""
    detail: Any = ""


@dataclass(frozen=True, slots=True)
class SearchSource:
    """One kind of thing the global search finds (slot `portal.search`)."""

    label: Any
    find: Callable[[HttpRequest, str], Iterable[SearchHit]]
    permission: str = ""
    order: int = 100


_registry: dict[str, list[Item]] = defaultdict(list)
T = TypeVar("T")


def register(slot: str, *items: Item) -> None:
    """Put items into a slot. The same item twice is one item, so that `ready` may run again."""
    for item in items:
        if item not in _registry[slot]:
            _registry[slot].append(item)
    _registry[slot].sort(key=lambda item: item.order)


def unregister(slot: str, item: Item) -> None:
    """Take an item out again (tests)."""
    _registry[slot].remove(item)


def items(slot: str, actor: Actor, kind: type[T]) -> list[T]:
    """The items of one kind in a slot that the actor may see, in order."""
    found = _registry.get(slot, ())
    return [item for item in found if isinstance(item, kind) and allowed(actor, item.permission)]


def allowed(actor: Actor, permission: str) -> bool:
    """Whether the actor holds `permission`; an empty one is everybody's."""
    return not permission or actor.can(permission)


def actor_of(request: HttpRequest) -> Actor:
    """The request's actor; anonymous where no middleware set one (error pages)."""
    return getattr(request, "actor", None) or ANONYMOUS


def read_once(request: HttpRequest, key: str, subject: Any, read: Callable[[], T]) -> T:
    """What `read` gives, kept for the rest of the request: several slots of one page may tell of the same rows."""
    kept: dict[tuple[str, str, Any], Any] = request.__dict__.setdefault("_slots_read", {})
    name = (key, subject._meta.label, subject.pk)
    if name not in kept:
        kept[name] = read()
    return kept[name]


def buttons(slot: str, request: HttpRequest, subject: Any) -> list[Button]:
    """The slot's actions that this actor may take on this subject now, ready to render."""
    actor = actor_of(request)
    return [
        button_for(action, subject)
        for action in items(slot, actor, Action)
        if action.visible is None or action.visible(actor, subject)
    ]


def button_for(action: Action, subject: Any) -> Button:
    """An action resolved for a subject. Raises NoReverseMatch for an unknown URL name."""
    confirm = action.confirm(subject) if callable(action.confirm) else action.confirm
    url = action.url(subject) if callable(action.url) else url_of(action.url, subject)
    return Button(action.label, url, action.icon, action.kind, action.method, confirm)


def key_of(subject: Any) -> str:
    """What stands for the subject in a URL: its public id, or its primary key where it has none."""
    return str(getattr(subject, "public_id", None) or subject.pk)


def url_of(name: str, subject: Any) -> str:
    """The page `name` of a subject, as `reverse` gives it, which a list would ask fifty times. Raises NoReverseMatch
    for an unknown name, and for one that takes anything else than the subject's key.
    """
    key = key_of(subject)
    if not key.isalnum() or not key.isascii():
        return reverse(name, args=[key])
    before, after = _around_key(name, get_script_prefix(), get_urlconf() or settings.ROOT_URLCONF)
    return f"{before}{key}{after}"


def url_named(name: str) -> str:
    """The page `name` on this surface, as `reverse` gives it, which navigation asks twenty times a page. Raises
    NoReverseMatch for an unknown name.
    """
    return _page(name, get_script_prefix(), get_urlconf() or settings.ROOT_URLCONF)


@lru_cache(maxsize=512)
def _page(name: str, _prefix: str, _urlconf: str) -> str:
    return reverse(name)


# A key that is a number as well as a word, so that every pattern takes it, and that stands nowhere else in a path.
_SOME_KEY = "90071992547409910000"


@lru_cache(maxsize=2048)
def _around_key(name: str, _prefix: str, _urlconf: str) -> tuple[str, str]:
    """What stands before and after a key in a page's path, on this surface."""
    before, _key, after = reverse(name, args=[_SOME_KEY]).partition(_SOME_KEY)
    return before, after


def attention(slot: str, request: HttpRequest, subject: Any) -> list[Attention]:
    """Everything in the slot that needs attention, in order."""
    sources = items(slot, actor_of(request), AttentionSource)
    return [entry for source in sources for entry in source.find(request, subject)]


def navigation(slot: str, request: HttpRequest) -> list[Mapping[str, Any]]:
    """A slot's links by section: `[{"section", "links": [{"item", "url", "current", "count"}]}]`."""
    actor = actor_of(request)
    sections: dict[str, dict[str, Any]] = {}
    for item in items(slot, actor, NavItem):
        if item.visible is not None and not item.visible(actor):
            continue
        name = str(item.section)
        section = sections.setdefault(name, {"section": item.section, "links": []})
        section["links"].append(_link(item, request))
    _mark_current(sections, request)
    return list(sections.values())


def stand_under(request: HttpRequest, url: str) -> None:
    """Have the navigation mark the link to `url`, for a page whose own path does not lie below it."""
    request.__dict__["_stands_under"] = url


def _link(item: NavItem, request: HttpRequest) -> dict[str, Any]:
    # Templates call it where they show it, and only there is it counted.
    count = cache(partial(item.count, request)) if item.count else None
    return {"item": item, "url": url_named(item.url_name), "current": False, "count": count}


def _mark_current(sections: Mapping[str, Mapping[str, Any]], request: HttpRequest) -> None:
    """The link of this page: named by its URL, or else the one whose path is the longest prefix."""
    match = request.resolver_match
    name = match.view_name if match else ""
    links = [link for section in sections.values() for link in section["links"]]
    named = [link for link in links if _is_named(link["item"], name)]
    path = request.__dict__.get("_stands_under", request.path)
    under = [link for link in links if path.startswith(link["url"])]
    best = named or sorted(under, key=lambda link: len(link["url"]))[-1:]
    for link in best[:1]:
        link["current"] = True


def _is_named(item: NavItem, name: str) -> bool:
    return bool(name) and (name == item.url_name or any(name.startswith(m) for m in item.matches))
