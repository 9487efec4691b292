"""What is owed on a loan as of a date, what one more day costs, and when it gets worse.

``value`` is the only way to a figure. It is a pure function of terms, payments and the date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from .accrual import Account, Owed
from .daycount import days_between
from .money import Money
from .terms import Loan

_DAY = timedelta(days=1)


class CliffReason(StrEnum):
    """Why a date is a cliff."""

    PENALTY_STARTS = "penalty_starts"
    GRACE_ENDS = "grace_ends"


@dataclass(frozen=True, slots=True)
class Cliff:
    """The next date on which waiting gets more expensive than it was the day before."""

    date: date
    increase: Money  # what that one day adds
    reason: CliffReason


@dataclass(frozen=True, slots=True)
class Arrear:
    """One installment that has fallen due and is not fully paid."""

    due: date
    owed: Owed
    days_past_due: int


@dataclass(frozen=True, slots=True)
class Upcoming:
    """One installment that has not fallen due; *remaining* is what payments have left of it."""

    due: date
    remaining: Money


@dataclass(frozen=True, slots=True)
class Position:
    """What is owed as of the end of a day, that day's payments included.

    ``due`` is what has fallen due (today's installment included); ``tomorrow`` is what the same
    installments come to one day later if nothing is paid; ``upcoming`` lists what is still to
    come and not already covered by money paid ahead; ``payoff`` ends the whole loan today.
    """

    as_of: date
    currency: str
    days_past_due: int
    grace_days: int
    due: Owed
    tomorrow: Owed
    payoff: Money
    arrears: tuple[Arrear, ...]
    upcoming: tuple[Upcoming, ...]
    next_cliff: Cliff | None
    credit: Money

    @property
    def due_total(self) -> Money:
        """What has to be paid today to be current."""
        return self.money(self.due.total)

    @property
    def increase(self) -> Money:
        """What one more day costs."""
        return self.money(self.tomorrow.total - self.due.total)

    @property
    def settled(self) -> bool:
        """Whether nothing is owed now and nothing is to come."""
        return not self.arrears and not self.upcoming

    @property
    def to_pay(self) -> Money:
        """The sum to name in a reminder: what is due, else the next installment's rest."""
        if self.arrears or not self.upcoming:
            return self.due_total
        return self.upcoming[0].remaining

    @property
    def pay_by(self) -> date | None:
        """The due date that ``to_pay`` belongs to, the oldest first; None when settled."""
        if self.arrears:
            return self.arrears[0].due
        return self.upcoming[0].due if self.upcoming else None

    def unpaid(self) -> list[date]:
        """Return the due dates that still need money, in order."""
        return [a.due for a in self.arrears] + [u.due for u in self.upcoming]

    def money(self, minor: int) -> Money:
        """Return minor units as an amount of the loan's currency."""
        return Money(minor, self.currency)


def value(loan: Loan, as_of: date) -> Position:
    """Return the position of *loan* at the end of *as_of*."""
    account = Account(loan.terms).run(loan.payments, as_of)
    arrears = tuple(
        Arrear(part.due, owed, days_between(part.due, as_of))
        for part, line in zip(account.schedule, account.lines, strict=False)
        if (owed := account.owed(line, account.today)).total
    )
    currency = loan.terms.currency
    upcoming = tuple(
        Upcoming(part.due, Money(rest, currency)) for part, rest in account.not_yet_due() if rest
    )
    return Position(
        as_of=as_of,
        currency=currency,
        days_past_due=max((arrear.days_past_due for arrear in arrears), default=0),
        grace_days=loan.terms.grace_days,
        due=account.due(as_of),
        tomorrow=account.due(as_of + _DAY),
        payoff=Money(account.payoff(), currency),
        arrears=arrears,
        upcoming=upcoming,
        next_cliff=_next_cliff(loan, account, arrears, upcoming),
        credit=Money(account.credit, currency),
    )


def _next_cliff(
    loan: Loan, account: Account, arrears: tuple[Arrear, ...], upcoming: tuple[Upcoming, ...]
) -> Cliff | None:
    dues = [arrear.due for arrear in arrears] + [part.due for part in upcoming[:1]]
    cliffs = [
        (day, reason)
        for due in dues
        for day, reason in _cliff_days(loan, due)
        if day > account.as_of
    ]
    if not cliffs:
        return None
    day, reason = min(cliffs)
    known = [payment for payment in loan.payments if payment.on <= account.as_of]
    before = Account(loan.terms).run(known, day - _DAY)
    increase = before.due(day).total - before.due(day - _DAY).total
    return Cliff(day, Money(increase, loan.terms.currency), reason)


def _cliff_days(loan: Loan, due: date) -> list[tuple[date, CliffReason]]:
    """Return the days on which lateness with the installment *due* begins to cost more."""
    terms = loan.terms
    days = []
    penalty = terms.penalty_rate
    if penalty and penalty.value and not terms.penalty_grace:
        days.append((due + _DAY, CliffReason.PENALTY_STARTS))
    if terms.grace_days:
        days.append((due + timedelta(days=terms.grace_days + 1), CliffReason.GRACE_ENDS))
    return days
