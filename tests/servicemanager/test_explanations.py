"""Whatever failure code the code can store is explained."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from servicemanager import registry
from servicemanager.echo.gateway import ERRORS
from servicemanager.errors import FRAMEWORK, Code

ROOT = Path(__file__).resolve().parents[2]
APPS = ("servicemanager", "resellers")
CARRY_A_CODE = {"Refused": 0, "NeedsInput": 0, "OutcomeUnknown": 0, "TryLater": 1}


def codes_used() -> Iterator[tuple[str, str]]:
    """(place, code) of each outcome that is built with a code in words or with Code.X."""
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    yield from _code_of(node, f"{path.relative_to(ROOT)}:{node.lineno}")


def _code_of(call: ast.Call, place: str) -> Iterator[tuple[str, str]]:
    assert isinstance(call.func, ast.Name)
    position = CARRY_A_CODE.get(call.func.id)
    if position is None or len(call.args) <= position:
        return
    given = call.args[position]
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        yield place, given.value
    if isinstance(given, ast.Attribute) and getattr(given.value, "id", "") == "Code":
        yield place, given.attr


def test_every_code_in_the_source_has_its_entry():
    own = {e.code for manager in registry.available() for e in manager.explanations}
    found = list(codes_used())
    assert len(found) > 10
    assert [
        (place, code) for place, code in found if code not in FRAMEWORK | dict.fromkeys(own)
    ] == []


def test_every_code_of_echos_table_has_its_entry():
    assert {*ERRORS.values()} <= set(FRAMEWORK)


def test_every_entry_says_cause_who_and_what_next():
    assert set(FRAMEWORK) == set(Code)
    for entry in FRAMEWORK.values():
        assert str(entry.title)
        assert str(entry.cause).endswith(".")
        assert str(entry.next_step).endswith(".")
        assert entry.who in {"staff", "buyer", "vendor", "developer"}
