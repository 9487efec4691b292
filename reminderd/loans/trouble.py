"""Work on one loan that fails, kept apart so that it silences no other loan."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from ..errors import Unreckonable, where
from .position import Position, value
from .terms import Loan

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Trouble:
    """A loan with which something failed, and how."""

    loan: Loan
    error: Exception

    @property
    def beyond(self) -> bool:
        """Whether the terms lead beyond what can be reckoned; else the program is at fault."""
        return isinstance(self.error, Unreckonable)

    def __str__(self) -> str:
        """Say it in a line; an unforeseen error's own words may hold a secret."""
        if self.beyond:
            return str(self.error)
        return f"loan {self.loan.id} met a mistake of the program ({where(self.error)})"


def attempt(loan: Loan, work: Callable[[], T]) -> T | Trouble:
    """Return what *work* on a loan returns, or how it failed.

    It must be pure: errors of the database are nobody's in particular.
    """
    try:
        return work()
    except Exception as error:  # whatever it is, other loans must not wait for it
        return Trouble(loan, error)


def valued(loan: Loan, as_of: date) -> Position | Trouble:
    """Return the position of a loan at the end of a day, or why there is none."""
    return attempt(loan, lambda: value(loan, as_of))


def sound(outcomes: Iterable[T | Trouble]) -> list[T]:
    """Return what did not fail, in its order."""
    return [outcome for outcome in outcomes if not isinstance(outcome, Trouble)]


def troubles(outcomes: Iterable[object]) -> list[Trouble]:
    """Return what failed, in its order."""
    return [outcome for outcome in outcomes if isinstance(outcome, Trouble)]
