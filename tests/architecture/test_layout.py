"""Where things stand: packages, layers, and the rooms of an app (STYLE: a house with rooms)."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import PurePosixPath

import pytest
from django.apps import apps

from tests.architecture.sources import (
    APPS,
    PRODUCT,
    ROOT,
    python_files,
    text_of,
    tracked,
    tree_of,
)

ROOMS = frozenset(
    {
        "models", "choices", "states", "services", "selectors", "access", "client", "gateway", "events",
        "contracts", "errors", "ports", "handlers", "tasks", "webhooks", "views", "api", "forms", "urls",
        "management", "tables", "filters", "slots", "templatetags", "permissions", "schedules", "checks",
        "locks", "apps", "admin", "migrations", "__init__",
    }
)  # fmt: skip
# Further rooms, each with the reason why none of the usual ones would do.
EXTRA = {
    "adobe3yc/notices.py": "what is told of commitments: kinds of e-mail and who gets them",
    "adobe3yc/plugin/": "the service manager Adobe Services, a file for each of its concerns",
    "adobe3yc/pricefiles/": "from a price file to rows: no tables",
    "adobe3yc/rules/": "the pure rules of levels, commitments and prices: no rows, no reads",
    "adobe3yc/vipmp/": "VIP Marketplace: a folder for its wire format and its client",
    "bss/accounts/adapter.py": "how allauth behaves here: its own name for such a module",
    "bss/accounts/api_auth.py": "how DRF learns who calls: its authentication and permission classes",
    "bss/accounts/countries.py": "the closed list of countries, computed from CLDR",
    "bss/accounts/phones.py": "how telephone numbers look: one rule for every door",
    "bss/accounts/vat_ids.py": "how tax numbers look, by country: from the Commission's table",
    "bss/billing/cards/": "the provider of card payments: a folder for its wire and its meaning",
    "bss/accounts/links.py": "absolute addresses of surfaces, for e-mails and hand-overs",
    "bss/accounts/middleware.py": "Django's own name for such a module",
    "bss/accounts/sessions.py": "the store of sessions: what Django names in its settings",
    "bss/billing/rendering/": "from an issued document to a PDF: no rows",
    "bss/catalog/searching.py": "how words find products: the text search of the database, and the nearest word",
    "bss/installments/splitting.py": "the pure split of a total: no rows, no reads",
    "bss/pricing/coterm.py": "the pure days, share and installments of a first term that ends early",
    "bss/pricing/engine.py": "the pure engine: no rows, no reads",
    "bss/pricing/forecasts.py": "previews for a payer, with what is due and how it is taxed",
    "bss/pricing/previews.py": "the pure preview of what an action puts on which document: no rows, no reads",
    "bss/pricing/schedule.py": "the pure engine of what is charged and given back, when: no rows, no reads",
    "bss/pricing/stored.py": "previews as JSON, as orders keep them: no rows, no reads",
    "bss/pricing/tax.py": "the pure tax of a document: no rows, no reads",
    "bss/portal/seed/": "the demo's story and the data of scale",
    "bss/portal/walk.py": "the self-upgrade over HTTP that `bin/demo --check` walks",
    "notifications/kinds.py": "the registry of kinds of e-mail",
    "notifications/rendering.py": "from a kind and values to words: no rows",
    "servicemanager/base.py": "the class a service manager derives from",
    "servicemanager/echo/": "a service manager: a folder for each vendor",
    "servicemanager/manual/": "a service manager: a folder for each vendor",
    "servicemanager/registry.py": "which service managers there are",
    "servicemanager/bounds.py": "the adapter behind subscriptions' SEAT_BOUNDS",
    "servicemanager/review.py": "the adapter behind the port of checkout",
    "servicemanager/transport.py": "outgoing HTTP recorded as exchanges",
    "resellers/notices.py": "what resellers are told: kinds of e-mail and who gets them",
    "resellers/plugin.py": "the service manager Tradewind for Resellers",
    "storefront/rendering.py": "the cards of the catalogue as markup, faster than a template: no reads",
    "resellers/theme.py": "a storefront's brand behind the port of bss.ui",
}  # fmt: skip
FORBIDDEN = frozenset({"utils", "helpers", "common", "misc", "managers", "signals", "constants"})
# STYLE says about 400.
LONGEST = 430
# Modules over the limit, each with its reason.
LONG = {
    "config/settings.py": "one list of settings, read from top to bottom",
}


def layers():
    """Contract 1 of import-linter: rows of apps from the top down, without the brackets of what is optional."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    contract = settings["contracts"][0]["layers"]
    return [[name.strip(" ()") for name in row.split("|")] for row in contract]


