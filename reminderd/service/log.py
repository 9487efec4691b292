"""Logging for a person: one line each, to standard error, and no secret in it."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import TextIO

from ..redaction import harmless, redact

_RANKS = (
    (logging.CRITICAL, 2),
    (logging.ERROR, 3),
    (logging.WARNING, 4),
    (logging.INFO, 6),
)


def bend_streams() -> None:
    """Have signs that a terminal lacks replaced, as ▶ or ¥ may be: figures matter more."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            with suppress(ValueError):  # it was written to, in an encoding that cannot change now
                stream.reconfigure(errors="replace")


class _Discreet(logging.Formatter):
    """Hides the secrets of the configuration, in tracebacks of libraries as well.

    Nothing in a line can steer the terminal that it is shown in.
    """

    def format(self, record: logging.LogRecord) -> str:
        return harmless(redact(super().format(record)))


class _Ranked(_Discreet):
    """Begins each line with its syslog priority, which the journal takes off and keeps."""

    def format(self, record: logging.LogRecord) -> str:
        rank = next((rank for level, rank in _RANKS if record.levelno >= level), 7)
        return "\n".join(f"<{rank}>{line}" for line in super().format(record).split("\n"))


class _Handler(logging.StreamHandler[TextIO]):
    """Says of a line that cannot be written where it comes from, and not what it would say."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's name
        with suppress(OSError, ValueError):
            self.stream.write(f"a line of {record.pathname}:{record.lineno} cannot be logged\n")


def set_up_logging(level: int = logging.INFO) -> None:
    """Log to standard error; the journal adds its own time, a terminal is given one."""
    bend_streams()
    plain = _Discreet("%(asctime)s %(message)s", datefmt="%H:%M:%S")
    handler = _Handler(sys.stderr)
    handler.setFormatter(_Ranked("%(message)s") if _to_journal() else plain)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("apscheduler", "alembic", "sqlalchemy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _to_journal() -> bool:
    """Whether standard error is the journal's; the variable alone is inherited by terminals."""
    try:
        found = os.fstat(2)
    except OSError:
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"
