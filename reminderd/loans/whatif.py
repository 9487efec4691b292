"""What would be if: a payment that has not been made, and days on which none is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from .course import owed_by_day
from .money import Money
from .owed import Owed
from .position import Position, value
from .terms import Loan, Payment, Waiver


@dataclass(frozen=True, slots=True)
class IfPaid:
    """Where a payment would go, to the last cent, and what would stay."""

    to: Owed  # of what has fallen due
    early: Money  # closes what has not, where the payment covers the payoff amount
    credit: Money  # waits for the installments to come, or is more than is owed
    after: Position


def if_paid(loan: Loan, amount: Decimal, on: date) -> IfPaid:
    """Return what paying *amount* on a day would do; ValueError if it has too many digits."""
    paid = Money.of(amount, loan.terms.currency)
    before = value(loan, on)
    after = value(replace(loan, payments=(*loan.payments, Payment(on, amount))), on)
    to, credit = before.due - after.due, after.credit - before.credit
    early = Money(paid.minor - to.total - credit.minor, paid.currency)
    return IfPaid(to, early, credit, after)


def curve(loan: Loan, start: date, days: int) -> Iterator[tuple[date, Money]]:
    """Yield what is owed at the end of *start* and of so many days after it, if nothing is paid."""
    owed = owed_by_day(loan, start, start + timedelta(days=days))
    for offset, minor in enumerate(owed):
        yield start + timedelta(days=offset), Money(minor, loan.terms.currency)


def waived(loan: Loan, waiver: Waiver) -> Money:
    """Return how much a waiver that *loan* does not have yet lets go of; the rest of it lapses."""
    earlier = replace(loan, payments=tuple(paid for paid in loan.payments if paid.on < waiver.on))
    then = replace(earlier, agreed=(*loan.agreed, waiver))
    before, after = (value(each, waiver.on) for each in (earlier, then))
    return before.money(before.due.total - after.due.total)
