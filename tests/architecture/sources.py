"""The product's source as text and as syntax trees, for the rules that are about how it is written."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What ships, without its tests and stand-ins.
PRODUCT = (
    "config", "bss", "notifications", "servicemanager", "resellers", "storefront", "migrations_nce",
    "adobe3yc",
)  # fmt: skip
APPS = (
    "bss/accounts", "bss/catalog", "bss/installments", "bss/pricing", "bss/orders", "bss/subscriptions",
    "bss/billing", "bss/portal",
    "notifications", "servicemanager", "resellers", "storefront", "migrations_nce", "adobe3yc",
)  # fmt: skip


UNTRACKED = frozenset(
    {
        ".venv", ".git", ".tools", ".demo", ".cache", "__pycache__", ".mypy_cache", ".ruff_cache",
        ".pytest_cache", ".hypothesis", "staticfiles", "media", "artefacts",
    }
)  # fmt: skip


@cache
def tracked() -> tuple[str, ...]:
    """Every file of the repository that is, or would be, committed."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout.split("\n")  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        # Unpacked from an archive, or somebody else's checkout.
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
        listed = [str(path) for path in found if not UNTRACKED & set(path.parts)]
    return tuple(sorted(path for path in set(listed) if (ROOT / path).is_file()))


def python_files(*, migrations: bool = False) -> Iterator[str]:
    """The product's modules, as paths from the root."""
    for path in tracked():
        ours = path.endswith(".py") and path.split("/", 1)[0] in PRODUCT
        if ours and (migrations or "/migrations/" not in path):
            yield path


@cache
def text_of(path: str) -> str:
    return (ROOT / path).read_text()


@cache
def tree_of(path: str) -> ast.Module:
    return ast.parse(text_of(path), path)


def room_of(path: str) -> str:
    """The room a module stands in: "views" for bss/orders/views/portal.py and for storefront/views.py."""
    app = next((a for a in APPS if path.startswith(f"{a}/")), "")
    return path.removeprefix(f"{app}/").split("/", 1)[0].removesuffix(".py") if app else ""


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def dotted(node: ast.AST) -> str:
    """ "Order.objects.get" of the expression that says so; "" for anything with a call or an index in it."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else f".{node.attr}"
    return ""
