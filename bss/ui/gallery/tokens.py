"""The tokens of base.css, read from the stylesheet itself, so that the gallery and the tests see what ships."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_STYLESHEET = Path(__file__).parent.parent / "static" / "ui" / "base.css"
_PAIR = re.compile(r"--([a-z0-9-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)")


@cache
def colours() -> dict[str, tuple[str, str]]:
    """Colour role to its (light, dark) values."""
    return {name: (light, dark) for name, light, dark in _PAIR.findall(_STYLESHEET.read_text())}
