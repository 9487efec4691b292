"""Late fees and caps, as agreed. Fees bear no interest.

A fee is a tree: flat, a percentage of the overdue amount, tiered by that amount, or the lesser or
the greater of several, with a least and a most.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from .money import Rounding, to_minor


class FeeKind(StrEnum):
    """How a fee is worked out."""

    FLAT = "flat"
    PERCENT = "percent"
    TIERED = "tiers"
    LESSER_OF = "lesser_of"
    GREATER_OF = "greater_of"


class FeePer(StrEnum):
    """How often a fee is charged."""

    INSTALLMENT = "installment"
    PERIOD = "period"


@dataclass(frozen=True, slots=True)
class Amount:
    """How much a fee is, given what is overdue.

    ``value`` is the flat amount or the share (0.05 is 5 %). A tier is its lower bound and its
    amount; the last one whose bound is not above what is overdue counts.
    """

    kind: FeeKind
    value: Decimal = Decimal(0)
    tiers: tuple[tuple[Decimal, Amount], ...] = ()
    of: tuple[Amount, ...] = ()

    def on(self, overdue: int, currency: str) -> Fraction:
        """Return the exact fee in minor units on *overdue* minor units."""
        if self.kind is FeeKind.FLAT:
            return Fraction(to_minor(self.value, currency))
        if self.kind is FeeKind.PERCENT:
            return overdue * Fraction(self.value)
        if self.kind is FeeKind.TIERED:
            reached = [tier for bound, tier in self.tiers if to_minor(bound, currency) <= overdue]
            return reached[-1].on(overdue, currency) if reached else Fraction(0)
        pick = min if self.kind is FeeKind.LESSER_OF else max
        return pick(part.on(overdue, currency) for part in self.of)


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee for being late.

    It is charged on the first day that is more than ``after_days`` days after the due date (where
    that is None: after the grace that covers fees) while the installment is unpaid; ``per``
    period, again each period later, by the oldest unpaid installment alone.
    """

    amount: Amount
    per: FeePer = FeePer.INSTALLMENT
    after_days: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    name: str | None = None

    def on(self, overdue: int, currency: str, rounding: Rounding) -> int:
        """Return the fee in minor units on what is overdue; nothing on nothing."""
        if overdue <= 0:
            return 0
        exact = self.amount.on(overdue, currency)
        fee = rounding.of(exact.numerator, exact.denominator)
        if self.minimum is not None:
            fee = max(fee, to_minor(self.minimum, currency))
        return fee if self.maximum is None else min(fee, to_minor(self.maximum, currency))


class CapMode(StrEnum):
    """What happens where a cap is reached."""

    ENFORCE = "enforce"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit on what being late may cost: as an all-in annual rate, or as a sum of all fees."""

    mode: CapMode
    annual_rate: Decimal | None = None
    fees: Decimal | None = None
    source: str | None = None  # the law or clause it comes from
