"""Migrations: named, one line per app, without frozen wording, and in step with the models."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader

from tests.architecture.sources import PRODUCT

NAMED = re.compile(r"\d{4}_[a-z][a-z0-9]*(_[a-z0-9]+)*")
ours = [a.label for a in apps.get_app_configs() if a.name.split(".", 1)[0] in PRODUCT]


@pytest.fixture(scope="module")
def loader():
    return MigrationLoader(None, ignore_no_migrations=True)


def of_app(loader, label):
    return {name: m for (app, name), m in loader.disk_migrations.items() if app == label}


@pytest.mark.parametrize("label", ours)
def test_migrations_have_names_and_follow_each_other(label, loader):
    found = of_app(loader, label)

    for name in found:
        assert NAMED.fullmatch(name), name
        assert not name.endswith(("_auto", "_merge")), name
        assert not re.search(r"_auto_\d{8}", name), name
    numbers = sorted(int(name[:4]) for name in found)
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(loader.graph.leaf_nodes(label)) <= 1
    for name, migration in found.items():
        own = [parent for app, parent in migration.dependencies if app == label]
        assert len(own) == (0 if name.startswith("0001") else 1), name


@pytest.mark.parametrize("label", ours)
def test_migrations_can_be_undone(label, loader):
    for name, migration in of_app(loader, label).items():
        for operation in migration.operations:
            assert operation.reversible, f"{label}.{name}: {operation.describe()}"
            if isinstance(operation, migrations.RunPython):
                assert migration.atomic or len(migration.operations) == 1, name


@pytest.mark.parametrize("label", ours)
def test_wording_makes_no_migration(label, loader):
    """Choices are words for people; the CHECK holds the values."""
    for name, migration in of_app(loader, label).items():
        for operation in migration.operations:
            fields = dict(getattr(operation, "fields", ()))
            if isinstance(getattr(operation, "field", None), models.Field):
                fields[operation.name] = operation.field
            for field, column in fields.items():
                assert not column.choices, f"{label}.{name}: {field}"


@pytest.mark.django_db
def test_models_and_migrations_are_in_step():
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


@pytest.mark.django_db
def test_no_extension_is_required():
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        assert [row[0] for row in cursor.fetchall()] == ["plpgsql"]
