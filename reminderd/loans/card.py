"""The interest of a card's statement: nothing if it is paid in full in time, else from earlier on.

A statement is free of interest if all of it is paid by its due date, or by the end of what grace
covers, or but for a little (``residual_below``). Else it bears interest up to its due date:

* ``posting`` and ``whole``, as most banks in China do (全额计息): every purchase from the day it
  was posted, on what was unpaid of the statement each day (银行卡业务管理办法, articles 20 and
  21, and the banks' agreements);
* ``statement`` and ``unpaid``, as in the United States: what is unpaid on the due date, and from
  the statement on, for what was repaid in time and the days of earlier cycles may cost nothing
  (12 CFR 1026.54);
* ``due``: nothing, as it bears interest from its due date on only.

What an earlier statement left bears interest whatever is paid: to the day it is paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from .money import to_minor
from .schedule import rounded
from .tariff import contract_interest
from .terms import Bill, InterestFrom, InterestOn, LoanTerms

Span = tuple[int, date, date]  # minor units, and from when to when they bear interest


@dataclass(frozen=True)
class Card:
    """A card's last statement, what has been paid since, and how the rest of it goes on.

    *amount* is its sum in minor units. Of that *aside* is late or was put off, is to be paid first,
    and bears interest by itself; of the rest *bearing* bears it from the statement on whatever is
    paid. *terms* are those by which what it leaves goes on as a revolving balance.
    *spared* is what its minimum bore when that was paid within grace: it is owed all the same
    unless the whole is paid by then.
    """

    bill: Bill
    terms: LoanTerms
    amount: int
    aside: int
    bearing: int
    paid: tuple[tuple[date, int], ...] = ()
    spared: Fraction = Fraction(0)

    @property
    def due(self) -> date:
        """When it is due."""
        return self.bill.due

    @property
    def last_day(self) -> date:
        """The last day on which paying all of it is in time."""
        return self.due + timedelta(days=self.terms.interest_grace)

    def with_payment(self, on: date, amount: int) -> Card:
        """Return the card with one more payment, where it still can be one in time."""
        if on > self.last_day:
            return self
        return replace(self, paid=(*self.paid, (on, amount)))

    @cached_property
    def unpaid(self) -> int:
        """What is left of its sum, in minor units."""
        return max(0, self.amount - sum(amount for _, amount in self.paid))

    @property
    def in_full(self) -> bool:
        """Whether it was paid in full, or but for so little that the terms forgive it."""
        return self.would_be_in_full(self.unpaid)

    def would_be_in_full(self, unpaid: int) -> bool:
        """Return whether so much unpaid still counts as paid in full."""
        return unpaid < max(1, to_minor(self.terms.residual_below, self.terms.currency))

    def bears_anyway(self, day: date) -> int:
        """Return the interest that *bearing* has earned by a day, while all can be paid in time."""
        return self._rounded(self._balances(self.bearing, min(day, self.last_day)))

    @cached_property
    def interest(self) -> int:
        """The interest up to its due date if it is not paid in full by then."""
        if self.terms.interest_from is InterestFrom.DUE:
            return 0
        if self.terms.interest_on is InterestOn.WHOLE:
            spans = [*self._balances(self.amount - self.aside, self.due)]
            spans += ((amount, on, self.bill.on) for on, amount in self._posted)
            return self._rounded(spans, self.spared)
        spans = [*self._balances(self.bearing, self.due)]
        spans += ((amount, on, self.due) for on, amount in self._left())
        return self._rounded(spans, self.spared)

    @cached_property
    def undated(self) -> int:
        """The minor units of it of which no day of posting is known, where that would matter."""
        if self.terms.interest_from is not InterestFrom.POSTING:
            return 0
        return sum(amount for on, amount in self._posted if on == self.bill.on)

    @cached_property
    def _posted(self) -> list[tuple[date, int]]:
        """What does not bear interest anyway, by day: the oldest first.

        From the statement on where no day is known, for it was posted by then.
        """
        left, drawn = self.amount - self.aside - self.bearing, self.bill.on
        if self.terms.interest_from is not InterestFrom.POSTING:
            return [(drawn, left)]
        posted, rest = [], drawn
        for posting in self.bill.posted:
            if posting.amount is None:
                rest = min(posting.on, drawn)
                continue
            amount = min(left, to_minor(posting.amount, self.terms.currency))
            posted.append((min(posting.on, drawn), amount))
            left -= amount
        return sorted([*posted, (rest, left)])

    def _left(self) -> Iterator[tuple[date, int]]:
        """Yield what is left of each posting: payments meet what bears anyway, then the oldest."""
        paid = sum(amount for on, amount in self.paid if on <= self.due)
        over = max(0, paid - self.aside - self.bearing)
        for on, amount in self._posted:
            met = min(over, amount)
            over -= met
            yield on, amount - met

    def _balances(self, amount: int, until: date) -> Iterator[Span]:
        """Yield what was left of an amount from the statement on, and over which days."""
        between = {on for on, _ in self.paid if self.bill.on < on < until}
        days = sorted({self.bill.on, until, *between})
        for start, end in pairwise(days):
            paid = sum(sum_ for on, sum_ in self.paid if on <= start)
            yield max(0, amount - max(0, paid - self.aside)), start, end

    def _rounded(self, spans: Iterable[Span], beside: Fraction = Fraction(0)) -> int:
        return rounded(self.terms, sum((contract_interest(self.terms, *s) for s in spans), beside))
