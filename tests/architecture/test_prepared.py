"""What is compiled once can be planned once: PostgreSQL knows the type of each value from its place alone, and nothing
but its values makes it another query.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models.signals import post_init, pre_init
from django.utils import translation
from django.utils.translation import gettext

from bss.core import clock, scope
from bss.core.models import Event
from bss.core.prepared import Prepared
from bss.core.statements import Statement
from tests.architecture.sources import calls, dotted, python_files, text_of, tree_of
from tests.ui.pseudo import longer_words

# Functions that make a query for each of what they are called with, and keep it; with something to call them with.
FACTORIES: dict[str, tuple[Any, ...]] = {
    "bss.billing.selectors.overdue:_days_overdue": (7,),
    "bss.orders.selectors.orders:_some_needing_staff": (7,),
    "bss.subscriptions.selectors.subscriptions:_some_needing_staff": (7,),
    "notifications.selectors.deliveries:_newest_about": (7,),
    "notifications.selectors.deliveries:_some_failed": (7,),
    "servicemanager.selectors:_some_needing_staff": (7, ("manual",)),
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Those of the product that prepare something, by name."""
    for path in python_files():
        if "Prepared(" in text_of(path) and path != "bss/core/prepared.py":
            name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            yield name, tree_of(path)


def queries() -> dict[str, Prepared[Any]]:
    """Every one of the product: those that a module keeps, and one of each factory."""
    kept = {
        f"{name}:{variable}": value
        for name, _tree in modules()
        for variable, value in vars(import_module(name)).items()
        if is_query(value)
    }
    made = {name: factory(name)(*given) for name, given in FACTORIES.items()}
    return {**kept, **made}


def is_query(kept: object) -> bool:
    return type(kept) is Prepared


def factory(name: str) -> Any:
    module, function = name.split(":")
    return getattr(import_module(module), function)


def prepares(tree: ast.AST) -> int:
    return sum(dotted(call.func) == "Prepared" for call in calls(tree))


def test_every_place_that_prepares_a_query_is_known():
    """What is made within a function is made once for each of what it is called with, or prepared again every time."""
    within = {
        f"{name}:{node.name}"
        for name, tree in modules()
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and prepares(node)
    }
    assert within == FACTORIES.keys()
    assert [name for name in FACTORIES if not hasattr(factory(name), "cache_info")] == []

    kept = sum(prepares(tree) for _name, tree in modules()) - len(FACTORIES)
    assert len({id(query) for query in queries().values()}) == kept + len(FACTORIES)


@pytest.mark.django_db
def test_every_query_of_the_product_can_be_prepared():
    found = queries()

    assert len(found) > 60
    with connection.cursor() as cursor:
        for query in found.values():
            # Under a name of its own: this connection may have it already.
            cursor.execute(Statement(query.statement).preparing)


def compiled(query: Prepared[Any]) -> str:
    """Its SQL, what never differs written into it, as somebody who is the first to ask would have it compiled."""
    return str(Prepared(query._build, **query._types).statement)


def differing(found: dict[str, Prepared[Any]]) -> list[str]:
    """Those that two people would have compiled to different SQL: elsewhere, in another language, a year later."""
    with scope.activate(scope.Scope("1.")), translation.override("en"):
        here = {name: compiled(query) for name, query in found.items()}
    later = clock.travel(timedelta(days=400))
    with (
        longer_words("de"),
        translation.override("de"),
        scope.activate(scope.Scope("2.3.4.")),
        later,
    ):
        there = {name: compiled(query) for name, query in found.items()}
    return [name for name in found if here[name] != there[name]]


@pytest.mark.django_db
def test_a_query_depends_on_its_values_and_on_nothing_else():
    assert differing(queries()) == []


@pytest.mark.django_db
def test_whatever_else_a_query_depends_on_is_seen():
    by_clock = Prepared(lambda: Event.objects.filter(at__lt=clock.now()))
    by_language = Prepared(lambda: Event.objects.filter(name=gettext("Yes")))
    by_nothing = Prepared(lambda name: Event.objects.filter(name=name), name=str)

    found = {"clock": by_clock, "language": by_language, "nothing": by_nothing}

    assert differing(found) == ["clock", "language"]


def test_nobody_waits_for_an_object_to_be_made():
    """Prepared rows become objects without a word to anybody."""
    told = [m for m in apps.get_models() if pre_init.has_listeners(m) or post_init.has_listeners(m)]

    assert told == []
