"""What bounds the borrower's own templates: they lay words out, and reach and cost nothing else."""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, FileSystemLoader
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

SECONDS = 2.0  # of the processor, for one page
MEMORY = 512 << 20  # bytes, beside what there was
_LARGEST = 1 << 20  # bytes of a template, characters that a product may have
_HIGHEST = 64  # power


class Bounded(SandboxedEnvironment):
    """A sandbox in which no single operation takes for ever."""

    intercepted_binops = frozenset(("*", "**"))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse powers and repetitions that no page needs."""
        size = sum(len(each) for each in (left, right) if isinstance(each, str | list | tuple))
        times = next((each for each in (right, left) if isinstance(each, int)), 0)
        if (operator == "**" and right > _HIGHEST) or (size and size * times > _LARGEST):
            raise SecurityError(f"{operator} of this size makes more than any page holds")
        return super().call_binop(context, operator, left, right)


class OwnFolder(FileSystemLoader):
    """Finds templates in one folder, and follows no link that leads out of it."""

    def __init__(self, folder: Path) -> None:
        """Look in *folder*, which itself may be a link."""
        super().__init__(folder)
        self.folder = folder

    def get_source(self, environment: Environment, template: str) -> Any:
        """Return what Jinja asks for; SecurityError where the file is none of the folder's."""
        found = self.folder / template
        if found.is_file():
            if not found.resolve().is_relative_to(self.folder.resolve()):
                raise SecurityError(f"{template} is a link that leads out of the folder")
            if found.stat().st_size > _LARGEST:
                raise SecurityError(f"{template} is larger than any page")
        return super().get_source(environment, template)


def sandbox(folder: Path, packaged: BaseLoader, **settings: Any) -> Environment:
    """Return the environment that finds templates in *folder* first."""
    from jinja2 import ChoiceLoader

    return Bounded(loader=ChoiceLoader([OwnFolder(folder), packaged]), **settings)


class TooMuchError(Exception):
    """A template takes more time than any page does."""


@contextmanager
def bounded() -> Iterator[None]:
    """Run a block in little time and memory, or raise TooMuchError or MemoryError.

    Time is the processor's, so a busy machine makes no difference. Only the main thread can be
    interrupted, and pages are written there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _interrupt)
    limits = resource.getrlimit(resource.RLIMIT_AS)
    _limit_memory(limits)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, limits)
        signal.signal(signal.SIGVTALRM, before)


def _interrupt(*_: object) -> None:
    raise TooMuchError(f"takes more than {SECONDS:.0f} seconds")


def _limit_memory(limits: tuple[int, int]) -> None:
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:  # no Linux
        return
    most = pages * resource.getpagesize() + MEMORY
    if limits[0] == resource.RLIM_INFINITY or most < limits[0]:
        resource.setrlimit(resource.RLIMIT_AS, (most, limits[1]))
