"""What a payment is for that names no sum: what is due, else the next installment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .money import Money
from .position import Position, value
from .terms import Loan, Payment


@dataclass(frozen=True, slots=True)
class Payable:
    """A sum that pays the installments *dues* on a date, all that their lateness cost included.

    *ahead* says that none of them has fallen due.
    """

    amount: Money
    dues: tuple[date, ...]
    on: date
    ahead: bool = False


def payable(position: Position) -> Payable | None:
    """Return what to pay on the day of a position; None where no sum is known to be owed."""
    today = position.as_of
    if position.due.total:
        return Payable(position.due_total, tuple(a.due for a in position.arrears), today)
    for part in position.upcoming[:1]:
        if part.remaining.minor > 0:
            return Payable(part.remaining, (part.due,), today, ahead=True)
    return None


def payable_on(loan: Loan, day: date, today: date) -> Payable | None:
    """Return what was to be paid on a day up to *today*; None where all of that is paid by now."""
    what = payable(value(loan, day))
    if what is None:
        return None
    last = max(today, *what.dues)
    return what if any(due <= last for due in value(loan, today).unpaid()) else None


def twin(loan: Loan, amount: Money, on: date) -> Payment | None:
    """Return a payment of a loan that has the same sum and day, if there is one."""
    alike = (paid for paid in loan.payments if (paid.on, paid.amount) == (on, amount.amount))
    return next(alike, None)
