"""What is declared in one place and used in many: events, permissions, secrets, templates, names of the outside."""

from __future__ import annotations

import ast
import re
from dataclasses import fields, is_dataclass

import pytest
from django.apps import apps
from django.conf import settings

from bss.accounts.permissions import STAFF_ROLES, STOREFRONT_ROLES, Permission
from bss.core import events, secrets
from tests.architecture.sources import (
    PRODUCT,
    ROOT,
    calls,
    dotted,
    python_files,
    room_of,
    text_of,
    tracked,
    tree_of,
)

# Events ---------------------------------------------------------------------------------------------

EVENT_NAME = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")


@pytest.mark.parametrize("name", sorted(events.registered()))
def test_an_event_is_named_in_the_past_and_about_one_id(name):
    event = events.registered()[name]

    assert EVENT_NAME.fullmatch(name)
    assert is_dataclass(event)
    assert event.__dataclass_params__.frozen
    assert len([f.name for f in fields(event) if f.name.endswith("_id")]) == 1
    assert fields(event)[0].name.endswith("_id")
    assert {str(f.type) for f in fields(event)} <= {"int", "str", "bool"}, (
        "ids and words, no records"
    )
    assert event.__module__.endswith(".events")


def test_every_handler_listens_from_its_apps_door():
    """Handlers live in handlers.py (or a module that EXTRA lists for it), so that a job's key stays readable."""
    for name in events.registered():
        for subscriber in events.subscribers(name):
            module = subscriber.name.rsplit(".", 1)[0]
            assert (
                module.rsplit(".", 1)[-1] in {"handlers", "notices"}
                or ".handlers." in subscriber.name
            )


def test_handlers_look_down():
    from tests.architecture.test_layout import layers

    def level(module):
        rows = [(n, app) for n, row in enumerate(layers()) for app in row]
        return next(n for n, app in rows if module == app or module.startswith(f"{app}."))

    for name, event in events.registered().items():
        for subscriber in events.subscribers(name):
            assert level(subscriber.name) <= level(event.__module__), (
                f"{subscriber.name} hears {name} from above"
            )


# Permissions ------------------------------------------------------------------------------------------


def test_permissions_are_named_by_what_and_verb():
    for code in Permission:
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", code)


def test_every_permission_is_somebodys():
    given = set().union(*STAFF_ROLES.values(), *STOREFRONT_ROLES.values())

    assert set(Permission) - given == set()
    assert given - set(Permission) == set()


def test_permissions_in_use_exist():
    """Also those written as words: `permission = "order.view"`, `actor.require("order.view")`."""
    known = {str(code) for code in Permission}
    unknown = []
    for path in python_files():
        for node in ast.walk(tree_of(path)):
            unknown += [
                f"{path}:{value.lineno} {value.value}"
                for value in _permission_words(node)
                if value.value and value.value not in known
            ]

    assert unknown == []


def _permission_words(node):
    values = []
    if isinstance(node, ast.keyword) and node.arg == "permission":
        values.append(node.value)
    if isinstance(node, ast.Assign) and any(dotted(t) == "permission" for t in node.targets):
        values.append(node.value)
    if isinstance(node, ast.Call) and dotted(node.func).endswith((".require", ".may", "actor.can")):
        values += node.args[:1]
    return [v for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str)]


# Pages that are no screens of a surface. Those that allauth draws ask by themselves.
FOREIGN_SCREENS = {"Activate": "the key in its address is the permission"}


def test_every_screen_names_its_permission():
    """A class of a views room that answers requests says who may, or that everybody may."""
    from django.views import View

    from bss.ui.generic import Screen

    def subclasses(cls):
        for sub in cls.__subclasses__():
            yield sub
            yield from subclasses(sub)

    for path in python_files():
        if room_of(path) == "views":
            __import__(path.removesuffix(".py").replace("/", "."))
    screens = [
        cls for cls in subclasses(View)
        if cls.__module__.split(".", 1)[0] in PRODUCT and ".views" in cls.__module__
    ]  # fmt: skip
    assert screens
    for cls in screens:
        is_allauths = any(base.__module__.startswith("allauth.") for base in cls.__mro__)
        if is_allauths or cls.__qualname__ in FOREIGN_SCREENS:
            continue
        assert issubclass(cls, Screen), f"{cls.__qualname__} is no Screen"
        if not cls.__subclasses__():
            assert cls.public or cls.permission, f"{cls.__qualname__} names no permission"
            assert not cls.permission or cls.permission in set(Permission), cls.__qualname__


