"""One line of a derivation, kept in whole numbers so that collecting them costs next to nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .money import Money, Rate
from .owed import Owed

MICRO = 10**6


class Step(NamedTuple):
    """One line of the derivation; its amount is exact to a millionth of a minor unit.

    Kinds: ``principal``, ``scheduled-interest`` and ``installment-fee`` (what fell due),
    ``interest``, ``penalty`` and ``compound`` (what a period accrued; of a penalty by the day the
    base is the sum of a day), ``least-penalty`` (what is added to a smaller one), ``fee``,
    ``grace`` (penalty not owed because of the grace period), ``cap`` (what a cap takes off),
    ``waiver``, ``extension`` (what moved to another due date), ``paid-until`` (nothing: what fell
    due up to a day was paid), ``capitalized`` (nothing: the interest in its split is in the
    principal), ``unconfirmed`` and ``assumed`` (what a debit was to pay), ``carried`` (what is
    asked for with a later installment) and ``residual`` (that, where it is asked for),
    ``statement`` (what a card's last statement bore), ``left-over`` (what is too little for that
    after the last installment), ``payment`` (what was paid, with its split), ``paid-early`` (what
    it closed before it fell due), ``credit`` (paid, but for installments to come), ``rounding``
    (from the exact sum to the figure), ``total``.
    """

    kind: str
    micros: int
    currency: str
    due: date | None = None
    base_minor: int | None = None
    rate: Rate | None = None
    days: int | None = None
    year_days: int | None = None
    start: date | None = None
    end: date | None = None
    split: Owed | None = None
    unit: str = "day"
    name: str | None = None

    @property
    def amount(self) -> Decimal:
        """The amount in the currency's own units."""
        return Decimal(self.micros).scaleb(-6) * Money(1, self.currency).amount

    @property
    def base(self) -> Money | None:
        """What the rate was charged on."""
        return None if self.base_minor is None else Money(self.base_minor, self.currency)
