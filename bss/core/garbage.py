"""When the garbage collector looks through what."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def imports_are_no_garbage() -> None:
    """For a process that has imported everything and serves from now on: what was imported is never garbage. Looking
    through it, once too, takes 150 ms and makes each forked process's pages of memory its own. A request or a job makes
    tens of thousands of objects and next to no garbage.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@contextmanager
def no_collecting() -> Iterator[None]:
    """Leave it out inside the block, where it finds next to nothing and looks through everything to find that."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
