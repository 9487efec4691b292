"""What is owed on each of many days, in one run through the account.

Every figure is the one that ``value`` gives for its day. What touches the account is taken in
once. Between two such events each line is counted from the last day at which it may be cut, so
that the stretches add up to the whole to the last fraction: from the day before; where unpaid
interest joins the capital monthly, from the last such day; else from the event itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from datetime import date

from .account import Account
from .bills import lives_by_bills
from .daycount import DayCount
from .line import Line
from .position import is_residue, reckonable, value
from .terms import Compounding, Loan

_ACCRUED = ("since", "penalised", "accrued_interest", "accrued_penalty", "capital", "ceiling")


def owed_by_day(loan: Loan, first: date, last: date) -> Iterator[int]:
    """Yield what has fallen due and is owed, in minor units, at the end of each of some days.

    Raises Unreckonable at the first day on which that is beyond any sensible amount.
    """
    start, end = first.toordinal(), last.toordinal()
    if loan.auto_debit is not None and lives_by_bills(loan.terms):
        # What a statement says of a debit before it hangs on what is known by the day asked for.
        yield from (value(loan, date.fromordinal(d)).due.total for d in range(start, end + 1))
        return
    account = Account(loan.terms)
    events = account.events(loan.payments, end, loan.agreed)
    touched = set(events.days)
    for day in events.days:
        if day <= start:
            account.take_in(events, day)
    stretch = _Stretch(account)
    for day in range(start, end + 1):
        if day in touched and day > start:
            account.take_in(events, day)
            stretch = _Stretch(account)
        owed = stretch.owed_on(loan, day)
        reckonable(loan, date.fromordinal(day), owed)
        yield owed


class _Stretch:
    """The days after an event on which nothing touches the account, asked for in their order."""

    def __init__(self, account: Account) -> None:
        """Go on from where an account stands, and leave it there."""
        self.account = copy(account)
        self.account.trace = None
        self.account.lines = [line.copy() for line in account.lines]
        self.origins: dict[int, Line] = {}  # where a line was cut last, if not on the day before
        self.charged = account.charged_penalty_to  # likewise
        self.known = account.settled
        self.compounding = account.terms.compounding
        # Under 30/360 what a 31st adds hangs on the day from which it is counted.
        self.adds_up = account.terms.day_count is not DayCount.THIRTY_360

    def owed_on(self, loan: Loan, day: int) -> int:
        """Return what has fallen due and is owed at the end of a day, debits left out."""
        account, on = self.account, date.fromordinal(day)
        account.advance(day)
        for line in account.lines[self.known :]:
            if not self._may_be_cut(line) or self.compounding is Compounding.MONTHLY:
                self.origins[id(line)] = line.copy()
        self.known = len(account.lines)
        for line in account.open:
            if origin := self.origins.get(id(line)):
                line.__dict__.update({name: getattr(origin, name) for name in _ACCRUED})
                account.charged_penalty_to = self.charged
        account.move_on(day)
        for line in account.open if self.compounding is Compounding.MONTHLY else ():
            if account.is_turn(line.due, day) and self._may_be_cut(line):
                self.origins[id(line)] = line.copy()
                self.charged = account.charged_penalty_to
        return sum(
            account.owed(line).total
            for line in account.open
            if not is_residue(loan, account, line)
            if not loan.awaits_debit(date.fromordinal(line.due), on)
        )

    def _may_be_cut(self, line: Line) -> bool:
        """Return whether two stretches of a line come to what the whole comes to.

        Of one that owes a fraction, or less than that, interest on interest begins otherwise.
        """
        compounds = self.compounding is not Compounding.NONE
        return self.adds_up and not (compounds and self.account.owes_a_fraction(line))
