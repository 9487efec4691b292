"""Logging for a person: one line each, to standard error; no secret is ever passed to it."""

from __future__ import annotations

import logging
import os
import sys
import traceback


def set_up_logging(level: int = logging.INFO) -> None:
    """Log to standard error; the journal adds its own time, a terminal is given one."""
    form = "%(message)s" if _to_journal() else "%(asctime)s %(message)s"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(form, datefmt="%H:%M:%S"))
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


def where(error: BaseException) -> str:
    """Name an unforeseen error and the line it came from; its own words may hold a secret."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return " ".join([type(error).__name__, *(f"at {at.filename}:{at.lineno}" for at in last)])
