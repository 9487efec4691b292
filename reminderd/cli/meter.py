"""How far long work has come, on standard error, if that is a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress

T = TypeVar("T")
Beat = Callable[[float | None], None]  # is told which share is done, None where nobody knows
PATIENCE = 1.0  # seconds of work before anything is drawn
_PAUSE = 0.1  # seconds between two drawings


@contextmanager
def meter(label: str) -> Iterator[Beat]:
    """Give a function to call as work goes on; a bar is drawn if it takes long."""
    if not sys.stderr.isatty():
        yield lambda _share: None
        return
    bar = _Bar(label)
    try:
        yield bar
    finally:
        bar.stop()


def tracked(items: Sequence[T], label: str) -> Iterator[T]:
    """Yield *items*, and show how many of them are done."""
    with meter(label) as beat:
        for number, item in enumerate(items):
            beat(number / len(items))
            yield item


class _Bar:
    def __init__(self, label: str) -> None:
        self.label = label
        self.next_at = time.monotonic() + PATIENCE
        self.drawn: Progress | None = None

    def __call__(self, share: float | None) -> None:
        if time.monotonic() < self.next_at:
            return
        self.next_at = time.monotonic() + _PAUSE
        if self.drawn is None:
            self.drawn = _progress(self.label)
        total = None if share is None else 1.0
        self.drawn.update(self.drawn.task_ids[0], completed=share or 0.0, total=total)

    def stop(self) -> None:
        if self.drawn is not None:
            self.drawn.stop()


def _progress(label: str) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
    drawn = Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True)
    drawn.add_task(label, total=None)
    drawn.start()
    return drawn
