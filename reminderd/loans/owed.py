"""What is owed, part by part."""

from __future__ import annotations

from typing import NamedTuple

from .terms import Component

PRINCIPAL, INTEREST, PENALTY, FEES = range(4)  # where Owed has them
PLACES = {
    Component.PRINCIPAL: PRINCIPAL,
    Component.INTEREST: INTEREST,
    Component.PENALTY: PENALTY,
    Component.FEES: FEES,
}


class Owed(NamedTuple):
    """What one installment, or the whole loan, owes on a date, in minor units."""

    principal: int = 0
    interest: int = 0
    penalty: int = 0
    fees: int = 0

    @property
    def total(self) -> int:
        """The sum of the parts."""
        return sum(self)

    def __add__(self, other: Owed) -> Owed:  # type: ignore[override]
        """Add part by part."""
        return Owed(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def __sub__(self, other: Owed) -> Owed:
        """Subtract part by part."""
        return Owed(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))
