"""Runs a program of the product once it is let go, with what takes it longest done before: its imports.

    python bin/held.py PROGRAM [ARGUMENT ...]

It waits for a line on standard input (`Process.let_go`). Where that ends without one, whoever started this is gone,
and the program never runs. Until then it neither asks the database or the broker for anything nor listens anywhere.
"""

import os
import runpy
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(argv: list[str]) -> None:
    program = argv[0]
    sys.path[0] = str(ROOT)
    _product_import()
    if not sys.stdin.readline():
        sys.exit("Nobody let this go: whoever started it has ended.")
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    sys.argv = argv
    runpy.run_path(program, run_name="__main__")


def _product_import() -> None:
    import_module("django").setup()
    # Every page, which the checks at the start of each command look at.
    import_module("config.urls")


if __name__ == "__main__":
    main(sys.argv[1:])
