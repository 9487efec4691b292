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


class FeeOf(StrEnum):
    """What of an installment a fee's share, and its tiers, are of."""

    OVERDUE = "overdue"
    PRINCIPAL = "principal"
    INTEREST = "interest"
    INSTALLMENT = "installment"


@dataclass(frozen=True, slots=True)
class Amount:
    """How much a fee is, given what it is charged on.

    ``value`` is the flat amount or the share (0.05 is 5 %). A tier is its lower bound and its
    amount; the last one whose bound is not above what it is charged on counts.
    """

    kind: FeeKind
    value: Decimal = Decimal(0)
    tiers: tuple[tuple[Decimal, Amount], ...] = ()
    of: tuple[Amount, ...] = ()

    def on(self, base: int, currency: str) -> Fraction:
        """Return the exact fee in minor units on *base* minor units."""
        if self.kind is FeeKind.FLAT:
            return Fraction(to_minor(self.value, currency))
        if self.kind is FeeKind.PERCENT:
            return base * Fraction(self.value)
        if self.kind is FeeKind.TIERED:
            reached = [tier for bound, tier in self.tiers if to_minor(bound, currency) <= base]
            return reached[-1].on(base, currency) if reached else Fraction(0)
        pick = min if self.kind is FeeKind.LESSER_OF else max
        return pick(part.on(base, currency) for part in self.of)


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee for being late.

    It is charged on the first day that is more than ``after_days`` days after the due date (where
    that is None: after the grace that covers fees) while the installment is unpaid; ``per``
    period, again each period later, by the oldest unpaid installment alone. Shares are *of* what is
    overdue of the installment, of the principal or the interest in that, or of all that fell due.
    """

    amount: Amount
    per: FeePer = FeePer.INSTALLMENT
    after_days: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    name: str | None = None
    of: FeeOf = FeeOf.OVERDUE

    def on(self, base: int, currency: str, rounding: Rounding) -> int:
        """Return the fee in minor units on what it is charged on; nothing on nothing."""
        if base <= 0:
            return 0
        exact = self.amount.on(base, currency)
        fee = rounding.of(exact.numerator, exact.denominator)
        if self.minimum is not None:
            fee = max(fee, to_minor(self.minimum, currency))
        return fee if self.maximum is None else min(fee, to_minor(self.maximum, currency))


class Charged(StrEnum):
    """With which installments a fee for paying in installments is charged."""

    EACH = "each"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class InstallmentFee:
    """A fee for paying in installments (分期手续费): a share of what was borrowed, and a sum.

    What it is called makes no difference to its price: in China it has to be shown as interest
    (银保监规〔2022〕13号), and here it is part of an installment's interest.
    """

    share: Decimal = Decimal(0)
    flat: Decimal = Decimal(0)
    charged: Charged = Charged.EACH

    def on(self, principal: int, currency: str, rounding: Rounding) -> int:
        """Return the fee in minor units that is charged at a time on *principal* minor units."""
        exact = principal * Fraction(self.share) + to_minor(self.flat, currency)
        return rounding.of(exact.numerator, exact.denominator)


class CapMode(StrEnum):
    """What happens where a cap is reached."""

    ENFORCE = "enforce"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit on cost: an all-in annual rate of being late, a sum of all fees, or a total cost.

    That is what interest, penalty and fees of the whole loan come to, as a share of what was
    borrowed: 1 is 100 % (in duplum; for British payday loans CONC 5A.2.2, since 2015).
    """

    mode: CapMode
    annual_rate: Decimal | None = None
    fees: Decimal | None = None
    cost: Decimal | None = None
    source: str | None = None  # the law or clause it comes from
