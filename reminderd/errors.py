"""Every error a user can meet. Each owns its whole sentence: what, where, what to do next.

ReminderdError
├── ConfigError        the configuration cannot be used (exit 78); holds one Problem per mistake
├── UsageError         the command names something that does not exist or makes no sense (exit 2)
├── TermsError         loan terms that contradict themselves; names the field
├── Unreckonable       terms that lead to figures beyond sense; names the loan
├── StoreError         the database cannot be opened, read or written
└── DeliveryError      one attempt to hand a message over did not succeed
    ├── Refused        the service itself said no and will say no again (no such mailbox)
    │   └── SoftRefusal    a no that may pass (a limit, a status that a proxy gives, too)
    ├── Unreachable    it may work later (network, 4xx of SMTP, 5xx of HTTP, login)
    └── Undecided      nobody knows if it was accepted (lost after the hand-over, no answer)
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from .redaction import redact


class ReminderdError(Exception):
    """Base of all errors that reminderd raises on purpose; ``str(error)`` is fit to show."""

    exit_code = 1

    def __str__(self) -> str:
        """Return the sentence; other programs' words in it may hold what must not be shown."""
        return redact(super().__str__())


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a configuration file, at a place a person can go to."""

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        """Return ``file:line:column: path: message``, on one line whatever they hold."""
        parts = (f"{self.file}:{self.line}:{self.column}", self.path, self.message)
        return " ".join(": ".join(filter(None, parts)).splitlines())


class ConfigError(ReminderdError):
    """The configuration cannot be used; all problems are listed at once."""

    exit_code = 78

    def __init__(
        self, problems: list[Problem], files: Mapping[Path, tuple[int, ...]] | None = None
    ) -> None:
        """Keep the problems of each file together, in the order of the file.

        *files* are those that the configuration names, with their signatures when it was read.
        """
        self.files = files or {}
        order = list(dict.fromkeys(problem.file for problem in problems))
        self.problems = sorted(
            problems, key=lambda p: (order.index(p.file), p.line, p.column, p.path)
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(ReminderdError):
    """The command asks for something that is not there or makes no sense."""

    exit_code = 2


class TermsError(ReminderdError):
    """Loan terms that cannot be right; ``field`` is the key a user would edit."""

    def __init__(self, field: str, message: str) -> None:
        """Name the field and say what to write instead."""
        self.field = field
        super().__init__(message)


class Unreckonable(ReminderdError):
    """A loan's figures are beyond what can be reckoned, as after years of a steep rate."""


class StoreError(ReminderdError):
    """The database cannot be used."""


class Outcome(StrEnum):
    """What becomes of a message after an attempt to hand it over."""

    SENT = "sent"
    LATER = "later"  # it was not taken, and is tried again
    FINAL = "final"  # it was not taken, and is not tried again
    UNKNOWN = "unknown"  # it may have been taken, and is sent again, seldom


class DeliveryError(ReminderdError):
    """A message was not handed over, as far as anybody knows."""

    outcome = Outcome.LATER


class Refused(DeliveryError):
    """The other side refused for good: trying again would be refused again."""

    outcome = Outcome.FINAL


class SoftRefusal(Refused):
    """A no that may pass: it is final only if it is still a no after a day of trying."""

    outcome = Outcome.LATER


class Unreachable(DeliveryError):
    """The other side could not be reached, or asked to try later; ``wait`` says how much later."""

    def __init__(self, message: str, wait: timedelta | None = None) -> None:
        """Keep how long the other side asked to be left alone."""
        self.wait = wait
        super().__init__(message)


class Undecided(DeliveryError):
    """No answer came, or none of the service's: the message may or may not have been accepted."""

    outcome = Outcome.UNKNOWN


def where(error: BaseException) -> str:
    """Name an unforeseen error and the line it came from; its own words may hold a secret."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return " ".join([type(error).__name__, *(f"at {at.filename}:{at.lineno}" for at in last)])