def test_every_folder_of_modules_is_a_package():
    folders = {PurePosixPath(path).parent for path in python_files(migrations=True)}

    assert [str(f) for f in folders if not (ROOT / f / "__init__.py").exists()] == []


def test_every_app_has_its_place_in_the_layers():
    placed = {name for row in layers() for name in row}
    ours = {a.name for a in apps.get_app_configs() if a.name.split(".", 1)[0] in PRODUCT}

    assert ours <= placed
    assert {path.replace("/", ".") for path in APPS} <= placed
    assert {"bss.core", "bss.ui", "config"} <= placed
    for name in placed:
        assert (ROOT / name.replace(".", "/")).is_dir()


def test_imports_point_down():
    """Each contract of pyproject.toml, with no exception written into any."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert [c["name"] for c in settings["contracts"] if c.get("ignore_imports")] == []

    linted = subprocess.run(  # noqa: S603 -- the tool of this environment
        [PurePosixPath(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert linted.returncode == 0, linted.stdout


def rooms_in_use():
    """(app, what stands directly in it) for every module and folder."""
    found = set()
    for path in python_files(migrations=True):
        app = next((a for a in APPS if path.startswith(f"{a}/")), None)
        if app:
            first, *rest = path.removeprefix(f"{app}/").split("/")
            found.add((app, f"{first}/" if rest else first))
    return found


def test_an_app_has_rooms_with_the_usual_names_only():
    strange = {
        f"{app}/{name}"
        for app, name in rooms_in_use()
        if name.removesuffix("/").removesuffix(".py") not in ROOMS
    }

    assert strange - EXTRA.keys() == set(), "give it a usual name, or list it with its reason"
    assert EXTRA.keys() - strange == set(), "take it off the list"


def test_nothing_is_called_by_what_it_is_not():
    names = {PurePosixPath(path).stem: path for path in python_files()}

    assert [names[name] for name in names.keys() & FORBIDDEN] == []


def test_a_module_fits_in_a_head():
    lengths = {path: len(text_of(path).splitlines()) for path in python_files()}

    assert {p: n for p, n in lengths.items() if n > LONGEST and p not in LONG} == {}


def test_every_module_and_package_says_what_it_holds():
    import ast

    from tests.architecture.sources import tree_of

    silent = [
        path
        for path in python_files()
        if text_of(path).strip()
        and not path.endswith(("/apps.py", "manage.py"))
        and ast.get_docstring(tree_of(path)) is None
    ]

    assert silent == []


def test_the_tests_mirror_the_product():
    folders = {path.rsplit("/", 1)[0] for path in tracked() if path.startswith("tests/")}

    for app in ("bss/core", "bss/accounts", "bss/catalog", "bss/orders", "bss/subscriptions",
                "notifications", "servicemanager", "resellers"):  # fmt: skip
        assert f"tests/{app}" in folders


@pytest.mark.parametrize("stand_in", ["sandbox"])
def test_the_product_and_its_stand_ins_meet_over_http_alone(stand_in):
    import ast

    from tests.architecture.sources import tree_of

    def imported(path):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".", 1)[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield (node.module or "").split(".", 1)[0]

    for path in tracked():
        if path.endswith(".py"):
            root = path.split("/", 1)[0]
            if root in PRODUCT:
                assert stand_in not in set(imported(path)), path
            if root == stand_in:
                assert not set(imported(path)) & set(PRODUCT), path


def test_a_package_gives_what_it_lists_and_not_a_module_of_that_name():
    """Importing a module puts it on its package, over whatever had its name before."""
    packages = [
        PurePosixPath(path).parent for path in python_files() if path.endswith("__init__.py")
    ]
    given = {
        f"{package}: {name}": getattr(import_module(".".join(package.parts)), name)
        for package in packages
        for name in public_names(f"{package}/__init__.py")
    }

    assert len(given) > 500
    assert [where for where, what in given.items() if inspect.ismodule(what)] == []


def public_names(path):
    """What `__all__` of a package lists."""
    assigned = (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Assign))
    lists = [
        node.value for node in assigned if [ast.unparse(t) for t in node.targets] == ["__all__"]
    ]
    return [ast.literal_eval(each) for found in lists for each in found.elts]
