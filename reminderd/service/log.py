"""Logging for a person: one line each, to standard error; no secret is ever passed to it."""

from __future__ import annotations

import logging
import os
import sys


def set_up_logging(level: int = logging.INFO) -> None:
    """Log to standard error; the journal adds its own time, a terminal is given one."""
    form = "%(message)s" if "JOURNAL_STREAM" in os.environ else "%(asctime)s %(message)s"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(form, datefmt="%H:%M:%S"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("apscheduler", "alembic", "sqlalchemy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
