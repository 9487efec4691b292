"""The notice that a changed configuration cannot be used. Pure.

What is wrong with it identifies the notice for ever, so that nobody is told of the same content
twice, however often it is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from ..errors import Problem
from .alert import MISCONFIGURED, Alert, Reason
from .wallclock import local_date


def misconfigured(problems: Iterable[Problem], now: datetime, zone: str) -> Alert:
    """Return the alert that tells of *problems*, decided now."""
    return Alert(None, local_date(now, zone), _name(problems), now, Reason.MISCONFIGURED)


def is_misconfigured(milestone: str) -> bool:
    """Return whether a milestone is that of such a notice."""
    return milestone.startswith(MISCONFIGURED)


def tells_of(alert: Alert, problems: Iterable[Problem]) -> bool:
    """Return whether a notice is about these very problems."""
    return alert.milestone == _name(problems)


def _name(problems: Iterable[Problem]) -> str:
    return MISCONFIGURED + sha256("\n".join(map(str, problems)).encode()).hexdigest()[:16]