# Secrets ----------------------------------------------------------------------------------------------------


def test_every_sealed_column_is_found_by_rotation():
    sealed = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if "sealed" in field.name
    }

    assert {(c.model, c.column) for c in secrets.registered()} == sealed


def test_no_column_keeps_a_secret_in_the_clear():
    clear = re.compile(r"secret|token|api_key|(?<!has_)password")
    # A card's token is worth nothing without the deployment's key at the provider, and is looked up by its text.
    allowed = {
        "accounts.User.password", "core.Job.lease_token", "sessions.Session.session_key", "billing.CardToken.token",
    }  # fmt: skip
    named = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.split(".", 1)[0] in PRODUCT
        for field in model._meta.local_fields
        if clear.search(field.name)
    }

    assert named <= allowed


# Templates ------------------------------------------------------------------------------------------------------

TEMPLATES = [
    p
    for p in tracked()
    if p.endswith(".html") and "templates/" in p and not p.startswith("sandbox/")
]
# Mail programs know no stylesheet.
MAIL = "templates/notifications/"
INLINE = re.compile(
    r"<style|<script(?![^>]*\bsrc=)(?![^>]*application/json)|\sstyle\s*=|\son[a-z]+\s*=|hx-on|javascript:",
    re.IGNORECASE,
)
# HTML printed as it is, with whoever made it harmless.
SAFE = {
    "templates/ui/_field.html": "a widget that Django rendered",
}


@pytest.mark.parametrize("path", TEMPLATES)
def test_a_template_brings_no_script_and_no_style_of_its_own(path):
    text = text_of(path)
    if path.startswith(MAIL) and not path.removeprefix(MAIL).startswith(("_panel", "delivery")):
        assert not re.search(r"<script|<style|\son[a-z]+\s*=|javascript:", text, re.IGNORECASE)
        return
    assert INLINE.findall(text) == []


@pytest.mark.parametrize("path", TEMPLATES)
def test_a_template_loads_nothing_from_elsewhere(path):
    assert re.findall(r"(?:src|href|action)=[\"']https?://[^\"']+", text_of(path)) == []
    assert ("|safe" in text_of(path)) == (path in SAFE)
    assert "autoescape off" not in text_of(path)


def test_the_policy_of_pages_allows_nothing_inline():
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    for name, sources in directives.items():
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:"} & set(sources), name


# The outside --------------------------------------------------------------------------------------------------------

MACHINE = re.compile(r"(?<![\w/])/(?:work|root|home/[a-z]+)/|/tmp/(?!\{)[a-z]+dev")
TEXTS = (
    ".py",
    ".md",
    ".html",
    ".txt",
    ".toml",
    ".yml",
    ".sh",
    ".js",
    ".css",
    ".json",
    ".cfg",
    ".conf",
)
ITSELF = {"tests/architecture/test_declarations.py"}


def readable():
    for path in tracked():
        if path.endswith(TEXTS) or "." not in path.rsplit("/", 1)[-1]:
            yield path


def test_the_repository_names_no_machine():
    named = [path for path in readable() if path not in ITSELF and MACHINE.search(text_of(path))]

    assert named == []


def test_what_is_locked_names_no_host():
    for path in tracked():
        if path.startswith("requirements"):
            assert "://" not in text_of(path), path
            assert "--index-url" not in text_of(path), path
            assert "--hash=sha256:" in text_of(path), path


def test_every_link_of_the_docs_leads_somewhere():
    broken = []
    for path in tracked():
        if path.endswith(".md"):
            here = (ROOT / path).parent
            for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text_of(path)):
                if not (here / link).exists():
                    broken.append(f"{path}: {link}")

    assert broken == []


def test_settings_read_by_code_exist():
    for path in python_files():
        for name in re.findall(r"(?<![\w.])settings\.([A-Z][A-Z_]+)", text_of(path)):
            assert hasattr(settings, name), f"{path}: {name}"


def test_urls_have_names():
    nameless = [
        f"{path}:{call.lineno}"
        for path in python_files()
        if room_of(path) == "urls"
        for call in calls(tree_of(path))
        if dotted(call.func) in {"path", "re_path"}
        and "name" not in {k.arg for k in call.keywords}
        and "include" not in ast.dump(call)
    ]

    assert nameless == []
