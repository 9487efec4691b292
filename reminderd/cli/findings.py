"""What the doctor found: one line each, and for whatever is wrong the command that mends it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from enum import StrEnum

_PATIENCE = 5.0  # seconds that another program has to answer


class Level(StrEnum):
    """How bad it is. A problem keeps reminders from going, or soon will."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found; *remedy* is a command."""

    check: str
    level: Level
    said: str
    remedy: str | None = None

    def __str__(self) -> str:
        """Return the line."""
        remedy = f" → {self.remedy}" if self.remedy else ""
        return f"{self.level:<8} {self.check}: {self.said}{remedy}"


def ok(check: str, said: str) -> Finding:
    """Return that all is well."""
    return Finding(check, Level.OK, said)


def warning(check: str, said: str, remedy: str | None = None) -> Finding:
    """Return what may be meant so, and may not."""
    return Finding(check, Level.WARNING, said, remedy)


def problem(check: str, said: str, remedy: str) -> Finding:
    """Return what has to be mended."""
    return Finding(check, Level.PROBLEM, said, remedy)


def asked(program: str, *arguments: str) -> str | None:
    """Return what another program says on one line; None where it is missing or says nothing."""
    path = shutil.which(program)
    if path is None:
        return None
    try:
        done = subprocess.run(
            [path, *arguments], check=False, capture_output=True, text=True, timeout=_PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None
