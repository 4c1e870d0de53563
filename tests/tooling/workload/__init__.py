"""A task for the worker of these tests, because the product's own are over too soon to be interrupted."""

from pathlib import Path
from time import monotonic

from celery import shared_task


@shared_task(name="tooling.work")
def work(directory: str, seconds: float) -> None:
    """Say that it began, keep busy that long, say that it finished; by one file each."""
    Path(directory, "began").touch()
    until = monotonic() + seconds
    while monotonic() < until:
        pass
    Path(directory, "finished").touch()
