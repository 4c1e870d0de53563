"""What is compiled once can be planned once: PostgreSQL knows the type of each value from its place alone."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models.signals import post_init, pre_init

from bss.core.prepared import Prepared
from bss.core.statements import Statement
from tests.architecture.sources import python_files, text_of


def queries() -> Iterator[Prepared[Any]]:
    """Every one that a module of the product keeps."""
    for path in python_files():
        if "Prepared(" in text_of(path):
            name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            yield from (kept for kept in vars(import_module(name)).values() if is_query(kept))


def is_query(kept: object) -> bool:
    return type(kept) is Prepared


@pytest.mark.django_db
def test_every_query_of_the_product_can_be_prepared():
    found = list(queries())

    assert len(found) > 60
    with connection.cursor() as cursor:
        for query in found:
            # Under a name of its own: this connection may have it already.
            cursor.execute(Statement(query.statement).preparing)


def test_nobody_waits_for_an_object_to_be_made():
    """Prepared rows become objects without a word to anybody."""
    told = [m for m in apps.get_models() if pre_init.has_listeners(m) or post_init.has_listeners(m)]

    assert told == []
